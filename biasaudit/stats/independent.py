"""How well scores tell a label among images weighted so that the sides of some causes no longer go with it.

Nothing is left out or made up: an image in which cause and label part counts for more, one in which they agree for
less. A side of a cause that a class lacks stays lacking; who asks sees to it that none does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import norm, t

from biasaudit.stats.intervals import LEVEL, UNSEEN, Interval, proportion

ROUNDS, CLOSE = 500, 1e-9
"""Rounds of fitting the shares, at most, and the change of a weight at which they end."""


class Estimated(NamedTuple):
    """A figure from 0 to 1 and how surely it is known."""

    value: float
    variance: float
    freedom: float
    """Degrees of freedom of the variance: few where one small cell makes most of it."""

    def wider(self, error: float) -> Estimated:
        """The same figure with an error added of which nothing but its usual size is known, in the figure's unit."""
        return self._replace(variance=self.variance + error**2)

    @property
    def interval(self) -> Interval:
        """Its 95% interval: Wilson's (1927) of a proportion as surely known, wider where the variance is not.

        A tenth of an image at either end stands for what few images do not show, as in `mean_error`.
        """
        images = self.freedom + 1
        inside = (images * self.value + UNSEEN) / (images + 2 * UNSEEN)
        few = (norm.ppf((1 + LEVEL) / 2) / t.ppf((1 + LEVEL) / 2, self.freedom)) ** 2
        return proportion(self.value, 1, float(inside * (1 - inside) / self.variance * few))


class Levels(NamedTuple):
    """Where each image stands in one cause, and the share that each such place is to have in every class."""

    codes: np.ndarray
    """int (n,), 0 to levels - 1."""
    aims: np.ndarray
    """float (levels,), sum 1."""


def fitted_weights(causes: Sequence[Levels], positive: np.ndarray) -> np.ndarray:
    """Weights, float (n,), sum 1 in each class, under which every level of every cause has its share in both.

    positive: bool (n,). Iterative proportional fitting (Deming & Stephan 1940); with one cause that is one step, the
    share over the images of the cell. Levels that a class lacks are left out of its aims.
    """
    weights = np.ones(len(positive))
    for side in (positive, ~positive):
        own = np.full(int(side.sum()), 1 / max(1, int(side.sum())))
        for _ in range(ROUNDS):
            before = own.copy()
            for codes, aims in ((each.codes[side], each.aims) for each in causes):
                held = np.bincount(codes, own, len(aims))
                own *= np.divide(aims, held, out=np.zeros(len(aims)), where=held > 0)[codes]
                own /= own.sum()
            if np.abs(own - before).max() < CLOSE:
                break
        weights[side] = own
    return weights


def worth(weights: np.ndarray, positive: np.ndarray) -> int:
    """How many images they are worth under the weights, float (n,): (sum w)^2 / sum w^2 of each class (Kish 1965)."""
    return round(sum(float(weights[side].sum() ** 2 / (weights[side] ** 2).sum()) for side in (positive, ~positive)))


def area_apart(
    scores: np.ndarray, positive: np.ndarray, causes: Sequence[Levels], weights: np.ndarray, groups: np.ndarray
) -> Estimated:
    """The AUC where causes and label are independent.

    Args:
        scores: float (n,), no NaN. positive: bool (n,), both kinds. causes: their levels. weights: of `fitted_weights`.
        groups: int (n,), the patient of each image.

    Each image's part is the weighted share of the other class that it stands on the right side of (DeLong et al. 1988);
    what levels explain of it does not vary, since their shares are fixed (Deville & Sarndal 1992).
    """
    parts = np.empty(len(scores))
    for side, sign in ((positive, 1.0), (~positive, -1.0)):
        below = _below(scores[side], scores[~side], weights[~side])
        parts[side] = below if sign > 0 else 1 - below
    value = float(parts[positive] @ weights[positive])
    return _estimated(value, parts, positive, causes, weights, groups)


