"""The AUC of many classes: the mean over classes of one against the rest."""

from __future__ import annotations

import numpy as np

from biasaudit.results import Estimate, say
from biasaudit.stats.effect_sizes import auc, auc_under
from biasaudit.stats.resampling import interval


def macro_auc(scores: np.ndarray, codes: np.ndarray) -> float:
    """The mean over the classes that have images on both sides, 0 to 1; 0.5 where none has.

    scores: float (n, classes). codes: int (n,).
    """
    areas = [auc(scores[:, code], codes == code) for code in range(scores.shape[1])]
    return float(np.nanmean(areas)) if np.isfinite(areas).any() else 0.5


def macro_auc_estimate(scores: np.ndarray, codes: np.ndarray, groups: np.ndarray, seed: int) -> Estimate:
    """The same with its 95% interval over groups.

    scores: float (n, classes). codes, groups: int (n,), with an image of every class.
    """
    area_of = [auc_under(scores[:, code], codes == code) for code in range(scores.shape[1])]

    def macro(weights: np.ndarray) -> np.ndarray:
        areas = np.array([area(weights) for area in area_of])
        known = np.isfinite(areas)  # a resample can miss a rare class
        return np.where(known, areas, 0).sum(axis=0) / known.sum(axis=0)

    value = float(macro(np.ones((1, len(codes)), dtype=np.int32))[0])
    low, high = interval(macro, groups, np.random.default_rng(seed))
    return Estimate(
        measure=say("out-of-fold AUC, mean over classes"),
        value=value,
        low=low,
        high=high,
        null=0.5,
        limit=1.0,
        n=len(codes),
    )
