"""Putting a cue into images that lack it, and a placebo into the same images, and asking the model each time."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from biasaudit.cues.cue import Cue
from biasaudit.evidence.predictions import Predictions
from biasaudit.evidence.ties import Tie, difference_of
from biasaudit.images.pixels import resized
from biasaudit.images.table import ImageTable
from biasaudit.parts import NOTHING_KEPT, Parts
from biasaudit.progress import Progress
from biasaudit.settings import Settings
from biasaudit.thresholds import FLOORS

IMAGES = 96
"""Held-out images a cue is put into: enough for a shift of a quarter of a standard deviation."""
LEAST = 10


@dataclass(frozen=True, kw_only=True, eq=False)
class Intervention:
    """What one cue's insertion did to the model's log-odds, image by image, all out of fold."""

    rows: np.ndarray
    """int (m,): the images."""
    toward: int
    """+1 where inserting pushes towards the tie's label, -1 where it can only push away."""
    before: np.ndarray
    """float (m, classes): log-odds of the image as it is."""
    inserted: np.ndarray
    """float (m, classes): with the cue."""
    placebo: np.ndarray
    """float (m, classes): with a change of the same place and energy that is not the cue."""


def kept_intervention(
    parts: Parts, name: str, key: str, make: Callable[[], Intervention | None]
) -> Intervention | None:
    """What `make` returns, or what it returned before the run was interrupted."""

    def arrays() -> dict[str, np.ndarray]:
        made = make()
        return {} if made is None else {field: np.asarray(value) for field, value in vars(made).items()}

    kept = parts.arrays(name, key, arrays)
    if not kept:
        return None
    toward = int(kept.pop("toward"))
    return Intervention(toward=toward, **kept)


def _candidates(tie: Tie, judged: np.ndarray, toward: int, rng: np.random.Generator) -> np.ndarray:
    """Images that the cue would change: of other classes and without it, or of the class and with it."""
    wanted = tie.known & judged & (~tie.positive & ~tie.present if toward > 0 else tie.positive & tie.present)
    rows = np.flatnonzero(wanted)
    return np.sort(rng.choice(rows, IMAGES, replace=False)) if len(rows) > IMAGES else rows


def intervene(cue: Cue, tie: Tie, images: ImageTable, predictions: Predictions, seed: int) -> Intervention | None:
    """Put one cue, and its placebo, into held-out images of the other classes; None where there are too few."""
    assert cue.insert is not None
    assert cue.placebo is not None
    toward = 1 if tie.direction in cue.directions else -1
    rows = _candidates(tie, predictions.judged, toward, np.random.default_rng([seed, zlib.crc32(cue.id.encode())]))
    if len(rows) < LEAST or not (tie.present & tie.known).any():
        return None
    amount = toward * tie.direction * abs(difference_of(cue, tie))
    size = predictions.network.size
    inserted = np.empty((len(rows), size, size, 3), dtype=np.uint8)
    placebo = np.empty_like(inserted)
    for place, row in enumerate(rows):
        rng = np.random.default_rng([seed, zlib.crc32(cue.id.encode()), zlib.crc32(images.ids[row].encode())])
        before = images.photo(int(row)).rgb
        after, mask = cue.insert(before, amount, rng)
        inserted[place] = resized(after, size)
        placebo[place] = resized(cue.placebo(before, after, mask, rng), size)
    folds = predictions.fold[rows]
    return Intervention(
        rows=rows,
        toward=toward,
        before=predictions.log_odds[rows],
        inserted=predictions.network.log_odds(inserted, folds),
        placebo=predictions.network.log_odds(placebo, folds),
    )


def interventions(
    images: ImageTable,
    cues: Sequence[Cue],
    ties: tuple[Tie, ...],
    predictions: Predictions,
    settings: Settings,
    progress: Progress,
    parts: Parts = NOTHING_KEPT,
) -> dict[str, Intervention]:
    """Cue key -> its intervention, for each tied cue that can insert itself and has images to be put into.

    Without a tie no verdict asks whether the cue is used, and most cues are not tied, and each costs seconds.
    """
    by_id = {cue.id: cue for cue in cues if cue.insert is not None}
    chosen = [
        tie
        for tie in ties
        if tie.cue.kind != "metadata" and tie.cue.id in by_id and tie.strength >= FLOORS["association"]
    ]
    results = {}
    for tie in progress.track(chosen, "Putting cues in, against placebos", len(chosen)):
        make = partial(intervene, by_id[tie.cue.id], tie, images, predictions, settings.seed)
        result = kept_intervention(parts, "reliance", tie.cue.key, make)
        if result is not None:
            results[tie.cue.key] = result
    return results
