"""Every finding that a person has to decide has one form and one line to sign; patterns are asked what they are."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from biasaudit.report.html import render
from biasaudit.report.pictures import Pictures
from biasaudit.report.sign_off import OF_A_FINDING, OF_A_PATTERN, cases
from biasaudit.report.view import View
from biasaudit.report.words import PROBLEMS
from tests.golden import clear, hostile_audit, ruler, sample_audit


def decided(audit):
    return list(cases(View(audit, Pictures(None))))


@pytest.mark.parametrize("make", [sample_audit, hostile_audit])
def test_each_problem_is_decided_once_under_its_own_id(make):
    audit = make()
    ids = [unquote(case.key) for case in decided(audit)]
    assert len(ids) == len(set(ids))
    assert {finding.id for finding in audit.findings if finding.verdict in PROBLEMS} <= set(ids)
    html = render(audit)
    assert html.count('<fieldset class="decision scripted"') == html.count('<tr data-case="') == len(ids)


def test_a_pattern_is_asked_what_it_is_and_a_group_of_failures_is_not():
    pattern = ruler().model_copy(update={"id": "discovered-1", "kind": "discovered", "verdict": "review", "story": (),
                                         "regions": {ruler().examples[0]: (0.1, 0.1, 0.2, 0.2)}})  # fmt: skip
    group = pattern.model_copy(update={"id": "discovered-2", "detector": "slices", "regions": {}})
    choices = {unquote(case.key): case.decisions for case in decided(sample_audit(findings=(pattern, group, ruler())))}
    choices = {key: each for key, each in choices.items() if key.startswith(("discovered", "artefact"))}
    assert choices == {"discovered-1": OF_A_PATTERN, "discovered-2": OF_A_FINDING, "artefact-ruler": OF_A_FINDING}


def test_without_a_finding_there_is_nothing_to_save_and_still_a_line_to_sign():
    html = render(sample_audit(findings=(clear("noise", 0.5),)))
    assert "Nothing has to be decided" in html
    assert 'id="save-review"' not in html
    assert "<dt>Signature</dt>" in html
