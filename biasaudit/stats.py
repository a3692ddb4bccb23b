"""Effect sizes, resampling by group, permutation nulls and power. Pure functions of arrays.

"Group" is a patient or a scene: images of one group are not independent, so groups, not images, are resampled
and permuted. Where every image is its own group, this is the ordinary bootstrap and permutation test.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import numpy as np
from scipy import stats as scipy_stats

CHUNK, CELLS = 100, 200_000
"""Resamples made at a time, at most, and resamples x images: memory does not grow with the images."""
AT_ONCE = 4_096
"""Images whose ranks are summed at once."""
EXACT_IN_FOUR_BYTES = 2**22
"""Images below which every mid-rank is a number that four bytes hold."""


def at_a_time(n: int) -> int:
    """Resamples of n images that are made at a time."""
    return max(1, min(CHUNK, CELLS // max(1, n)))


# --- effect sizes -----------------------------------------------------------------------------------------


def auc(values: np.ndarray, positive: np.ndarray) -> float:
    """Area under the ROC curve: P(value of a positive > value of a negative), ties counting half.

    values: float (n,), no NaN. positive: bool (n,). NaN where one side is empty.
    """
    n_positive = int(positive.sum())
    n_negative = positive.size - n_positive
    if not n_positive or not n_negative:
        return float("nan")
    ranks = scipy_stats.rankdata(values)
    return float((ranks[positive].sum() - n_positive * (n_positive + 1) / 2) / (n_positive * n_negative))


def weighted_auc(values: np.ndarray, positive: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """AUC under each row of `weights` (resamples, n), as float (resamples,); NaN where one side is empty."""
    return auc_under(values, positive)(weights)


def auc_under(values: np.ndarray, positive: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """`weighted_auc` as a function of the weights: the values are put in order once, however many weights follow."""
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
    """Counts, int (..., n_levels, n_labels), for integer codes; `labels` may be (resamples, n)."""
    labels = np.atleast_2d(labels)
    cells = n_levels * n_labels
    codes = levels * n_labels + labels + cells * np.arange(len(labels))[:, None]
    return np.bincount(codes.ravel(), minlength=cells * len(labels)).reshape(-1, n_levels, n_labels)


def cramers_v(tables: np.ndarray) -> np.ndarray:
    """Bias-corrected Cramer's V, 0 to 1, of tables (..., levels, labels). Bergsma 2013, J. Korean Stat. Soc."""
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


# --- strata -----------------------------------------------------------------------------------------------
# A third thing is held fixed by comparing only images that are alike in it, and averaging over its values.


def members(strata: np.ndarray) -> list[np.ndarray]:
    """The places of each stratum's images; `strata`: int (n,)."""
    return [np.flatnonzero(strata == code) for code in np.unique(strata)]


