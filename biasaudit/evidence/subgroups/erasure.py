"""Does the gap follow the encoding? What tells a group apart is taken out of the features, and the head fitted anew.

Shortcut testing (Brown et al. 2023) trains networks that encode a group more and less. With frozen features there is a
closed form: least-squares concept erasure (Belrose et al. 2023), here within classes, so that what tells the label
stays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from biasaudit.evidence.predictions import Predictions
from biasaudit.evidence.subgroups.breakdowns import answers_of
from biasaudit.evidence.subgroups.figures import Answers, within_classes
from biasaudit.evidence.subgroups.worst import WorstGroup
from biasaudit.images.table import ImageTable
from biasaudit.model.folds import trained_on
from biasaudit.model.head import choose_penalty, fit_head
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings
from biasaudit.stats import auc
from biasaudit.stats.intervals import Interval, difference

SHRINKAGE = 0.1
"""Share of the average variance that is added to every feature's: there are more features than images."""


@dataclass(frozen=True)
class Erased:
    """One group, before and after what tells it apart was taken out of the features."""

    encoding: tuple[float, float]
    """AUC, within classes and out of fold, with which a linear probe tells the group."""
    gap: tuple[Interval, Interval]
    """Accuracy within classes of the others less the group's."""
    n: int
    """Images of both."""


def erased_gaps(
    images: ImageTable,
    worst_groups: tuple[WorstGroup, ...],
    predictions: Predictions,
    settings: Settings,
    progress: Progress,
) -> dict[str, Erased]:
    """Column -> what became of its gap, where there is one and one set of frozen features."""
    if predictions.given or predictions.embedding is None or len(np.unique(predictions.space)) > 1:
        return {}
    found = {}
    failing = [each for each in worst_groups if each.gap]
    for worst in progress.track(failing, "Taking what tells a group apart out of the features", len(failing)):
        assert worst.found is not None
        inside, outside = worst.column.sides(worst.found.group)
        found[worst.column.name] = _erased(inside, outside, images, predictions, predictions.embedding, settings.seed)
    return found


def _erased(
    inside: np.ndarray,
    outside: np.ndarray,
    images: ImageTable,
    predictions: Predictions,
    embedding: np.ndarray,
    seed: int,
) -> Erased:
    learnt = ~images.held_out if predictions.learnt_from is None else predictions.learnt_from
    penalty = choose_penalty(embedding[learnt], images.codes[learnt], images.groups[learnt], seed)
    called = np.zeros(images.n, dtype=int)
    told = np.zeros((2, images.n))
    for number in np.unique(predictions.fold):
        seen, held = trained_on(images, predictions.fold, int(number)) & learnt, predictions.fold == number
        known = seen & (inside | outside)
        eraser = erasing(embedding[known], inside[known], images.codes[known])
        without = embedding - (embedding @ eraser.probe)[:, None] * eraser.taken
        head = fit_head(without[seen], images.codes[seen], penalty, seed)
        called[held] = head.logits(without[held]).argmax(axis=1)
        again = erasing(without[known], inside[known], images.codes[known])
        told[0, held], told[1, held] = embedding[held] @ eraser.probe, without[held] @ again.probe
    asked = inside | outside
    areas = [_within(values[asked], inside[asked], images.codes[asked]) for values in told]
    before = answers_of(images, predictions)
    after = replace(before, called=called)
    return Erased(
        encoding=(areas[0], areas[1]),
        gap=(_gap(before, inside, outside), _gap(after, inside, outside)),
        n=int(asked.sum()),
    )


@dataclass(frozen=True, eq=False)
class Eraser:
    """x - (x @ probe) taken holds nothing linear of the group."""

    probe: np.ndarray
    """float (d,): the linear probe that tells the group best within classes (Fisher)."""
    taken: np.ndarray
    """float (d,): the direction that is taken out for every unit of it."""


def erasing(features: np.ndarray, inside: np.ndarray, codes: np.ndarray) -> Eraser:
    """The eraser of a group: of all that end its correlation with the features, the one that changes them least.

    features: float (n, d); inside: bool (n,), the group; codes: int (n,), classes, within which it is fitted.
    """
    centred = features.astype(np.float64)
    group = inside.astype(np.float64)
    for code in np.unique(codes):
        centred[codes == code] -= centred[codes == code].mean(axis=0)
        group[codes == code] -= group[codes == code].mean()
    covariance = centred.T @ centred / len(centred)
    covariance[np.diag_indices_from(covariance)] += SHRINKAGE * np.trace(covariance) / len(covariance) + 1e-12
    along = centred.T @ group / len(centred)
    probe = np.linalg.solve(covariance, along)
    return Eraser(probe=probe, taken=along / max(float(probe @ along), 1e-12))


def _within(values: np.ndarray, inside: np.ndarray, codes: np.ndarray) -> float:
    """The AUC within classes, averaged over those that have both sides."""
    areas = [
        auc(values[codes == code], inside[codes == code])
        for code in np.unique(codes)
        if 0 < inside[codes == code].sum() < (codes == code).sum()
    ]
    return float(np.mean(areas)) if areas else 0.5


def _gap(answers: Answers, inside: np.ndarray, outside: np.ndarray) -> Interval:
    sides = [answers.of(side) for side in (outside, inside)]
    codes = [code for code in range(len(answers.classes)) if all((side.codes == code).any() for side in sides)]
    one, other = (within_classes(side, codes)[0] for side in sides)
    return difference(one, other)