def recall_apart(
    right: np.ndarray, positive: np.ndarray, causes: Sequence[Levels], weights: np.ndarray, groups: np.ndarray
) -> Estimated:
    """The share called rightly, mean over both classes, where causes and label are independent.

    right: bool (n,). The rest as in `area_apart`.
    """
    parts = right.astype(float)
    value = float(np.mean([parts[side] @ weights[side] for side in (positive, ~positive)]))
    return _estimated(value, parts, positive, causes, weights / 2, groups)


def macro(figures: Sequence[Estimated]) -> Estimated:
    """The mean of figures of the same images, as if they went up and down together, which is the widest they can."""
    error = float(np.mean([np.sqrt(each.variance) for each in figures]))
    return Estimated(float(np.mean([each.value for each in figures])), error**2, min(each.freedom for each in figures))


def _below(scores: np.ndarray, others: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Of others, float (m,), with weights of sum 1, the share below each score, float (n,); ties count half."""
    order = np.argsort(others, kind="stable")
    ranked, summed = others[order], np.r_[0.0, np.cumsum(weights[order])]
    return (summed[np.searchsorted(ranked, scores, "left")] + summed[np.searchsorted(ranked, scores, "right")]) / 2


def _estimated(
    value: float,
    parts: np.ndarray,
    positive: np.ndarray,
    causes: Sequence[Levels],
    weights: np.ndarray,
    groups: np.ndarray,
) -> Estimated:
    left, cell = np.empty(len(parts)), _joint(causes, positive)
    for side in (positive, ~positive):
        left[side] = _unexplained(parts[side], [each.codes[side] for each in causes], weights[side])
    moved = weights * left
    pieces = np.array(list(_pieces(parts, moved, weights, cell)))
    variance = float(pieces[:, 0].sum())
    freedom = float(variance**2 / (pieces[:, 0] ** 2 / pieces[:, 1]).sum())  # Satterthwaite (1946)
    _, patient = np.unique(groups, return_inverse=True)
    alone = float((moved**2).sum())
    effect = max(1.0, float((np.bincount(patient, moved) ** 2).sum()) / alone) if alone > 0 else 1.0
    return Estimated(float(np.clip(value, 0, 1)), variance * effect, max(1.0, min(freedom, patient.max())))


def _joint(causes: Sequence[Levels], positive: np.ndarray) -> np.ndarray:
    """int (n,): class and levels as one number."""
    _, cell = np.unique(np.column_stack([positive, *(each.codes for each in causes)]), axis=0, return_inverse=True)
    return cell.ravel()


def _pieces(
    parts: np.ndarray, moved: np.ndarray, weights: np.ndarray, cell: np.ndarray
) -> Iterator[tuple[float, float]]:
    """Of each cell what it adds to the variance, and its degrees of freedom.

    A few images hold no large error that many would: a tenth of an image at each end stands for those.
    """
    for number in range(int(cell.max()) + 1):
        rows = cell == number
        n, mean = int(rows.sum()), float(parts[rows].mean())
        unseen = UNSEEN * ((1 - mean) ** 2 + mean**2) * float((weights[rows] ** 2).mean())
        freedom = max(n - 1, UNSEEN)
        yield (float((moved[rows] ** 2).sum()) + unseen) * n / (freedom + UNSEEN), max(1.0, freedom)


def _unexplained(parts: np.ndarray, codes: Sequence[np.ndarray], weights: np.ndarray) -> np.ndarray:
    """What is left of the parts, float (n,), after the weighted mean of each level of each cause."""
    dummies = [code[:, None] == np.unique(code) for code in codes]
    design = np.column_stack([np.ones(len(parts)), *(each[:, 1:] for each in dummies)])
    root = np.sqrt(weights)
    slopes = np.linalg.lstsq(design * root[:, None], parts * root, rcond=None)[0]
    return parts - design @ slopes
