"""Of many classes the one that a column tells most surely, and how surely chance would tell some class.

With a thousand classes of five images some class lies far off in every column, by chance. So what is asked is not how
far it lies off, but whether it lies further off than the furthest class does where labels were dealt by chance
(Westfall & Young 1993, single-step maxT): one test a column, whatever the number of classes, and as many permutations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from scipy import stats as scipy_stats
from scipy.sparse import csr_array

from biasaudit.stats.resampling import permuted_within
from biasaudit.stats.strata import members, pooled, van_elteren

CELLS = 1_000_000
"""Columns x classes x permutations that are held at once, at most."""
BINS, TILTS = 4096, 201
"""Steps of the scale of ranks, and tilts of their distribution, in which rates are tabulated."""

Scores = Callable[[np.ndarray], np.ndarray]


def areas_of_classes(columns: Sequence[np.ndarray], strata: np.ndarray, n_classes: int) -> Scores:
    """`stratified_auc` of each class against the rest, of all classes at once, as a function of their codes.

    columns: float (n,) each, no NaN. strata: int (n,). The function takes codes, int (some, n), of which each row has
    as many images of each class in each stratum as the first, and returns float (some, classes, columns), 0 to 1, NaN
    where no stratum has both sides. Every column is ranked once, and each image is added to its own class only.
    """
    places = members(strata)
    return _areas(places, _ranked(columns, places), n_classes)


def _ranked(columns: Sequence[np.ndarray], places: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Mid-ranks within each stratum, float (images of it, columns)."""
    return [np.column_stack([scipy_stats.rankdata(column[rows]) for column in columns]) for rows in places]


def _areas(places: Sequence[np.ndarray], ranks: Sequence[np.ndarray], n_classes: int) -> Scores:
    varies = [np.ptp(each, axis=0) > 0 for each in ranks]

    def areas(codes: np.ndarray) -> np.ndarray:
        found, weights = [], []
        for rows, of_rows, differs in zip(places, ranks, varies, strict=True):
            inside = np.bincount(codes[0, rows], minlength=n_classes)[:, None].astype(np.float64)
            outside = len(rows) - inside
            above = _sums(codes[:, rows], of_rows, n_classes)
            above -= inside * (inside + 1) / 2
            with np.errstate(invalid="ignore", divide="ignore"):
                above /= inside * outside
            found.append(above)
            weights.append(van_elteren(inside, outside) * differs)
        if len(places) == 1:
            found[0][:, weights[0] == 0] = np.nan
            return found[0]
        with np.errstate(invalid="ignore"):
            return pooled(np.array(found), np.array(weights)[:, None])

    return areas


def _sums(codes: np.ndarray, ranks: np.ndarray, n_classes: int) -> np.ndarray:
    """Sum of the ranks of each class, float (some, classes, columns); codes: int (some, n); ranks: float (n, columns).

    Whole and half numbers: the sums are exact.
    """
    some, n = codes.shape
    counts = np.bincount((codes + n_classes * np.arange(some)[:, None]).ravel(), minlength=some * n_classes)
    small = codes.astype(np.uint16 if n_classes < 2**16 else np.int64)  # which are sorted by counting
    order = np.argsort(small, axis=1, kind="stable").ravel()
    chosen = csr_array((np.ones(some * n), order, np.r_[0, np.cumsum(counts)]), shape=(some * n_classes, n))
    return (chosen @ ranks).reshape(some, n_classes, -1)


