"""What a score is worth where a cause and the label are independent: held against scores of known worth."""

from itertools import product

import numpy as np
import pytest
from scipy.stats import norm

from biasaudit.stats import auc
from biasaudit.stats.independent import Levels, area_apart, fitted_weights, macro, recall_apart, worth

APART, LEANS = 0.7, 1.5
"""By how much the scores of the classes differ, and by how much the cause moves them, in standard deviations."""
PAIRS = [norm.cdf((APART + LEANS * (one - other)) / np.sqrt(2)) for one, other in product((0, 1), repeat=2)]
TRUE = float(np.mean(PAIRS))
"""The AUC of such scores where the cause goes with neither class."""


def drawn(rng, n=400, share=0.92, positives=0.25):
    """Scores, label and side of n images whose cause goes with the label, a rare class among them."""
    positive = np.arange(n) < positives * n
    side = rng.random(n) < np.where(positive, share, 1 - share)
    return APART * positive + LEANS * side + rng.normal(size=n), positive, side


def halves(*sides):
    return tuple(Levels(side.astype(int), np.array([0.5, 0.5])) for side in sides)


def told(scores, positive, *sides, groups=None):
    causes = halves(*sides)
    groups = np.arange(len(scores)) if groups is None else groups
    return area_apart(scores, positive, causes, fitted_weights(causes, positive), groups)


def test_the_area_is_the_mean_over_pairs_of_sides():
    scores, positive, side = drawn(np.random.default_rng(0))
    each = []
    for one, other in product((False, True), repeat=2):
        pair = (positive & (side == one)) | (~positive & (side == other))
        each.append(auc(scores[pair], positive[pair]))
    assert told(scores, positive, side).value == pytest.approx(np.mean(each))
    assert auc(scores, positive) > np.mean(each) + 0.1


def test_the_interval_holds_the_truth_where_one_cell_has_eight_images_and_the_naive_figure_never_does():
    held, naive = [], []
    for seed in range(400):
        scores, positive, side = drawn(np.random.default_rng(seed))
        _, low, high = told(scores, positive, side).interval
        held.append(low <= TRUE <= high)
        naive.append(auc(scores, positive) - TRUE)
    assert 0.92 <= np.mean(held) <= 0.99
    assert min(naive) > 0.05


def test_it_is_the_ordinary_area_where_nothing_is_tied():
    scores, positive, side = drawn(np.random.default_rng(1), n=2000, share=0.5)
    assert told(scores, positive, side).value == pytest.approx(auc(scores, positive), abs=0.01)


def test_a_model_that_knows_nothing_but_the_cause_is_worth_chance():
    _, positive, side = drawn(np.random.default_rng(2))
    assert auc(side.astype(float), positive) > 0.85
    assert told(side.astype(float), positive, side).value == pytest.approx(0.5)


def test_two_causes_are_made_independent_together():
    rng = np.random.default_rng(3)
    scores, positive, side = drawn(rng, n=20000)
    other = rng.random(20000) < np.where(positive, 0.8, 0.3)
    scores = scores + other
    causes = halves(side, other)
    weights = fitted_weights(causes, positive)
    for each, kind in product((side, other), (positive, ~positive)):
        assert weights[kind & each].sum() == pytest.approx(0.5, abs=1e-6)
        assert weights[kind].sum() == pytest.approx(1)
    found = told(scores, positive, side, other)
    assert abs(found.value - told(scores, positive, side).value) > 0.03  # one alone leaves what the other tells
    moved = [APART + LEANS * a + b for a, b in product((-1, 0, 0, 1), repeat=2)]
    assert found.value == pytest.approx(np.mean(norm.cdf(np.array(moved) / np.sqrt(2))), abs=0.03)


def test_copies_of_an_image_tell_no_more_than_one():
    scores, positive, side = drawn(np.random.default_rng(4))
    once = told(scores, positive, side)
    often = [np.repeat(each, 4) for each in (scores, positive, side)]
    grouped = told(*often, groups=np.repeat(np.arange(400), 4))
    assert grouped.variance == pytest.approx(once.variance, rel=0.25)
    assert told(*often).variance < 0.4 * once.variance


def test_a_perfect_score_of_few_images_is_not_certain():
    positive = np.arange(80) < 40
    side = np.arange(80) % 4 != positive
    found = told(positive.astype(float), positive, side)
    assert found.value == 1
    assert 0.5 < found.interval.low < 0.99
    assert found.interval.high == 1


def test_recall_counts_both_classes_and_both_sides_alike():
    _, positive, side = drawn(np.random.default_rng(5))
    right = ~(positive & ~side)  # whoever has the label without the cause is missed
    causes = halves(side)
    weights = fitted_weights(causes, positive)
    assert recall_apart(right, positive, causes, weights, np.arange(400)).value == pytest.approx(0.75)
    assert np.mean([right[positive].mean(), right[~positive].mean()]) > 0.93


def test_images_are_worth_fewer_where_few_count_for_many():
    _, positive, side = drawn(np.random.default_rng(6))
    fair = np.where(positive, 1 / positive.sum(), 1 / (~positive).sum())
    assert worth(fair, positive) == 400
    assert worth(fitted_weights(halves(side), positive), positive) < 200


def test_the_mean_of_two_figures_is_no_surer_than_they_are():
    scores, positive, side = drawn(np.random.default_rng(7))
    one = told(scores, positive, side)
    assert macro([one, one]) == pytest.approx(one)
