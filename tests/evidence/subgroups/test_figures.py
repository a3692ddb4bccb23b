"""The figures by group are fairlearn's and scikit-learn's, to 1e-9, and those of a calculation by hand."""

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

from biasaudit.evidence.subgroups.differences import differences_of
from biasaudit.evidence.subgroups.figures import Answers, intervals_of
from biasaudit.results import say

fairlearn = pytest.importorskip("fairlearn.metrics")


def drawn(classes=2, n=600, seed=0):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, classes, n)
    probabilities = rng.dirichlet(np.ones(classes), n)
    probabilities[np.arange(n), codes] += 0.4
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    group = np.where(rng.random(n) < 0.3, "few", "many")
    answers = Answers(
        codes=codes,
        called=probabilities.argmax(axis=1),
        probabilities=probabilities,
        groups=np.arange(n),
        classes=tuple("abcd"[:classes]),
        positive=(1,) if classes == 2 else tuple(range(classes)),
    )
    return answers, group


def value(answers, figure):
    return intervals_of(answers)[figure][0].value


def test_every_figure_is_that_of_fairlearn_in_each_group():
    answers, group = drawn()
    chance = answers.probabilities[:, 1]
    frame = fairlearn.MetricFrame(
        metrics={
            "accuracy": metrics.accuracy_score,
            "balanced accuracy": metrics.balanced_accuracy_score,
            "sensitivity of b": fairlearn.true_positive_rate,
            "specificity of b": fairlearn.true_negative_rate,
            "false positive rate of b": fairlearn.false_positive_rate,
            "precision of b": metrics.precision_score,
            "selection rate of b": fairlearn.selection_rate,
        },
        y_true=answers.codes,
        y_pred=answers.called,
        sensitive_features=group,
    ).by_group
    for name in ("few", "many"):
        inside = group == name
        for figure, expected in frame.loc[name].items():
            assert value(answers.of(inside), figure) == pytest.approx(expected, abs=1e-9)
        truth = answers.codes[inside]
        assert value(answers.of(inside), "AUC of b") == pytest.approx(
            metrics.roc_auc_score(truth, chance[inside]), abs=1e-9
        )
        brier = metrics.brier_score_loss(truth, chance[inside])
        assert value(answers.of(inside), "Brier score of b") == pytest.approx(brier, abs=1e-9)


def test_the_differences_and_ratios_are_those_of_fairlearn():
    answers, group = drawn(seed=1)
    inside = group == "few"
    found = {each.called: each for each in differences_of("few", say("many"), answers.of(inside), answers.of(~inside))}
    asked = {"y_true": answers.codes, "y_pred": answers.called, "sensitive_features": group}
    for called, difference, ratio in (
        ("demographic parity", fairlearn.demographic_parity_difference, fairlearn.demographic_parity_ratio),
        ("equal opportunity", fairlearn.equal_opportunity_difference, fairlearn.equal_opportunity_ratio),
    ):
        assert abs(found[called].difference.value) == pytest.approx(difference(**asked), abs=1e-9)
        over = found[called].ratio.value
        assert min(over, 1 / over) == pytest.approx(ratio(**asked), abs=1e-9)
    odds = fairlearn.equalized_odds_difference(**asked)
    assert abs(found["equalised odds"].difference.value) == pytest.approx(odds, abs=1e-9)


def test_three_figures_by_hand():
    answers = Answers(
        codes=np.array([1, 1, 1, 0, 0]),
        called=np.array([1, 1, 0, 0, 1]),
        probabilities=np.array([[0.1, 0.9], [0.4, 0.6], [0.7, 0.3], [0.8, 0.2], [0.5, 0.5]]),
        groups=np.arange(5),
        classes=("no", "yes"),
        positive=(1,),
    )
    assert value(answers, "sensitivity of yes") == 2 / 3
    assert value(answers, "AUC of yes") == 5 / 6
    assert value(answers, "calibration error of yes") == pytest.approx((0.9 + 0.6 + 0.3 + 0.2 + 0.5 - 3) / 5, abs=1e-12)


def test_of_many_classes_each_against_the_rest_and_their_mean():
    answers, _ = drawn(classes=4)
    found = intervals_of(answers)
    areas = [found[f"AUC of {name}"][0].value for name in "abcd"]
    assert found["AUC, mean over classes"][0].value == pytest.approx(np.mean(areas))
    expected = metrics.roc_auc_score(pd.get_dummies(answers.codes), answers.probabilities, average="macro")
    assert found["AUC, mean over classes"][0].value == pytest.approx(expected, abs=1e-9)


def test_what_cannot_be_had_is_left_out():
    answers, _ = drawn()
    only = answers.of(answers.codes == 1)
    found = intervals_of(only)
    assert "specificity of b" not in found
    assert "AUC of b" not in found
    assert "balanced accuracy" not in found
    assert found["sensitivity of b"][1] == len(only.codes)
