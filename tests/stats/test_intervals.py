"""Intervals hold the truth as often as they say, in small groups as well, and never leave their range."""

import numpy as np
import pytest
from scipy.stats import norm

from biasaudit.evidence.subgroups.differences import p_of
from biasaudit.stats.intervals import (
    Interval,
    area_under_curve,
    average,
    difference,
    effective_n,
    mean,
    mean_error,
    proportion,
    ratio,
)
from tests.benchmarks import coverage


@pytest.mark.parametrize("name", coverage.METHODS)
@pytest.mark.parametrize("n", coverage.SIZES)
def test_they_hold_the_truth_in_about_95_of_100(name, n):
    rng = np.random.default_rng(n)
    found = [coverage.METHODS[name](n, rng) for _ in range(400)]
    held = np.mean([each.low - 1e-12 <= true <= each.high + 1e-12 for each, true in found if each is not None])
    assert 0.91 <= held <= 0.99  # the benchmark's 4,000 draws hold 93 to 97%


@pytest.mark.parametrize("hits", [0, 1, 19, 20])
def test_a_share_stays_a_share(hits):
    found = proportion(hits, 20)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.high - found.low > 0.1


def test_wilson_is_as_he_wrote_it():
    found = proportion(15, 148)
    assert (round(found.low, 4), round(found.high, 4)) == (0.0624, 0.1605)  # Newcombe 1998, table I, method 3


def test_newcombes_difference_is_as_he_wrote_it():
    found = difference(proportion(56, 70), proportion(48, 80))
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)  # Newcombe 1998, table II, method 10


@pytest.mark.parametrize("area", [0.0, 0.5, 1.0])
def test_an_area_stays_an_area(area):
    found = area_under_curve(area, 6, 14)
    assert 0 <= found.low <= area <= found.high <= 1
    assert found.high - found.low > 0.1


def test_copies_of_one_patient_are_worth_one_image():
    values, patients = np.repeat([0.0, 1.0] * 20, 5), np.repeat(np.arange(40), 5)
    assert effective_n(values, np.arange(200)) == 200
    assert 35 <= effective_n(values, patients) <= 40
    assert effective_n(np.ones(10), np.zeros(10)) == 1


def test_the_same_figure_twice_differs_by_nothing():
    one = proportion(30, 40)
    apart, over = difference(one, one), ratio(one, one)
    assert (apart.value, over.value) == (0, 1)
    assert apart.low < 0 < apart.high
    assert over.low < 1 < over.high
    assert p_of(apart) == 1


def test_p_is_below_a_twentieth_just_where_the_interval_leaves_out_0():
    assert p_of(Interval(0.1, 0.001, 0.2)) < 0.05 < p_of(Interval(0.1, -0.001, 0.2))
    assert p_of(Interval(-0.1, -0.2, -0.001)) < 0.05 < p_of(Interval(-0.1, -0.2, 0.001))


def test_a_ratio_to_what_may_be_0_is_not_given():
    assert ratio(proportion(5, 10), proportion(0, 10)) is None


def test_errors_that_are_all_0_are_not_known_to_be_0():
    found = mean_error(np.zeros(20), np.arange(20))
    assert found.value == found.low == 0
    assert 0.05 < found.high < 0.5


def test_means_lean_to_neither_side():
    found = mean(np.array([-1.0, 1.0] * 10), np.arange(20))
    assert found.value == 0
    assert found.high == pytest.approx(-found.low)
    assert average([proportion(5, 10), proportion(9, 10)]).value == pytest.approx(0.7)


def test_the_level_widens():
    narrow, wide = proportion(5, 10, level=0.9), proportion(5, 10, level=0.99)
    assert wide.low < narrow.low
    assert norm.ppf(0.995) > norm.ppf(0.95)


def test_an_area_that_misses_its_end_by_rounding_alone_has_an_interval():
    with np.errstate(invalid="raise"):
        for area in (1 - 1e-12, 1e-12):
            interval = area_under_curve(area, 20, 30)
            assert 0 <= interval.low <= area <= interval.high <= 1
