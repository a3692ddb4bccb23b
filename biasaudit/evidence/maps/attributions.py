"""Where in a sample of images the model's evidence for their class lies, by the first method that passes its checks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from biasaudit.attribution.gate import Examined, first_to_pass
from biasaudit.attribution.methods import Explain, Explainer
from biasaudit.errors import Unavailable
from biasaudit.evidence.measure.survey import Survey
from biasaudit.evidence.predictions import Predictions
from biasaudit.images.pixels import PixelStore
from biasaudit.images.table import ImageTable
from biasaudit.model.interface import AttributionMethod
from biasaudit.model.workers import by_piece
from biasaudit.results import say
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings
from biasaudit.stats import generator

GRID = 30
"""Places along each side at which maps of all methods are compared: an outer tenth is three of them."""
FLAT = 2
"""A picture whose brightest and darkest pixel differ by less than this has no map: there is nothing to see."""
CHECKED = 16
"""Images on which methods are checked, at most."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Attributions:
    """The maps of each sampled image's own class, by the network that never saw it."""

    method: AttributionMethod | None
    """What drew them; None where no method passed, and no map may be shown."""
    explain: Explain | None
    """The same for any other picture."""
    examined: tuple[Examined, ...]
    """What the checks said of each method that was tried, in that order."""
    rows: np.ndarray
    """int (m,): the images; none where no method passed."""
    maps: np.ndarray
    """float32 (m, GRID, GRID), each of sum 1: shares of the evidence for the class."""

    @property
    def quick(self) -> bool:
        """Whether another map costs about as much as an answer."""
        return self.method == "Grad-CAM"


def attributions(
    images: ImageTable, survey: Survey, predictions: Predictions, settings: Settings, progress: Progress
) -> Attributions:
    """Check the methods on some 16 images of one fold, and map up to 120 by the first that passes.

    The sample takes classes in turn, without the given test part (of a given model: of the images it is judged by).

    Raises:
        Unavailable: the model did not learn, or calls too few images rightly to check a method.
    """
    if not predictions.learnt or survey.pixels is None:
        raise Unavailable(say("needs a model that learnt to tell the classes apart"))
    store = survey.pixels.at(predictions.network.size)
    rows = _in_turn(images, predictions, settings.seed)
    checked, fold = _to_check(rows, images, predictions)
    rgb = store.read(survey.rows[checked])
    with progress.step(f"Checking heatmaps on {len(checked)} images"):
        method, explain, examined = first_to_pass(predictions.network, rgb, fold, images.codes[checked], settings.seed)
    if not examined:
        raise Unavailable(say("needs images that the model calls rightly, of which a map can be drawn"))
    kept, maps = [], []
    if method is not None and explain is not None:
        some = rows[: method.images]
        pieces = [(survey.rows[[row]], int(predictions.fold[row]), int(images.codes[row])) for row in some]
        explainer = Explainer(method.name, predictions.network, explain)
        mapped = by_piece(
            partial(shares_in, store), explainer, pieces, progress, f"Mapping the evidence ({method.name})"
        )
        for row, found in zip(some, mapped, strict=True):
            if found is not None:
                kept.append(int(row))
                maps.append(found)
    return Attributions(
        method=method.name if method else None,
        explain=explain,
        examined=examined,
        rows=np.array(kept, dtype=int),
        maps=np.array(maps, dtype=np.float32).reshape(-1, GRID, GRID),
    )


def shares_in(store: PixelStore, explainer: Explainer, at: np.ndarray, fold: int, code: int) -> np.ndarray | None:
    """Where the evidence for a class lies in the picture at this row of the store, int (1,): as `shares_of`.

    None where the picture is flat, or nothing in it speaks for the class.
    """
    image = store.read(at)[0]
    heat = explainer.explain(image, fold, code) if np.ptp(image) >= FLAT else None
    return shares_of(heat) if heat is not None and (heat > 0).any() else None


def shares_of(heat: np.ndarray) -> np.ndarray:
    """A map float (h, w), at least 0, as float32 (GRID, GRID) of sum 1."""
    grid = on_grid(heat)
    return grid / grid.sum()


def on_grid(heat: np.ndarray) -> np.ndarray:
    """float (h, w) or (h, w, c), c at most 4, as float32 (GRID, GRID) or (GRID, GRID, c)."""
    shrinking = min(heat.shape[:2]) >= GRID
    way = cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR
    return cv2.resize(heat.astype(np.float32), (GRID, GRID), interpolation=way)


def _in_turn(images: ImageTable, predictions: Predictions, seed: int) -> np.ndarray:
    """The rows that may be mapped, in random order but classes in turn; int."""
    wanted = predictions.judged if predictions.given else ~images.held_out
    order = generator(seed, "attributions").permutation(images.n)
    order = order[wanted[order]]
    turn = np.empty(len(order), dtype=int)
    for code in range(len(images.classes)):
        of_class = images.codes[order] == code
        turn[of_class] = np.arange(of_class.sum())
    return order[np.lexsort((images.codes[order], turn))]


def _to_check(rows: np.ndarray, images: ImageTable, predictions: Predictions) -> tuple[np.ndarray, int]:
    """Images called rightly of the fold that has most of them, and that fold."""
    right = rows[predictions.log_odds[rows].argmax(axis=1) == images.codes[rows]]
    if not len(right):
        raise Unavailable(say("needs images that the model calls rightly"))
    fold = int(np.bincount(predictions.fold[right]).argmax())
    return right[predictions.fold[right] == fold][:CHECKED], fold
