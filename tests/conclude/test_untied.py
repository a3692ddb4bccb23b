"""Where causes and labels are independent: near a planted truth, and the naive figure where nothing is tied."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from biasaudit.conclude.untied import FEWEST, untied
from biasaudit.evidence.named.cue_values import CueValues
from biasaudit.evidence.named.metadata_cues import metadata_cue
from biasaudit.evidence.ties import _level_tie, _measured_tie
from biasaudit.images.table import ImageTable
from biasaudit.results import Untied
from biasaudit.stats import auc

CLASSES = ("benign", "malignant")
SUBJECT, LEANS = 0.8, 2.0
"""By how much class and cause move the model's log-odds, in standard deviations."""


def table(codes, classes=CLASSES, split=None):
    ids = [f"{place:05}" for place in range(len(codes))]
    columns = {"id": ids, "label": np.array(classes)[codes], "split": split, "group": ids}
    return ImageTable(root=Path(), frame=pd.DataFrame(columns))


def answers(log_odds, *, given=False, judged=None):
    odds = np.column_stack([-log_odds, log_odds]) if log_odds.ndim == 1 else log_odds
    judged = np.ones(len(odds), dtype=bool) if judged is None else judged
    return SimpleNamespace(log_odds=odds, judged=judged, given=given)


def drawn(share, n=2000, seed=0):
    """int codes, bool sides and log-odds of a model that leans on the side; `share` of each class agree with it."""
    rng = np.random.default_rng(seed)
    codes = np.arange(n) % 2
    side = (rng.random(n) < share) == (codes == 1)
    odds = SUBJECT * (codes - 0.5) + LEANS * (side - 0.5) + rng.normal(size=n)
    return codes, side, odds


def mark_tie(values, codes, classes=CLASSES):
    cue = CueValues(id="ruler", kind="artefact", question="?", values=np.asarray(values, float), threshold=5.0)
    return _measured_tie(cue, codes, list(classes))


def column_tie(side, codes, classes=CLASSES):
    return _level_tie(metadata_cue("site", np.where(side, "a", "b").astype(object)), codes, list(classes))


def true_area(n=20000):
    codes, _, odds = drawn(0.5, n, seed=99)
    return auc(odds, codes == 1)


@pytest.mark.parametrize("tie_of", [lambda side, codes: mark_tie(10 * side, codes), column_tie])
def test_a_model_that_leans_on_a_cause_is_worth_what_it_is_without_it(tie_of):
    codes, side, odds = drawn(0.95)
    told = untied([tie_of(side, codes)], table(codes), answers(odds))
    assert told.naive_auc > true_area() + 0.1
    assert told.auc.low <= true_area() <= told.auc.high
    assert told.auc.value == pytest.approx(true_area(), abs=0.04)
    assert told.balanced_accuracy < told.naive_balanced_accuracy - 0.1
    assert told.apart == ((codes == 1) != side).sum()
    assert told.effective_n < 700


def test_the_clean_twin_has_the_naive_figure():
    codes, side, odds = drawn(0.5)
    told = untied([mark_tie(10 * side, codes)], table(codes), answers(odds))
    assert told.auc.value == pytest.approx(told.naive_auc, abs=0.01)
    assert told.effective_n > 1950


def test_the_worst_cell_is_named_with_its_images():
    codes, side, odds = drawn(0.95)
    told = untied([mark_tie(10 * side, codes)], table(codes), answers(odds))
    cells = {(label, where): (codes == label) & (side == where) for label in (0, 1) for where in (False, True)}
    worst = min(cells, key=lambda cell: ((odds > 0) == codes)[cells[cell]].mean())
    where = "with" if worst[1] else "without"
    assert told.worst_cell.startswith(
        f"{CLASSES[worst[0]]} {where} the ruler: {told.worst.value:.0%} called rightly, of "
    )
    assert told.worst.n == cells[worst].sum()
    assert told.worst.value < 0.35


def test_too_few_images_apart_are_said_to_be_too_few():
    codes, side, odds = drawn(1.0)
    side = side.copy()
    side[np.flatnonzero(codes == 1)[:3]] = False
    side[np.flatnonzero(codes == 0)[:30]] = True
    told = untied([mark_tie(10 * side, codes)], table(codes), answers(odds))
    assert told.auc is None
    assert told.worst is None
    assert "cannot be told: only 3 images of malignant without the ruler" in told.why
    assert told.apart == 33
    side[np.flatnonzero(codes == 1)[:FEWEST]] = False
    assert untied([mark_tie(10 * side, codes)], table(codes), answers(odds)).auc is not None


