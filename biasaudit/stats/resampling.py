"""Resampling and permuting by group: how far an effect would move by chance, and how often chance would reach it.

"Group" is a patient or a scene: images of one group are not independent, so groups, not images, are resampled
and permuted. Where every image is its own group, this is the ordinary bootstrap and permutation test.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterator
from typing import Literal

import numpy as np
from scipy.special import gammaln

from biasaudit.stats.strata import members

CHUNK, CELLS = 100, 200_000
"""Resamples made at a time, at most, and resamples x images: memory does not grow with the images."""


def at_a_time(n: int) -> int:
    """How many resamples of n images, int 1 to `CHUNK`, are made at a time, so that `CELLS` cells are held at most."""
    return max(1, min(CHUNK, CELLS // max(1, n)))


def bootstrap_weights(groups: np.ndarray, resamples: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """How often each image is drawn when whole groups are drawn with replacement (Efron 1979; Davison & Hinkley 1997).

    groups: int or str (n,), the patient of each image. Yields int32 (at most CHUNK, n) until there are `resamples`
    rows.
    """
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
    """95% percentile interval of a statistic over resampled groups, in its unit (Efron 1979).

    statistic: takes int32 weights (some, n), how often each image is drawn, and returns float (some,), NaN where it has
    no value. groups: int or str (n,), the patient of each image. resamples: how many are drawn. NaN twice where most
    resamples leave a side empty: there are too few groups to say.
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
    """`values` as they could have fallen had nothing but chance tied them to the images.

    values: any dtype (n,). groups: int or str (n,), the patient of each image. Yields arrays of that dtype
    (at most `step`, or CHUNK, n) until there are `permutations` rows.

    The blocks of values of whole groups are laid over the images in random order, so that what is alike within a
    patient stays together, whether a patient has one label or several. Counts are kept exactly. Where each image is
    its own group this is the ordinary permutation; where groups differ in size, blocks can straddle two groups. Winkler
    et al. 2015 (whole-block permutation).
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
    """`permuted` inside each stratum by itself: what goes with the strata stays where it is.

    values: any dtype (n,). groups: int or str (n,), the patient of each image. strata: int (n,). Yields arrays of the
    values' dtype (at most CHUNK, n) until there are `permutations` rows. Winkler et al. 2015 (within-block
    permutation).
    """
    places = members(strata)
    step = at_a_time(len(values))
    for chunks in zip(*(permuted(values[rows], groups[rows], permutations, rng, step) for rows in places), strict=True):
        shuffled = np.empty((len(chunks[0]), len(values)), dtype=values.dtype)
        for rows, chunk in zip(places, chunks, strict=True):
            shuffled[:, rows] = chunk
        yield shuffled


def permutations_for(tests: int, least: int) -> int:
    """How many permutations a family of `tests` needs, so that a single true effect among them can reach q < 0.05."""
    return max(least, 40 * tests)


def smallest_p(positive: np.ndarray, groups: np.ndarray, strata: np.ndarray) -> float:
    """The smallest p-value, 0 to 2, that permuting whole groups within strata can give a two-sided test of `positive`.

    positive: bool (n,). groups: int or str (n,), the patient of each image. strata: int (n,). Two over the number of
    ways in which the groups can fall; above 1 where there is but one. With three hospitals on one side and one on the
    other no tie, however perfect, can be told from chance.
    """
    arrangements = 0.0  # their logarithm
    for rows in members(strata):
        inside, outside = (np.unique(groups[rows][side]) for side in (positive[rows], ~positive[rows]))
        shared = len(np.intersect1d(inside, outside, assume_unique=True))
        total = len(inside) + len(outside) - shared
        smaller = total // 2 if shared else min(len(inside), len(outside))
        arrangements += math.lgamma(total + 1) - math.lgamma(smaller + 1) - math.lgamma(total - smaller + 1)
    return 2 * math.exp(-arrangements)


def smallest_p_of_each(codes: np.ndarray, groups: np.ndarray, strata: np.ndarray, n_classes: int) -> np.ndarray:
    """`smallest_p` of each class against the rest, float (classes,), 0 to 2: the groups are counted once for all.

    codes: int (n,), the class of each image. groups: int or str (n,), its patient. strata: int (n,).
    """
    _, patient = np.unique(groups, return_inverse=True)
    arrangements = np.zeros(n_classes)
    for rows in members(strata):
        pairs = np.unique(np.stack([codes[rows], patient[rows]]), axis=1)
        _, of, classes_of = np.unique(pairs[1], return_inverse=True, return_counts=True)
        inside = np.bincount(pairs[0], minlength=n_classes)
        shared = np.bincount(pairs[0], weights=classes_of[of] > 1, minlength=n_classes)
        total = len(classes_of)
        smaller = np.where(shared > 0, total // 2, np.minimum(inside, total - inside))
        arrangements += gammaln(total + 1) - gammaln(smaller + 1) - gammaln(total - smaller + 1)
    return 2 * np.exp(-arrangements)


def generator(seed: int, *names: str) -> np.random.Generator:
    """Random numbers that depend on the seed and on what they are for, not on what else is tested."""
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])


def permutation_p(observed: float, null: np.ndarray) -> float:
    """(b + 1) / (B + 1), above 0 to 1: b of B permutations reached the observed value (Phipson & Smyth 2010).

    null: float (B,), the statistic of each permutation, in the unit of `observed`; the larger the more extreme.
    """
    return float((np.sum(null >= observed - 1e-12) + 1) / (null.size + 1))


def sign_flip_p(
    differences: np.ndarray, groups: np.ndarray, rng: np.random.Generator, permutations: int = 1999
) -> float:
    """One-sided p, above 0 to 1, of mean(differences) > 0 when the sign of each whole group is a coin toss.

    differences: float (n,), paired. groups: int or str (n,), the patient of each. Fisher 1935 (sign flipping), with the
    count of Phipson & Smyth 2010.
    """
    _, codes = np.unique(groups, return_inverse=True)
    sums = np.bincount(codes, weights=differences)
    signs = rng.choice([-1.0, 1.0], size=(permutations, sums.size))
    return permutation_p(float(sums.sum()), signs @ sums)
