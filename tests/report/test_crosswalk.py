"""The crosswalk says what the audit holds, leaves the rest to a person, and never says that anything complies."""

from __future__ import annotations

import pytest

from biasaudit.report.crosswalk import CHECKLISTS, crosswalk
from biasaudit.report.crosswalk_answers import STATES
from biasaudit.report.html import render
from tests.golden import clear, hostile_audit, sample_audit


def answers(audit, name):
    return {row.item: row.answer for each in crosswalk(audit) if each.name == name for row in each.rows}


@pytest.mark.parametrize(
    "audit",
    [
        sample_audit(),
        hostile_audit(),
        sample_audit(model=None, settings={"scan": True}, attribution=None),
        sample_audit(findings=(), checks=(), subgroups=(), model=None, attribution=None),
    ],
)
def test_every_row_is_answered_and_leads_to_a_section_that_is_there(audit):
    html = render(audit)
    for checklist in crosswalk(audit):
        for row in checklist.rows:
            assert row.answer.state in STATES
            assert row.answer.text.endswith(".")
            assert not row.answer.where or f'id="{row.answer.where[1:]}"' in html, row.answer.where
            assert (row.answer.state == "filled") <= bool(row.answer.where)
    assert html.count('class="answer person"') >= 6


def test_a_scan_has_no_model_to_tell_of_and_a_failed_training_leaves_it_open():
    scan = answers(sample_audit(model=None, settings={"scan": True}, attribution=None), "Model card")
    assert scan["Model details"].state == "not applicable"
    failed = answers(sample_audit(model=None, attribution=None), "Model card")
    assert failed["Model details"].state == "a person"
    assert answers(sample_audit(), "Model card")["Model details"].state == "filled"


def test_groups_of_people_are_filled_only_where_a_column_names_them():
    assert answers(sample_audit(), "TRIPOD+AI")["14 Fairness"].state == "filled"
    assert answers(sample_audit(subgroups=()), "TRIPOD+AI")["14 Fairness"].state == "a person"
    other = tuple(each.model_copy(update={"about_people": False}) for each in sample_audit().subgroups)
    assert answers(sample_audit(subgroups=other), "TRIPOD+AI")["14 Fairness"].state == "a person"


def test_measures_are_asked_for_only_where_something_was_found():
    asked = "(g) Measures to detect, prevent and mitigate them"
    assert answers(sample_audit(), "EU AI Act, Article 10(2)")[asked].state == "a person"
    quiet = sample_audit(findings=(clear("noise", 0.5),))
    assert answers(quiet, "EU AI Act, Article 10(2)")[asked].state == "not applicable"


def test_no_row_promises_compliance_or_names_a_deadline():
    text = " ".join(row.item + row.answer.text for each in crosswalk(sample_audit()) for row in each.rows).lower()
    assert not {"complies", "compliant", "certif", "deadline", "by 2026", "by 2027"} & set(text.split())
    assert "202" not in text.replace("ISIC", "")
    assert len(CHECKLISTS) == 6
