import numpy as np
import pytest
from scipy.stats import chi2_contingency
from sklearn.metrics import roc_auc_score

from biasaudit import stats
from biasaudit.stats import resampling


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_auc_is_sklearns_with_ties_and_weights(rng):
    values, positive = rng.integers(0, 6, 80).astype(float), rng.random(80) < 0.3
    assert stats.auc(values, positive) == pytest.approx(roc_auc_score(positive, values), abs=1e-12)
    weights = rng.integers(0, 4, (3, 80))
    expected = [roc_auc_score(positive, values, sample_weight=row) for row in weights]
    assert stats.weighted_auc(values, positive, weights) == pytest.approx(expected, abs=1e-12)


def test_auc_of_one_class_is_nan():
    assert np.isnan(stats.auc(np.arange(3.0), np.ones(3, dtype=bool)))


def test_cramers_v_is_zero_for_independence_and_one_for_identity():
    independent = np.outer([30, 20], [10, 40, 50])
    assert stats.cramers_v(independent) == 0
    assert stats.cramers_v(np.diag([40, 30, 50])) == pytest.approx(1)


def test_cramers_v_agrees_with_a_hand_calculation():
    table = np.array([[30, 10], [15, 45]])
    n, chi2 = table.sum(), chi2_contingency(table, correction=False).statistic
    phi2 = max(0, chi2 / n - 1 / (n - 1))
    smaller = 2 - 1 / (n - 1) - 1
    assert stats.cramers_v(table) == pytest.approx(np.sqrt(phi2 / smaller), abs=1e-12)


def test_permuting_moves_whole_patients_and_keeps_the_labels(rng):
    groups = np.repeat(np.arange(20), 3).astype(str)
    labels = np.repeat(rng.integers(0, 2, 20), 3)
    for shuffled in stats.permuted(labels, groups, 50, rng):
        assert (shuffled.reshape(-1, 20, 3).std(axis=2) == 0).all()
        assert (shuffled.sum(axis=1) == labels.sum()).all()


def test_permuting_moves_whole_patients_whose_images_differ_in_label(rng):
    groups = np.repeat([f"p{i:02}" for i in range(30)], 4)
    labels = np.concatenate([rng.permutation([0, 1, 1, 1]) if i % 2 else np.zeros(4, int) for i in range(30)])
    blocks = {tuple(block) for block in labels.reshape(-1, 4)}
    for shuffled in stats.permuted(labels, groups, 50, rng):
        assert {tuple(block) for block in shuffled.reshape(-1, 4)} <= blocks
        assert (shuffled.sum(axis=1) == labels.sum()).all()


def test_a_tie_of_a_patients_trait_is_seen_though_patients_hold_both_labels(rng):
    groups = np.repeat(np.arange(100), 5).astype(str)
    patient = np.repeat(rng.integers(0, 2, 100), 5)
    labels = np.where(rng.random(500) < 0.8, patient, 1 - patient)
    null = [
        stats.auc(patient.astype(float), row == 1) for some in stats.permuted(labels, groups, 199, rng) for row in some
    ]
    assert stats.permutation_p(stats.auc(patient.astype(float), labels == 1), np.array(null)) < 0.01


def test_enough_permutations_for_one_true_effect_among_many_tests():
    tests = 500
    smallest = 1 / (stats.permutations_for(tests, 1999) + 1)
    assert stats.q_values(np.r_[smallest, np.linspace(0.1, 1, tests - 1)])[0] < 0.05


def test_permutation_p_values_are_uniform_without_an_effect(rng):
    labels, groups = np.repeat([0, 1], 40), np.arange(80).astype(str)
    p_values = []
    for _ in range(500):
        values = rng.normal(size=80)
        null = [stats.auc(values, row == 1) for some in stats.permuted(labels, groups, 99, rng) for row in some]
        p_values.append(stats.permutation_p(stats.auc(values, labels == 1), np.array(null)))
    assert np.mean(np.array(p_values) <= 0.05) == pytest.approx(0.05, abs=0.03)


def test_resampling_groups_widens_the_interval_of_correlated_images(rng):
    patient = rng.normal(size=30)
    values, groups = np.repeat(patient, 10), np.repeat(np.arange(30), 10).astype(str)

    def mean(weights):
        return weights @ values / weights.sum(axis=1)

    wide = np.ptp(stats.interval(mean, groups, rng))
    narrow = np.ptp(stats.interval(mean, np.arange(300).astype(str), rng))
    assert wide > 2.5 * narrow


def test_the_interval_of_a_mean_covers_it_19_times_of_20(rng):
    covered = 0
    for _ in range(200):
        values = rng.normal(1.0, 1.0, 60)
        low, high = stats.interval(lambda w, v=values: w @ v / w.sum(axis=1), np.arange(60).astype(str), rng, 400)
        covered += low <= 1.0 <= high
    assert 0.89 <= covered / 200 <= 0.99


def test_sign_flip_sees_a_shift_and_not_its_absence(rng):
    groups = np.arange(60).astype(str)
    noise = rng.normal(size=60)
    assert stats.sign_flip_p(noise + 1, groups, rng) < 0.01
    assert stats.sign_flip_p(noise - noise.mean(), groups, rng) > 0.2


def test_the_smallest_detectable_auc_is_detected_four_times_of_five(rng):
    area = stats.detectable_auc(60, 60)
    shift = np.sqrt(2) * float(__import__("scipy.stats").stats.norm.ppf(area))
    found = 0
    for _ in range(300):
        values = np.r_[rng.normal(shift, 1, 60), rng.normal(0, 1, 60)]
        z = (stats.auc(values, np.arange(120) < 60) - 0.5) / np.sqrt(121 / (12 * 3600))
        found += abs(z) > 1.96
    assert found / 300 == pytest.approx(0.8, abs=0.08)


def test_more_tests_need_larger_effects():
    assert stats.detectable_auc(50, 50, tests=20) > stats.detectable_auc(50, 50)
    assert stats.detectable_v(200, 3, 2, tests=20) > stats.detectable_v(200, 3, 2) > 0


def test_resamples_of_many_images_are_made_a_few_at_a_time_and_are_the_same(monkeypatch):
    groups, values = np.arange(60) // 2, np.arange(60) % 3

    def drawn():
        made = (
            stats.bootstrap_weights(groups, 50, np.random.default_rng(0)),
            stats.permuted(values, groups, 50, np.random.default_rng(0)),
        )
        return [np.concatenate(list(each)) for each in made]

    whole = drawn()
    monkeypatch.setattr(resampling, "CELLS", 7 * 60)
    assert max(len(each) for each in stats.permuted(values, groups, 50, np.random.default_rng(0))) == 7
    for one, other in zip(whole, drawn(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_strata_of_different_sizes_are_permuted_as_many_times(monkeypatch):
    monkeypatch.setattr(resampling, "CELLS", 300)
    strata = np.array([0] * 50 + [1] * 10)
    made = stats.permuted_within(np.arange(60), np.arange(60), strata, 20, np.random.default_rng(0))
    assert np.concatenate(list(made)).shape == (20, 60)