def test_marks_that_are_barely_missed_are_left_out_and_counted():
    codes, side, odds = drawn(0.95)
    rng = np.random.default_rng(5)
    faint = side & (rng.random(len(side)) < 0.1)
    values = np.where(side, np.where(faint, 3.0, 20.0), 0.0)
    told = untied([mark_tie(values, codes)], table(codes), answers(odds))
    assert told.in_doubt == faint.sum()
    assert abs(told.auc.value - true_area()) < 0.04
    taken_for_none = untied([mark_tie(np.where(faint, 0.0, values), codes)], table(codes), answers(odds))
    assert taken_for_none.auc.value > true_area() + 0.05
    sure = untied([mark_tie(np.where(faint, 20.0, values), codes)], table(codes), answers(odds))
    assert told.auc.high - told.auc.low > 1.2 * (sure.auc.high - sure.auc.low)


def test_the_brighter_of_the_bright_are_not_still_of_one_class():
    rng = np.random.default_rng(1)
    codes = np.arange(4000) % 2
    light = rng.normal(size=4000) + 1.2 * codes
    odds = SUBJECT * (codes - 0.5) + light + rng.normal(size=4000)
    fair = rng.permutation(light)
    truth = auc(SUBJECT * (codes - 0.5) + fair + rng.normal(size=4000), codes == 1)
    cue = CueValues(id="brightness", kind="property", question="?", values=light)
    told = untied([_measured_tie(cue, codes, list(CLASSES))], table(codes), answers(odds))
    assert told.naive_auc > truth + 0.1
    assert told.auc.value == pytest.approx(truth, abs=0.04)
    two_sides = column_tie(light > 0.6, codes)
    assert untied([two_sides], table(codes), answers(odds)).auc.value > told.auc.value + 0.02


def test_what_is_barely_taken_for_a_mark_is_left_out():
    codes, side, odds = drawn(0.95)
    rng = np.random.default_rng(6)
    taken = ~side & (rng.random(len(side)) < 0.05)
    values = np.where(side, rng.uniform(15, 40, len(side)), np.where(taken, 6.0, 0.0))
    told = untied([mark_tie(values, codes)], table(codes), answers(odds))
    assert told.in_doubt >= taken.sum()
    assert abs(told.auc.value - true_area()) < 0.05
    taken_for_marks = untied([mark_tie(np.where(taken, 40.0, values), codes)], table(codes), answers(odds))
    assert taken_for_marks.auc.value > true_area() + 0.05


def test_two_causes_are_taken_together():
    codes, side, odds = drawn(0.9, n=4000)
    rng = np.random.default_rng(7)
    other = (rng.random(4000) < 0.85) == (codes == 1)
    odds = odds + 1.5 * (other - 0.5)
    both = untied([mark_tie(10 * side, codes), column_tie(other, codes)], table(codes), answers(odds))
    alone = untied([mark_tie(10 * side, codes)], table(codes), answers(odds))
    fair, _, fair_odds = drawn(0.5, n=20000, seed=8)
    truth = auc(fair_odds + 1.5 * (np.random.default_rng(9).random(20000) < 0.5), fair == 1)
    assert both.causes == ("ruler", "site")
    assert both.auc.low <= truth <= both.auc.high
    assert alone.auc.value > truth + 0.05


def test_of_several_classes_the_one_that_the_cause_goes_with_is_asked_about():
    rng = np.random.default_rng(2)
    classes = ("a", "b", "c")
    codes = np.arange(3000) % 3
    side = rng.random(3000) < np.where(codes == 1, 0.95, 0.05)
    odds = rng.normal(size=(3000, 3)) + 1.5 * np.eye(3)[codes]
    odds[:, 1] += LEANS * side
    told = untied([mark_tie(10 * side, codes, classes)], table(codes, classes), answers(odds))
    fair = rng.normal(size=(20000, 2))
    inside, outside = (fair + LEANS * (rng.random((20000, 2)) < 0.5)).T
    truth = auc(np.r_[1.5 + inside, outside], np.r_[np.ones(20000, bool), np.zeros(20000, bool)])
    assert told.auc.low <= truth <= told.auc.high
    assert told.naive_auc > truth + 0.1


def test_of_a_given_model_the_part_where_it_is_judged_is_asked_about():
    codes, side, odds = drawn(0.9)
    test = np.arange(2000) < 800
    learnt_by_heart = np.where(test, odds, 9.0 * (codes - 0.5))
    images = table(codes, split=np.where(test, "test", "train"))
    tie = mark_tie(10 * side, codes)
    there = untied([tie], images, answers(learnt_by_heart, given=True, judged=test))
    assert there.auc.n == 800
    assert there.auc.value == pytest.approx(true_area(), abs=0.1)
    assert untied([tie], images, answers(learnt_by_heart)).auc.n == 1200


def test_the_record_reads_back_as_it_was_written():
    codes, side, odds = drawn(0.95)
    told = untied([mark_tie(10 * side, codes)], table(codes), answers(odds))
    again = Untied.model_validate_json(told.model_dump_json())
    assert again == told
    assert again.worst_cell.template == told.worst_cell.template
