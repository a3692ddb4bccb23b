"""The AUC of many columns under permuted labels, each column ranked once and none copied."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import stats as scipy_stats

from biasaudit.stats.resampling import permuted_within
from biasaudit.stats.strata import members, pooled, van_elteren

AT_ONCE = 4_096
"""Images whose ranks are summed at once."""
EXACT_IN_FOUR_BYTES = 2**22
"""Images below which every mid-rank is a number that four bytes hold."""


def null_auc(
    columns: Sequence[np.ndarray],
    codes: np.ndarray,
    groups: np.ndarray,
    strata: np.ndarray,
    permutations: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """`stratified_auc` of many columns under labels permuted within strata, float (permutations, columns, classes).

    columns: float (n,) each, NaN where unknown; a stratum in which a column does not vary says nothing of it.
    codes: int (n,), the class of each image. groups: int or str (n,), its patient. strata: int (n,). The areas are
    0 to 1, 0.5 where nothing could be said. Where a value is unknown, the labels of
    the images in which it is known are permuted among themselves: how many of each class are known is no chance.
    """
    alike: dict[bytes, list[int]] = {}  # which columns are known of the same images
    for place, column in enumerate(columns):
        alike.setdefault(np.packbits(np.isfinite(column)).tobytes(), []).append(place)
    null = np.full((permutations, len(columns), int(codes.max()) + 1), 0.5)
    for _, places in sorted(alike.items()):
        rows = np.flatnonzero(np.isfinite(columns[places[0]]))
        if len(rows):
            ranked = _Ranked([columns[place] for place in places], rows, strata[rows])
            some = codes[rows], groups[rows], strata[rows]
            null[:, places] = _null_auc_of_known(ranked, *some, null.shape[2], permutations, rng)
    return null


class _Ranked:
    """Mid-ranks of columns within strata. They are whole or half numbers, which four bytes hold to the last bit."""

    def __init__(self, columns: Sequence[np.ndarray], rows: np.ndarray, strata: np.ndarray) -> None:
        self.places = members(strata)
        exact = np.float32 if len(rows) < EXACT_IN_FOUR_BYTES else np.float64
        self.ranks = [np.empty((len(some), len(columns)), dtype=exact) for some in self.places]
        self.varies = np.empty((len(self.places), len(columns)))
        for place, column in enumerate(columns):
            known = column[rows]
            for ranks, varies, some in zip(self.ranks, self.varies, self.places, strict=True):
                ranks[:, place] = scipy_stats.rankdata(known[some])
                varies[place] = np.ptp(known[some]) > 0

    def sums(self, stratum: int, chosen: np.ndarray) -> np.ndarray:
        """Sum of each column's ranks over the chosen images, bool (resamples, images): float (resamples, columns)."""
        ranks = self.ranks[stratum]
        total = np.zeros((len(chosen), ranks.shape[1]))
        for start in range(0, len(ranks), AT_ONCE):
            some = slice(start, start + AT_ONCE)
            total += chosen[:, some].astype(np.float64) @ ranks[some].astype(np.float64)
        return total


def _null_auc_of_known(
    ranked: _Ranked,
    codes: np.ndarray,
    groups: np.ndarray,
    strata: np.ndarray,
    n_classes: int,
    permutations: int,
    rng: np.random.Generator,
) -> np.ndarray:
    places, columns = ranked.places, ranked.varies.shape[1]
    chunks = []
    for labels in permuted_within(codes, groups, strata, permutations, rng):
        null = np.empty((len(labels), columns, n_classes))
        for code in range(n_classes):
            areas = np.empty((len(places), len(labels), columns))
            weights = np.empty_like(areas)
            for place, rows in enumerate(places):
                chosen = labels[:, rows] == code
                inside = chosen.sum(axis=1, keepdims=True, dtype=np.float64)
                outside = len(rows) - inside
                with np.errstate(invalid="ignore", divide="ignore"):
                    areas[place] = (ranked.sums(place, chosen) - inside * (inside + 1) / 2) / (inside * outside)
                weights[place] = van_elteren(inside, outside) * ranked.varies[place]
            null[:, :, code] = pooled(areas, weights)
        chunks.append(null)
    return np.nan_to_num(np.concatenate(chunks), nan=0.5)
