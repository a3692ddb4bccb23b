"""Many classes at once: the same areas as one by one, evidence that sizes can be compared by, p-values that are."""

from itertools import combinations

import numpy as np
import pytest

from biasaudit import stats


def surest(columns, codes, groups, strata, permutations=99, seed=0):
    """How surely the surest class is told, float (columns,), and its p-values."""
    n_classes, wide = int(codes.max()) + 1, len(columns)
    evidence = stats.evidence_of(
        columns, codes, groups, strata,
        able=np.ones(n_classes, dtype=bool), floors=np.zeros(wide), upward=np.zeros(wide, dtype=bool),
    )  # fmt: skip
    shape, rng = (n_classes, wide), np.random.default_rng(seed)
    null = np.concatenate(list(stats.surest_by_chance(evidence, codes, groups, strata, shape, permutations, rng)))
    assert null.shape == (permutations, wide)
    seen = evidence(codes[None])[0].max(axis=0)
    return seen, ((null >= seen - 1e-9).sum(axis=0) + 1) / (permutations + 1)


@pytest.mark.parametrize("n_strata", [1, 4])
def test_the_areas_of_all_classes_at_once_are_those_of_one_by_one(n_strata):
    rng = np.random.default_rng(0)
    codes, strata = np.arange(180) % 30, rng.integers(0, n_strata, 180)
    codes[codes == 7] = 8  # a class that has no image
    columns = [rng.normal(size=180).round(places) for places in (0, 3)]
    columns[0][strata == 3] = 1.0  # does not vary there
    once = np.ones((1, 180))
    told = [strata != 3, np.ones(180, dtype=bool)]
    expected = [
        [stats.stratified_auc(column[rows], codes[rows] == code, strata[rows], once[:, rows])[0] for code in range(30)]
        for column, rows in zip(columns, told, strict=True)
    ]
    dealt = next(stats.permuted_within(codes, np.arange(180), strata, 3, rng))
    areas = stats.areas_of_classes(columns, strata, 30)
    assert pytest.approx(np.array(expected), abs=1e-12, nan_ok=True) == areas(codes[None])[0].T
    again = stats.stratified_auc(columns[1], dealt[2] == 4, strata, once)[0]
    assert areas(dealt)[2, 4, 1] == pytest.approx(again, abs=1e-12)


@pytest.mark.parametrize("of_a_patient", [1, 3])
def test_the_smallest_p_of_each_class_is_that_of_one_by_one(of_a_patient):
    rng = np.random.default_rng(1)
    codes, strata, groups = rng.integers(0, 25, 120), rng.integers(0, 2, 120), np.arange(120) // of_a_patient
    one_by_one = [stats.smallest_p(codes == code, groups, strata) for code in range(25)]
    at_once = stats.smallest_p_of_each(codes, groups, strata, 25)
    assert at_once == pytest.approx(one_by_one, rel=1e-9)


def test_evidence_is_nearly_minus_the_logarithm_of_the_exact_p_value():
    """Of 4 images of 24, all 10,626 ways in which they can fall."""
    ranks = np.arange(24.0)
    falls = np.array(list(combinations(range(24), 4)))
    sums = ranks[falls].sum(axis=1)
    codes = np.zeros((len(falls[::97]), 24), dtype=int)
    np.put_along_axis(codes, falls[::97], 1, axis=1)
    nothing = {"floors": np.zeros(1), "upward": np.zeros(1, dtype=bool)}
    evidence = stats.evidence_of(
        [ranks], codes[0], np.arange(24), np.zeros(24, dtype=int), able=np.array([False, True]), **nothing
    )
    found = evidence(codes)[:, 1, 0]
    exact = np.array([-np.log(np.mean(np.abs(sums - sums.mean()) >= abs(s - sums.mean()))) for s in sums[::97]])
    assert np.corrcoef(found, exact)[0, 1] > 0.99
    assert np.abs(found - exact).max() < 2


@pytest.mark.parametrize("of_a_patient", [1, 2])
def test_chance_among_classes_of_all_sizes_is_chance(of_a_patient):
    """Type I error at 0.05, and at 0.2, in 240 tests; ties, a rare mark and strata among them."""
    p_values = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        codes = np.repeat(rng.permutation(np.repeat(np.arange(24), rng.integers(2, 9, 24))), of_a_patient)
        patients, n = np.repeat(np.arange(len(codes) // of_a_patient), of_a_patient), len(codes)
        own = rng.normal(size=(4, patients.max() + 1))[:, patients] + 0.3 * rng.normal(size=(4, n))
        columns = [own[0], own[1].round(), (own[2] > 1.7).astype(float), own[3]]
        strata = rng.integers(0, 2, patients.max() + 1)[patients] if seed % 2 else np.zeros(n, dtype=int)
        p_values.append(surest(columns, codes, patients, strata, seed=seed)[1])
    assert np.mean(np.array(p_values) <= 0.05) < 0.09
    assert np.mean(np.array(p_values) <= 0.2) == pytest.approx(0.2, abs=0.08)


def test_a_large_class_far_off_stands_out_of_small_ones_that_lie_further_off_by_chance():
    rng = np.random.default_rng(2)
    codes = np.r_[np.zeros(60, dtype=int), np.repeat(np.arange(1, 201), 3)]
    column, nothing = rng.normal(size=660) + 1.4 * (codes == 0), rng.normal(size=660)
    one, groups = np.zeros(660, dtype=int), np.arange(660)
    areas = stats.areas_of_classes([column], one, 201)(codes[None])[0, :, 0]
    assert np.abs(areas - 0.5).argmax() != 0
    seen, p = surest([column, nothing], codes, groups, one, permutations=199)
    assert p[0] == 0.005
    assert p[1] > 0.05
    assert seen[0] > seen[1]


def test_memory_does_not_grow_with_permutations():
    import tracemalloc

    rng = np.random.default_rng(3)
    codes, one = np.arange(600) % 200, np.zeros(600, dtype=int)
    columns = [rng.normal(size=600) for _ in range(8)]
    peaks = []
    for permutations in (100, 400):
        tracemalloc.start()
        evidence = stats.evidence_of(
            columns, codes, np.arange(600), one,
            able=np.ones(200, dtype=bool), floors=np.zeros(8), upward=np.zeros(8, dtype=bool),
        )  # fmt: skip
        reached = sum(
            (some >= 5.0).sum() for some in
            stats.surest_by_chance(evidence, codes, np.arange(600), one, (200, 8), permutations, rng)
        )  # fmt: skip
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert reached
    assert peaks[1] < 1.1 * peaks[0]