def evidence_of(
    columns: Sequence[np.ndarray],
    codes: np.ndarray,
    groups: np.ndarray,
    strata: np.ndarray,
    *,
    able: np.ndarray,
    floors: np.ndarray,
    upward: np.ndarray,
) -> Scores:
    """How surely each column tells each class, as a function of the codes of permuted labels.

    Args:
        columns: float (n,) each, no NaN. codes: int (n,), classes. groups: (n,), patients. strata: int (n,).
        able: bool (classes,), those of which a tie could be told from chance; no other is looked at.
        floors: float (columns,), how far from 0.5 an area has to lie to matter, 0 to 0.5.
        upward: bool (columns,), where only more of the column counts.

    The function takes int (some, n) and returns float (some, classes, columns): groups in the class times the rate at
    which the probability of a mean rank as far off falls with each further one (Cramer 1938; Chernoff 1952): nearly
    minus the logarithm of a p-value, so that classes of different sizes can be compared. Where nothing is left of the
    images (Hoeffding 1963) it is stretched as the variance of their mean shrinks. 0 below the floor.
    """
    n_classes, places = len(able), members(strata)
    ranks = _ranked(columns, places)
    areas = _areas(places, ranks, n_classes)
    rates = np.concatenate([_rates(column) for column in _standing(places, ranks).T])
    start = (BINS + 1) * np.arange(len(columns))
    of_class = np.bincount(codes, minlength=n_classes)
    independent, in_all = _distinct(codes, groups, n_classes), len(np.unique(groups))
    weight = (independent * (in_all - 1) / np.maximum(1, in_all - independent) * able)[:, None]
    inside = (1 - of_class / len(codes))[:, None]

    def scores(labels: np.ndarray) -> np.ndarray:
        off = np.nan_to_num(areas(labels) - 0.5, copy=False)
        place = (off * inside + 0.5) * BINS
        low = np.minimum(place.astype(np.int32), BINS - 1)
        place -= low
        low += start
        below = rates.take(low)
        told = (below + place * (rates.take(low + 1) - below)) * weight
        told[(np.where(upward, off, np.abs(off)) < floors)] = 0
        return told

    return scores


def _distinct(codes: np.ndarray, groups: np.ndarray, n_classes: int) -> np.ndarray:
    """int (classes,): groups that each class has an image of."""
    _, of = np.unique(groups, return_inverse=True)
    pairs = np.unique(codes.astype(np.int64) * (int(of.max()) + 1) + of)
    return np.bincount(pairs // (int(of.max()) + 1), minlength=n_classes)


def _standing(places: Sequence[np.ndarray], ranks: Sequence[np.ndarray]) -> np.ndarray:
    """float (n, columns), -0.5 to 0.5: how far each value stands from the middle of those of its stratum."""
    standing = np.empty((sum(map(len, places)), ranks[0].shape[1]))
    for rows, of_rows in zip(places, ranks, strict=True):
        standing[rows] = (of_rows - (len(rows) + 1) / 2) / len(rows)
    return standing


def _rates(standing: np.ndarray) -> np.ndarray:
    """The rate of large deviations of a mean of such ranks, float (BINS + 1,), at -0.5 to 0.5; 0 or more.

    The Legendre transform of the logarithm of the mean of exp(tilt x rank), over tilts.
    """
    bins = np.minimum(((standing + 0.5) * BINS).astype(int), BINS - 1)
    counts = np.bincount(bins, minlength=BINS)
    held = counts > 0
    means = np.bincount(bins, weights=standing, minlength=BINS)[held] / counts[held]
    tilts = np.sinh(np.linspace(-1, 1, TILTS) * np.arcsinh(4 * BINS))
    exponents = tilts[:, None] * means + np.log(counts[held] / len(standing))
    top = exponents.max(axis=1, keepdims=True)
    tilted = np.exp(exponents - top)
    total = tilted.sum(axis=1)
    at = tilted @ means / total
    rate = np.maximum(0, tilts * at - top[:, 0] - np.log(total))
    return np.interp(np.linspace(-0.5, 0.5, BINS + 1), at, rate)


def surest_by_chance(
    evidence: Scores,
    codes: np.ndarray,
    groups: np.ndarray,
    strata: np.ndarray,
    shape: tuple[int, int],
    permutations: int,
    rng: np.random.Generator,
) -> Iterator[np.ndarray]:
    """How surely the surest class of each column is told by labels permuted within strata, whole groups at a time.

    codes, groups, strata: (n,), as above. shape: classes and columns. Yields float (some, columns) until there are
    `permutations` rows; memory does not grow with them.
    """
    step = max(1, CELLS // max(1, shape[0] * shape[1]))
    for labels in permuted_within(codes, groups, strata, permutations, rng):
        for start in range(0, len(labels), step):
            yield evidence(labels[start : start + step]).max(axis=1)
