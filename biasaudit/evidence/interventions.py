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
from biasaudit.model.interface import AuditedModel
from biasaudit.model.workers import batches_of, by_piece, of_rows
from biasaudit.runtime.checkpoints import NOTHING_KEPT, Checkpoints
from biasaudit.runtime.progress import Progress
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
    checkpoints: Checkpoints, name: str, key: str, make: Callable[[], Intervention | None]
) -> Intervention | None:
    """What `make` returns, or what it returned before the run was interrupted."""

    def arrays() -> dict[str, np.ndarray]:
        made = make()
        return {} if made is None else {field: np.asarray(value) for field, value in vars(made).items()}

    kept = checkpoints.arrays(name, key, arrays)
    if not kept:
        return None
    toward = int(kept.pop("toward"))
    return Intervention(toward=toward, **kept)


def _candidates(tie: Tie, judged: np.ndarray, toward: int, rng: np.random.Generator) -> np.ndarray:
    """Images that the cue would change: of other classes and without it, or of the class and with it."""
    wanted = tie.known & judged & (~tie.positive & ~tie.present if toward > 0 else tie.positive & tie.present)
    rows = np.flatnonzero(wanted)
    return np.sort(rng.choice(rows, IMAGES, replace=False)) if len(rows) > IMAGES else rows


@dataclass(frozen=True, kw_only=True, eq=False)
class _Plan:
    """What is to be put where."""

    key: str
    """The cue's, which the finished pieces are kept under."""
    cue: Cue
    rows: np.ndarray
    """int (m,): the images."""
    toward: int
    amount: float


def _plan(cue: Cue, tie: Tie, predictions: Predictions, seed: int) -> _Plan | None:
    """None where there are too few images to put it into, or none to learn from how much of it to put."""
    toward = 1 if tie.direction in cue.directions else -1
    rows = _candidates(tie, predictions.judged, toward, np.random.default_rng([seed, zlib.crc32(cue.id.encode())]))
    if len(rows) < LEAST or not (tie.present & tie.known).any():
        return None
    amount = toward * tie.direction * abs(difference_of(cue, tie))
    return _Plan(key=tie.cue.key, cue=cue, rows=rows, toward=toward, amount=amount)


def _carried_out(
    plans: Sequence[_Plan],
    images: ImageTable,
    predictions: Predictions,
    seed: int,
    progress: Progress,
    checkpoints: Checkpoints,
) -> dict[str, Intervention]:
    """Cue key -> what came of it; all plans in one go, so that no worker waits for the last images of a cue."""
    network, fold = predictions.network, predictions.fold
    places = [(plan, some) for plan in plans for some in batches_of(network, fold[plan.rows])]
    pieces = [(plan, of_rows(images, plan.rows[some]), fold[plan.rows[some]]) for plan, some in places]
    odds = {plan.key: np.empty((2, len(plan.rows), len(images.classes))) for plan in plans}
    asked = by_piece(partial(_asked, seed, checkpoints), network, pieces, progress, "Putting cues in, against placebos")
    for (plan, some), found in zip(places, asked, strict=True):
        odds[plan.key][:, some] = found
    return {
        plan.key: Intervention(
            rows=plan.rows,
            toward=plan.toward,
            before=predictions.log_odds[plan.rows],
            inserted=odds[plan.key][0],
            placebo=odds[plan.key][1],
        )
        for plan in plans
    }


def _asked(
    seed: int, checkpoints: Checkpoints, network: AuditedModel, plan: _Plan, images: ImageTable, folds: np.ndarray
) -> np.ndarray:
    """The model's log-odds of these images with the cue and with its placebo, float64 (2, m, classes)."""

    def make() -> dict[str, np.ndarray]:
        inserted, placebo = _drawn(plan, images, network.size, seed)
        return {"odds": np.stack([network.log_odds(inserted, folds), network.log_odds(placebo, folds)])}

    return checkpoints.arrays("reliance", [plan.key, images.ids.tolist()], make)["odds"]


def _drawn(plan: _Plan, images: ImageTable, size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """These images with the cue and with its placebo, each uint8 (m, size, size, 3)."""
    cue = plan.cue
    assert cue.insert is not None
    assert cue.placebo is not None
    inserted = np.empty((images.n, size, size, 3), dtype=np.uint8)
    placebo = np.empty_like(inserted)
    for place, name in enumerate(images.ids):
        rng = np.random.default_rng([seed, zlib.crc32(cue.id.encode()), zlib.crc32(name.encode())])
        before = images.photo(place).rgb
        after, mask = cue.insert(before, plan.amount, rng)
        inserted[place] = resized(after, size)
        placebo[place] = resized(cue.placebo(before, after, mask, rng), size)
    return inserted, placebo


def interventions(
    images: ImageTable,
    cues: Sequence[Cue],
    ties: tuple[Tie, ...],
    predictions: Predictions,
    settings: Settings,
    progress: Progress,
    checkpoints: Checkpoints = NOTHING_KEPT,
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
    plans = [_plan(by_id[tie.cue.id], tie, predictions, settings.seed) for tie in chosen]
    wanted = [plan for plan in plans if plan is not None]
    return _carried_out(wanted, images, predictions, settings.seed, progress, checkpoints)
