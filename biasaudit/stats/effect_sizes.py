"""How far two things go together, without regard to a third: AUC and Cramer's V, under weights."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import stats as scipy_stats


def auc(values: np.ndarray, positive: np.ndarray) -> float:
    """Area under the ROC curve, 0 to 1: P(value of a positive > value of a negative), ties counting half.

    values: float (n,), no NaN. positive: bool (n,). NaN where one side is empty. From the rank sum: Mann & Whitney
    1947, Hanley & McNeil 1982.
    """
    n_positive = int(positive.sum())
    n_negative = positive.size - n_positive
    if not n_positive or not n_negative:
        return float("nan")
    ranks = scipy_stats.rankdata(values)
    return float((ranks[positive].sum() - n_positive * (n_positive + 1) / 2) / (n_positive * n_negative))


def weighted_auc(values: np.ndarray, positive: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """AUC under each row of weights, float (resamples,), 0 to 1; NaN where one side is empty.

    values: float (n,), no NaN. positive: bool (n,). weights: int or float (resamples, n), not negative.
    """
    return auc_under(values, positive)(weights)


def auc_under(values: np.ndarray, positive: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """`weighted_auc` as a function of the weights: the values are put in order once, however many weights follow.

    values: float (n,), no NaN. positive: bool (n,). The function takes weights (resamples, n) and returns float
    (resamples,).
    """
    order = np.argsort(values, kind="stable")
    ordered, inside = values[order], positive[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])

    def under(weights: np.ndarray) -> np.ndarray:
        weighted = weights[:, order].astype(np.float64)
        above = np.add.reduceat(weighted * inside, starts, axis=1)
        below = np.add.reduceat(weighted * ~inside, starts, axis=1)
        before = np.cumsum(below, axis=1) - below
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.sum(above * (before + below / 2), axis=1) / (above.sum(axis=1) * below.sum(axis=1))

    return under


def contingency(levels: np.ndarray, labels: np.ndarray, n_levels: int, n_labels: int) -> np.ndarray:
    """How many images have each level and label, int (resamples, n_levels, n_labels).

    levels: int (n,), 0 to n_levels - 1. labels: int (n,) for one table, or (resamples, n); 0 to n_labels - 1.
    """
    labels = np.atleast_2d(labels)
    cells = n_levels * n_labels
    codes = levels * n_labels + labels + cells * np.arange(len(labels))[:, None]
    return np.bincount(codes.ravel(), minlength=cells * len(labels)).reshape(-1, n_levels, n_labels)


def cramers_v(tables: np.ndarray) -> np.ndarray:
    """Bias-corrected Cramer's V (Bergsma 2013, J. Korean Stat. Soc. 42), float (...), 0 to 1.

    tables: int or float (..., levels, labels), counts; levels and labels that do not occur do not count.
    """
    tables = np.asarray(tables, dtype=np.float64)
    n = tables.sum(axis=(-2, -1))
    rows, columns = tables.sum(axis=-1, keepdims=True), tables.sum(axis=-2, keepdims=True)
    expected = rows * columns / n[..., None, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        chi2 = np.where(expected > 0, (tables - expected) ** 2 / expected, 0).sum(axis=(-2, -1))
    r = (rows > 0).sum(axis=(-2, -1))
    c = (columns > 0).sum(axis=(-2, -1))
    phi2 = np.maximum(0, chi2 / n - (r - 1) * (c - 1) / (n - 1))
    r_corrected, c_corrected = r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)
    smaller = np.minimum(r_corrected, c_corrected) - 1
    return np.sqrt(np.where(smaller > 0, phi2 / np.where(smaller > 0, smaller, 1), 0)).clip(0, 1)
