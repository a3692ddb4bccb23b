"""A given test part: never learnt from, and said to turn round what it does turn round."""

from types import SimpleNamespace

import numpy as np
import pytest

from biasaudit.detectors import association, reversal
from biasaudit.evidence.ties import ties
from biasaudit.model.folds import assign_folds, trained_on
from biasaudit.settings import Settings
from tests.detectors.test_rungs import cue, table


def halves(seed: int, turned: bool, n: int = 600):
    """A third is the test part; `mark` goes with the class in training and, if turned, against it in the test part."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 2, n)
    images = table(codes)
    test = np.arange(n) % 3 == 0
    images.frame["split"] = np.where(test, "test", "train")
    sign = np.where(test & turned, -1, 1)
    mark = 1.5 * sign * (2 * codes - 1) + rng.normal(size=n)
    cues = (cue("mark", mark), cue("idle", rng.normal(size=n)))
    odds = 2 * mark + rng.normal(size=n)
    return images, cues, SimpleNamespace(given=False, log_odds=np.column_stack([-odds, odds]))


def found(images, cues, model):
    return list(reversal.function(images, ties(images, cues), model, Settings()))


def test_a_reversed_test_part_is_a_shortcut_that_names_the_cue_and_its_twin_is_clear():
    (finding,) = found(*halves(0, turned=True))
    rung = finding.rungs["disparity"]
    assert (finding.verdict, rung.state) == ("shortcut", "yes")
    assert "mark" in finding.title
    assert "idle" not in finding.title
    assert rung.estimate.low > 0.5
    (quiet,) = found(*halves(0, turned=False))
    assert (quiet.verdict, quiet.rungs["disparity"].state) == ("clear", "no")


def test_a_fall_that_no_cue_explains_is_a_gap():
    images, cues, model = halves(1, turned=True)
    idle = tuple(each for each in cues if each.id == "idle")
    (finding,) = found(images, idle, model)
    assert finding.verdict == "gap"


def unlike(seed: int, hesitant: bool, n: int = 900):
    """Three classes told apart perfectly; in the test part the model may be in two minds about one of them."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 3, n)
    images = table(codes)
    test = np.arange(n) % 3 == 0
    images.frame["split"] = np.where(test, "test", "train")
    odds = 8.0 * np.eye(3)[codes] - 4 + 0.2 * rng.normal(size=(n, 3))
    if hesitant:  # half of them are called c01, and yet all stand above all images of other classes
        odds[(codes == 2) & test] += (0, 1, -7)
    return images, (cue("idle", rng.normal(size=n)),), SimpleNamespace(given=False, log_odds=odds)


def test_a_fall_in_accuracy_is_a_gap_though_the_auc_holds():
    (finding,) = found(*unlike(0, hesitant=True))
    rung = finding.rungs["disparity"]
    assert (finding.verdict, finding.kind, finding.label) == ("gap", "representation", "c02")
    assert 0.05 <= rung.estimate.low <= rung.estimate.value <= rung.estimate.high < 0.3
    assert "AUC 1.00 out of fold" in rung.why
    assert len(finding.counterexamples) == 20


@pytest.mark.parametrize("seed", range(5))
def test_alike_parts_of_a_good_model_are_no_gap(seed):
    (finding,) = found(*unlike(20 + seed, hesitant=False))
    assert finding.verdict == "clear"


def test_without_a_given_split_there_is_nothing_to_compare():
    images, cues, model = halves(2, turned=True)
    images.frame["split"] = None
    assert found(images, cues, model) == []


def test_ties_are_those_of_the_training_part():
    images, cues, _ = halves(3, turned=True)
    tie = ties(images, cues)[0]
    assert (tie.label, tie.direction) == ("c01", 1)
    result = next(iter(association.function(images, cues, Settings())))
    assert result.estimate.n == 400
    assert result.estimate.value > 0.9


def test_no_network_learns_from_the_test_part():
    images, _, _ = halves(4, turned=True)
    fold = assign_folds(images, 5, seed=0)
    assert set(fold[images.held_out]) == {5}
    for number in range(6):
        assert not (trained_on(images, fold, number) & images.held_out).any()


@pytest.mark.parametrize("seed", range(5))
def test_false_alarms_are_rare_where_both_parts_are_alike(seed):
    assert found(*halves(10 + seed, turned=False))[0].verdict == "clear"
