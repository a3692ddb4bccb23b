"""Whether the evidence moves onto an artefact once it is put in: supporting evidence, and no part of a verdict."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from biasaudit.attribution.methods import Explainer
from biasaudit.cues.cue import Cue
from biasaudit.evidence.interventions import Intervention
from biasaudit.evidence.maps.attributions import GRID, Attributions, shares_of
from biasaudit.evidence.predictions import Predictions
from biasaudit.evidence.ties import Tie, difference_of
from biasaudit.images.pixels import resized
from biasaudit.images.table import ImageTable
from biasaudit.model.workers import by_piece, of_rows
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings
from biasaudit.stats import generator, interval

IMAGES = 24
FEWEST = 8
WIDEST = 0.5
"""Share of the picture above which a mask is no place."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CueMaps:
    """Shares of the evidence for a class that lie where one cue was put in, image by image, each float (m,)."""

    label: str
    before: np.ndarray
    """In the image as it is."""
    inserted: np.ndarray
    """With the cue."""
    placebo: np.ndarray
    """With the cue's placebo in the same place."""
    low: float
    high: float
    """95% interval of the mean of `inserted` less `placebo`, over groups of images."""


def cue_maps(
    images: ImageTable,
    cues: Sequence[Cue],
    ties: tuple[Tie, ...],
    predictions: Predictions,
    interventions: Mapping[str, Intervention],
    attributions: Attributions,
    settings: Settings,
    progress: Progress,
) -> dict[str, CueMaps]:
    """Cue key -> its shares, for each artefact that was put into images of other classes and has a place in them."""
    tie_of, by_id = {tie.cue.key: tie for tie in ties}, {cue.id: cue for cue in cues}
    done = {key: each for key, each in interventions.items() if _speaks_by_being_there(tie_of[key], each)}
    found: dict[str, CueMaps] = {}
    if attributions.explain is None or attributions.method is None:
        return found
    explainer = Explainer(attributions.method, predictions.network, attributions.explain)
    asked = [(key, int(row)) for key, each in done.items() for row in each.rows[:IMAGES]]
    pieces = [_piece(tie_of[key], by_id[tie_of[key].cue.id], row, images, predictions) for key, row in asked]
    mapped = by_piece(
        partial(_shares, settings.seed), explainer, pieces, progress, "Mapping the evidence on artefacts put in"
    )
    shares_of_cue: dict[str, list[tuple[int, float, float, float]]] = {key: [] for key in done}
    for (key, row), shares in zip(asked, mapped, strict=True):
        if shares is not None:
            shares_of_cue[key].append((row, *shares))
    for key, shares in shares_of_cue.items():
        tie = tie_of[key]
        if len(shares) < FEWEST:
            continue
        rows, values = np.array([row for row, *_ in shares]), np.array([some for _, *some in shares])
        gain = values[:, 1] - values[:, 2]
        low, high = interval(
            lambda weights, gain=gain: weights @ gain / np.maximum(1, weights.sum(axis=1)),  # type: ignore[misc]
            images.groups[rows],
            generator(settings.seed, "cue maps", key),
        )
        if np.isfinite([low, high]).all():
            found[key] = CueMaps(
                label=tie.label, before=values[:, 0], inserted=values[:, 1], placebo=values[:, 2], low=low, high=high
            )
    return found


def _speaks_by_being_there(tie: Tie, done: Intervention) -> bool:
    return tie.cue.kind == "artefact" and tie.direction > 0 and done.toward > 0


def _piece(
    tie: Tie, cue: Cue, row: int, images: ImageTable, predictions: Predictions
) -> tuple[Cue, float, ImageTable, int, int]:
    """The cue and how much of it, the image, the fold that never saw it, and the class to explain."""
    amount = tie.direction * abs(difference_of(cue, tie))
    image = of_rows(images, np.array([row]))
    return cue, amount, image, int(predictions.fold[row]), images.classes.index(tie.label)


def _shares(
    seed: int, explainer: Explainer, cue: Cue, amount: float, image: ImageTable, fold: int, code: int
) -> tuple[float, float, float] | None:
    """The shares before, with the cue and with its placebo; None where the cue has no place in the image."""
    assert cue.insert is not None
    assert cue.placebo is not None
    rng = np.random.default_rng([seed, zlib.crc32(cue.id.encode()), zlib.crc32(image.ids[0].encode())])
    before = image.photo(0).rgb
    after, mask = cue.insert(before, amount, rng)
    place = _place(mask)
    if not 0 < place.mean() < WIDEST:
        return None
    shares = []
    for rgb in (before, after, cue.placebo(before, after, mask, rng)):
        heat = explainer.explain(resized(rgb, explainer.model.size), fold, code)
        shares.append(float(shares_of(heat)[place].sum()) if heat is not None and (heat > 0).any() else 0.0)
    return shares[0], shares[1], shares[2]


def _place(mask: np.ndarray) -> np.ndarray:
    """The places of the grid that the cue touches, and their neighbours, bool (GRID, GRID): maps are coarse."""
    touched = cv2.resize(mask.astype(np.float32), (GRID, GRID), interpolation=cv2.INTER_AREA) > 0
    return cv2.dilate(touched.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
