"""Effect sizes while a third thing is held fixed: only images that are alike in it are compared, and averaged over.

Of one stratum each is the plain effect size to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from biasaudit.stats.effect_sizes import auc_under, cramers_v


def members(strata: np.ndarray) -> list[np.ndarray]:
    """Which images lie in each stratum, by its number: one int (m,) a stratum, places of 0 to n - 1 in order.

    strata: int (n,), the stratum of each image.
    """
    order = np.argsort(strata, kind="stable")
    ordered = strata[order]
    return np.split(order, np.flatnonzero(ordered[1:] != ordered[:-1]) + 1) if len(order) else []


def pooled(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted mean over strata, float (...); NaN where nothing has weight.

    values, weights: float (strata, ...) both; a value of no weight may be NaN. Of one stratum it is that stratum's
    value to the last bit: its share is exactly 1.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = weights / weights.sum(axis=0)
    return (np.where(weights > 0, values, 0) * shares).sum(axis=0)


def van_elteren(inside: np.ndarray, outside: np.ndarray) -> np.ndarray:
    """What the AUC of a stratum with so many images on either side weighs (van Elteren 1960): n1 n0 / (n1 + n0 + 1).

    inside, outside: images or their weights on either side, int or float (...); float (...) is returned. It is
    proportional to one over the AUC's variance without a tie; a stratum of one class weighs nothing.
    """
    inside, outside = np.asarray(inside, dtype=np.float64), np.asarray(outside, dtype=np.float64)
    return inside * outside / (inside + outside + 1)


def stratified_auc(values: np.ndarray, positive: np.ndarray, strata: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """AUC within strata under each row of `weights` (resamples, n), as float (resamples,); NaN where none has both.

    values: float (n,), no NaN. positive: bool (n,). strata: int (n,). The sum of U / (n + 1) over strata, divided by
    that of n1 n0 / (n + 1): van Elteren 1960, the stratified form of the test by Wilcoxon, Mann and Whitney.
    """
    return stratified_auc_under(values, positive, strata)(weights)


def stratified_auc_under(
    values: np.ndarray, positive: np.ndarray, strata: np.ndarray
) -> Callable[[np.ndarray], np.ndarray]:
    """`stratified_auc` as a function of the weights: the values are put in order once, however many weights follow.

    values: float (n,), no NaN. positive: bool (n,). strata: int (n,). The function takes weights (resamples, n) and
    returns float (resamples,).
    """
    places = members(strata)
    inside = [positive[rows] for rows in places]
    area_of = [auc_under(values[rows], of_class) for rows, of_class in zip(places, inside, strict=True)]

    def under(weights: np.ndarray) -> np.ndarray:
        areas, shares = [], []
        for rows, of_class, area in zip(places, inside, area_of, strict=True):
            drawn = weights[:, rows]
            areas.append(area(drawn))
            shares.append(van_elteren(drawn @ of_class, drawn @ ~of_class))
        return pooled(np.array(areas), np.array(shares))

    return under


def stratified_v(tables: list[np.ndarray]) -> np.ndarray:
    """Mean of Cramer's V over strata, weighted by images, float (resamples,), 0 to 1; NaN where no stratum has two.

    tables: of each stratum int (resamples, levels, labels), counts. As in Mantel & Haenszel 1959, tables of different
    strata are never added, so their margins cannot make a tie.
    """
    sizes = np.array([table.sum(axis=(-2, -1)) for table in tables], dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):  # a resample can leave a stratum with one image or none
        return pooled(np.array([cramers_v(table) for table in tables]), np.where(sizes > 1, sizes, 0))
