"""Whether a model is right less often in the given test part, where its AUC can be near 1 in both parts.

An AUC asks for the order of the answers only. Of a model that tells nearly everything it stays near 1 while the
errors become four times as many: what it learnt of the typical place is still an order, but no longer a decision.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from biasaudit.evidence.predictions import Predictions
from biasaudit.images.table import ImageTable
from biasaudit.results import Estimate, say
from biasaudit.stats import generator, interval, permutation_p, permuted
from biasaudit.thresholds import FLOORS, Q

GAP = 0.05
"""Accuracy that even the favourable end of the interval must show to be missing, as for every gap without a tie."""
PERMUTATIONS = 999
TESTS = 2
"""This is asked after the fall of the AUC, about the same two parts."""


@dataclass(frozen=True, kw_only=True)
class AccuracyFall:
    """Balanced accuracy in the training part, out of fold, minus that in the given test part."""

    estimate: Estimate
    p_value: float
    """Were the images of each class dealt to the two parts by chance; doubled, since the AUC was asked as well."""
    before: float
    after: float
    code: int
    """The class that falls most, with its share of images called rightly in either part."""
    of_class: tuple[float, float]

    @property
    def fallen(self) -> bool:
        """Beyond chance, and by more than the shared floor."""
        return self.p_value < Q and self.estimate.low >= GAP and self.estimate.value >= FLOORS["disparity"]


def _recalls(right: np.ndarray, codes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Share of each class that is called rightly under each row of weights; float (classes, resamples), NaN if none.

    right: bool (n,). codes: int (n,). weights: (resamples, n).
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.array(
            [
                weights[:, codes == code] @ right[codes == code] / weights[:, codes == code].sum(axis=1)
                for code in range(int(codes.max()) + 1)
            ]
        )


def _falls(right: np.ndarray, codes: np.ndarray, held_out: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The fall of each class under each row of weights; float (classes, resamples)."""
    return _recalls(right, codes, weights * ~held_out) - _recalls(right, codes, weights * held_out)


def _p_value(
    right: np.ndarray, codes: np.ndarray, held_out: np.ndarray, groups: np.ndarray, rng: np.random.Generator
) -> float:
    """Of a fall this large, were the images of each class dealt to the two parts by chance."""
    observed, null = 0.0, np.zeros(PERMUTATIONS)
    for code in np.unique(codes):
        rows = codes == code
        mine, test = right[rows].astype(np.float64), held_out[rows]
        dealt = np.concatenate(list(permuted(test, groups[rows], PERMUTATIONS, rng)))
        observed += mine[~test].mean() - mine[test].mean()
        null += ~dealt @ mine / (~test).sum() - dealt @ mine / test.sum()
    return permutation_p(observed, null)


def accuracy_fall(images: ImageTable, predictions: Predictions, seed: int) -> AccuracyFall:
    """The fall between the two parts of the given split, both of which hold every class."""
    codes, held_out, groups = images.codes, images.held_out, images.groups
    right = predictions.log_odds.argmax(axis=1) == codes
    once = np.ones((1, images.n))
    before, after = (_recalls(right, codes, once * part)[:, 0] for part in (~held_out, held_out))
    low, high = interval(
        lambda weights: _falls(right, codes, held_out, weights).mean(axis=0),
        groups,
        generator(seed, "accuracy_fall", "interval"),
    )
    p_value = _p_value(right, codes, held_out, groups, generator(seed, "accuracy_fall", "model"))
    value, most = float((before - after).mean()), int(np.argmax(before - after))
    return AccuracyFall(
        estimate=Estimate(
            measure=say("balanced accuracy of the model: training part, out of fold, minus given test part"),
            value=value,
            low=min(low, value) if np.isfinite(low) else -1.0,
            high=max(high, value) if np.isfinite(high) else 1.0,
            null=0.0,
            limit=1.0,
            n=images.n,
        ),
        p_value=min(1.0, TESTS * p_value),
        before=float(before.mean()),
        after=float(after.mean()),
        code=most,
        of_class=(float(before[most]), float(after[most])),
    )