def pooled(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Mean of `values` (strata, ...) by `weights` of the same shape; NaN where nothing has weight.

    Of one stratum it is that stratum's value to the last bit: its share is exactly 1.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = weights / weights.sum(axis=0)
    return (np.where(weights > 0, values, 0) * shares).sum(axis=0)


def van_elteren(inside: np.ndarray, outside: np.ndarray) -> np.ndarray:
    """What the AUC of a stratum with so many images on either side weighs (van Elteren 1960): n1 n0 / (n1 + n0 + 1).

    It is proportional to one over the AUC's variance without a tie; a stratum of one class weighs nothing.
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
    """`stratified_auc` as a function of the weights: the values are put in order once, however many weights follow."""
    parts = members(strata)
    inside = [positive[rows] for rows in parts]
    area_of = [auc_under(values[rows], of_class) for rows, of_class in zip(parts, inside, strict=True)]

    def under(weights: np.ndarray) -> np.ndarray:
        areas, shares = [], []
        for rows, of_class, area in zip(parts, inside, area_of, strict=True):
            drawn = weights[:, rows]
            areas.append(area(drawn))
            shares.append(van_elteren(drawn @ of_class, drawn @ ~of_class))
        return pooled(np.array(areas), np.array(shares))

    return under


def stratified_v(tables: list[np.ndarray]) -> np.ndarray:
    """Mean of Cramer's V over strata, by images, 0 to 1; of one (resamples, levels, labels) a stratum.

    As in Mantel & Haenszel 1959, tables of different strata are never added, so their margins cannot make a tie.
    """
    sizes = np.array([table.sum(axis=(-2, -1)) for table in tables], dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):  # a resample can leave a stratum with one image or none
        return pooled(np.array([cramers_v(table) for table in tables]), np.where(sizes > 1, sizes, 0))


# --- resampling -------------------------------------------------------------------------------------------


def bootstrap_weights(groups: np.ndarray, resamples: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """How often each image is drawn when whole groups are drawn with replacement; int32 (<= CHUNK, n)."""
    _, codes = np.unique(groups, return_inverse=True)
    n_groups = int(codes.max()) + 1
    step = at_a_time(len(groups))
    for start in range(0, resamples, step):
        count = min(step, resamples - start)
        drawn = rng.integers(0, n_groups, size=(count, n_groups)) + n_groups * np.arange(count)[:, None]
        times = np.bincount(drawn.ravel(), minlength=count * n_groups).reshape(count, n_groups)
        yield times[:, codes].astype(np.int32)


def interval(
    statistic: Callable[[np.ndarray], np.ndarray],
    groups: np.ndarray,
    rng: np.random.Generator,
    resamples: int = 500,
) -> tuple[float, float]:
    """95% percentile interval of `statistic(weights (resamples, n)) -> (resamples,)` over resampled groups.

    NaN twice where most resamples leave a side empty: there are too few groups to say.
    """
    drawn = np.concatenate([statistic(weights) for weights in bootstrap_weights(groups, resamples, rng)])
    drawn = drawn[np.isfinite(drawn)]
    if drawn.size < resamples // 2:
        return float("nan"), float("nan")
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def permuted(
    values: np.ndarray,
    groups: np.ndarray,
    permutations: int,
    rng: np.random.Generator,
    step: int | None = None,
) -> Iterator[np.ndarray]:
    """`values` as they could have fallen had nothing but chance tied them to the images; (<= CHUNK, n).

    The blocks of values of whole groups are laid over the images in random order, so that what is alike within a
    patient stays together, whether a patient has one label or several. Counts are kept exactly. Where each image is
    its own group this is the ordinary permutation; where groups differ in size, blocks can straddle two groups.
    """
    _, codes = np.unique(groups, return_inverse=True)
    n_groups = int(codes.max()) + 1
    by_group = np.argsort(codes, kind="stable")
    step = step or at_a_time(len(values))
    kind: Literal["stable"] | None = "stable" if n_groups < len(values) else None  # the keys of a group are equal
    for start in range(0, permutations, step):
        count = min(step, permutations - start)
        keys = rng.random((count, n_groups))[:, codes[by_group]]
        shuffled = np.empty((count, len(values)), dtype=values.dtype)
        shuffled[:, by_group] = values[by_group][np.argsort(keys, axis=1, kind=kind)]
        yield shuffled


def permuted_within(
    values: np.ndarray, groups: np.ndarray, strata: np.ndarray, permutations: int, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """`permuted` inside each stratum by itself: what goes with the strata stays where it is; (<= CHUNK, n)."""
    parts = members(strata)
    step = at_a_time(len(values))
    for chunks in zip(*(permuted(values[rows], groups[rows], permutations, rng, step) for rows in parts), strict=True):
        shuffled = np.empty((len(chunks[0]), len(values)), dtype=values.dtype)
        for rows, chunk in zip(parts, chunks, strict=True):
            shuffled[:, rows] = chunk
        yield shuffled


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
    codes: int (n,), the class of each image. 0.5 where nothing could be said. Where a value is unknown, the labels of
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
        self.parts = members(strata)
        exact = np.float32 if len(rows) < EXACT_IN_FOUR_BYTES else np.float64
        self.ranks = [np.empty((len(part), len(columns)), dtype=exact) for part in self.parts]
        self.varies = np.empty((len(self.parts), len(columns)))
        for place, column in enumerate(columns):
            known = column[rows]
            for ranks, varies, part in zip(self.ranks, self.varies, self.parts, strict=True):
                ranks[:, place] = scipy_stats.rankdata(known[part])
                varies[place] = np.ptp(known[part]) > 0

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
    parts, columns = ranked.parts, ranked.varies.shape[1]
    chunks = []
    for labels in permuted_within(codes, groups, strata, permutations, rng):
        null = np.empty((len(labels), columns, n_classes))
        for code in range(n_classes):
            areas = np.empty((len(parts), len(labels), columns))
            weights = np.empty_like(areas)
            for place, rows in enumerate(parts):
                chosen = labels[:, rows] == code
                inside = chosen.sum(axis=1, keepdims=True, dtype=np.float64)
                outside = len(rows) - inside
                with np.errstate(invalid="ignore", divide="ignore"):
                    areas[place] = (ranked.sums(place, chosen) - inside * (inside + 1) / 2) / (inside * outside)
                weights[place] = van_elteren(inside, outside) * ranked.varies[place]
            null[:, :, code] = pooled(areas, weights)
        chunks.append(null)
    return np.nan_to_num(np.concatenate(chunks), nan=0.5)


def permutations_for(tests: int, least: int) -> int:
    """How many permutations a family of `tests` needs, so that a single true effect among them can reach q < 0.05."""
    return max(least, 40 * tests)


def smallest_p(positive: np.ndarray, groups: np.ndarray, strata: np.ndarray) -> float:
    """The smallest p-value that permuting whole groups within strata can give a two-sided test of `positive`.

    With three hospitals on one side and one on the other no tie, however perfect, can be told from chance.
    """
    arrangements = 0.0  # their logarithm
    for rows in members(strata):
        inside, outside = (np.unique(groups[rows][side]) for side in (positive[rows], ~positive[rows]))
        shared = len(np.intersect1d(inside, outside, assume_unique=True))
        total = len(inside) + len(outside) - shared
        smaller = total // 2 if shared else min(len(inside), len(outside))
        arrangements += math.lgamma(total + 1) - math.lgamma(smaller + 1) - math.lgamma(total - smaller + 1)
    return 2 * math.exp(-arrangements)


def generator(seed: int, *names: str) -> np.random.Generator:
    """Random numbers that depend on the seed and on what they are for, not on what else is tested."""
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])


def permutation_p(observed: float, null: np.ndarray) -> float:
    """(b + 1) / (B + 1): b of B permutations reached the observed value (Phipson & Smyth 2010)."""
    return float((np.sum(null >= observed - 1e-12) + 1) / (null.size + 1))


def sign_flip_p(
    differences: np.ndarray, groups: np.ndarray, rng: np.random.Generator, permutations: int = 1999
) -> float:
    """One-sided p of mean(differences) > 0 when the sign of each whole group is a coin toss."""
    _, codes = np.unique(groups, return_inverse=True)
    sums = np.bincount(codes, weights=differences)
    signs = rng.choice([-1.0, 1.0], size=(permutations, sums.size))
    return permutation_p(float(sums.sum()), signs @ sums)


# --- many tests, and power --------------------------------------------------------------------------------


def q_values(p_values: np.ndarray) -> np.ndarray:
    """Benjamini-Hochberg adjusted p-values of one declared family (1995)."""
    return scipy_stats.false_discovery_control(p_values, method="bh") if len(p_values) else np.array([])


def _noncentrality(tests: int, power: float) -> float:
    return float(scipy_stats.norm.isf(0.025 / max(tests, 1)) + scipy_stats.norm.ppf(power))


def detectable_auc(
    n_positive: int | np.ndarray, n_negative: int | np.ndarray, tests: int = 1, power: float = 0.8
) -> float:
    """Smallest AUC above 0.5 that n_positive and n_negative images show with `power`, alpha 0.05 / tests.

    From the null standard error of the Mann-Whitney statistic; of several strata, one number each, van Elteren's.
    """
    inside, outside = np.atleast_1d(n_positive), np.atleast_1d(n_negative)
    both = (inside > 0) & (outside > 0)
    if not both.any():
        return 1.0
    inside, outside = inside[both], outside[both]
    variances = (inside + outside + 1) / (12 * inside * outside)
    shares = van_elteren(inside, outside) / van_elteren(inside, outside).sum()
    return float(min(1.0, 0.5 + _noncentrality(tests, power) * np.sqrt((shares**2 * variances).sum())))


def detectable_v(
    n: int | np.ndarray,
    n_levels: int | np.ndarray,
    n_labels: int | np.ndarray,
    tests: int = 1,
    power: float = 0.8,
) -> float:
    """Smallest Cramer's V that n images show with `power`, from the noncentral chi-squared distribution.

    Of several strata, one number each, it is the V in all of them that the sum of their chi-squareds shows.
    """
    n, n_levels, n_labels = np.atleast_1d(n), np.atleast_1d(n_levels), np.atleast_1d(n_labels)
    freedom = int(((n_levels - 1) * (n_labels - 1)).sum())
    information = int((n * (np.minimum(n_levels, n_labels) - 1)).sum())
    if not freedom or not information:
        return 1.0
    critical = scipy_stats.chi2.isf(0.05 / max(tests, 1), freedom)
    low, high = 0.0, 1e4
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if scipy_stats.ncx2.sf(critical, freedom, middle) < power else (low, middle)
    return float(min(1.0, np.sqrt(high / information)))


def detectable_mean(differences: np.ndarray, tests: int = 1, power: float = 0.8) -> float:
    """Smallest mean that paired differences of this spread show with `power`."""
    if differences.size < 2:
        return float("inf")
    return float(_noncentrality(tests, power) * differences.std(ddof=1) / np.sqrt(differences.size))
