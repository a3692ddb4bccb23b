"""What people decided stands beside the findings, is carried by id, and is inert; beside twins nobody reviewed."""

import json
import sys

import pytest

from biasaudit import cli
from biasaudit.conclude.review import read_reviews, reviewed
from biasaudit.errors import UsageError
from biasaudit.output.comparison import compare
from biasaudit.output.result import AuditResult
from biasaudit.report.html import render
from biasaudit.results import Review, say
from tests.golden import HOSTILE, clear, ruler, sample_audit
from tests.report.test_html import Page

PATTERN = "discovered-pattern_1"


def pattern(verdict="review"):
    """A pattern that the model uses and that looks put there, or not."""
    claim = say("The model uses a recurring pattern (pattern 1) that looks put there to tell malignant: found in 80%.")
    title = say("{claim}{open}", claim=claim, open=say(" A person has to say what it is."))
    return ruler().model_copy(
        update={"id": PATTERN, "cue": "pattern_1", "kind": "discovered", "detector": "rungs", "verdict": verdict,
                "title": title, "story": ()}
    )  # fmt: skip


def audit_with(*findings, **changes):
    worst = "review" if any(each.verdict == "review" for each in findings) else "none_detected"
    return sample_audit(findings=findings, verdict=worst, headline="The headline.", **changes)


def decided(decision, finding=PATTERN, **more):
    return Review(finding=finding, decision=decision, **more)


def found(audit, id=PATTERN):
    return next(each for each in audit.findings if each.id == id)


@pytest.mark.parametrize(
    ("decision", "verdict", "overall"),
    [
        ("not the subject", "shortcut", "shortcut"),
        ("subject", "clear", "none_detected"),
        ("accept", "review", "review"),
        ("dispute", "review", "review"),
        ("needs data", "review", "review"),
    ],
)
def test_a_person_settles_what_a_pattern_is_and_nothing_else(decision, verdict, overall):
    audit = reviewed(audit_with(clear("hue", 0.5), pattern()), [decided(decision)])
    assert (found(audit).verdict, audit.verdict) == (verdict, overall)
    assert reviewed(audit, [decided(decision)]) == audit
    if verdict == "shortcut":
        assert audit.findings[0].id == PATTERN
        assert audit.headline.startswith("Called not the subject in review: the model uses a recurring pattern")
        assert "A person has to say" not in audit.headline
    if verdict == "review":
        assert audit.headline == "The headline."


def test_a_pattern_that_the_model_does_not_use_is_no_shortcut_whatever_it_is():
    unused = {**pattern().rungs, "reliance": pattern().rungs["reliance"].model_copy(update={"state": "no"})}
    audit = audit_with(clear("hue", 0.5), pattern("clear").model_copy(update={"rungs": unused}))
    assert found(reviewed(audit, [decided("not the subject")])).verdict == "clear"


def test_what_was_said_of_other_images_settles_nothing_here():
    audit = audit_with(pattern())
    assert found(reviewed(audit, [decided("not the subject", data="other")])).verdict == "review"
    same = decided("not the subject", data=audit.dataset.fingerprint)
    assert found(reviewed(audit, [same])).verdict == "shortcut"


def test_a_disputed_finding_keeps_its_verdict_and_stays_disputed():
    dispute = decided("dispute", "artefact-ruler", comment="The ruler is a hair.", name="A. Reader", date="2026-03-01")
    audit = reviewed(sample_audit(), [dispute])
    assert (audit.findings[0].verdict, audit.verdict) == ("shortcut", "shortcut")
    assert reviewed(audit, [decided("accept", "gone")]).reviews[0] == dispute
    page = Page(render(audit))
    assert "Review: dispute , A. Reader , 2026-03-01 : The ruler is a hair." in page.text
    assert "Reviews" not in Page(render(sample_audit())).text
    change = next(each for each in compare(audit, sample_audit()).changes if each.id == "artefact-ruler")
    assert (change.old.review, change.new.review) == (dispute, None)


def test_the_last_of_two_decisions_counts(tmp_path):
    file = tmp_path / "r.json"
    file.write_text(json.dumps([{"finding": "a", "decision": "accept"}, {"finding": "a", "decision": "dispute"}]))
    assert [review.decision for review in read_reviews(file)] == ["dispute"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "no review file"),
        ("{}", "schema_version"),
        ('[{"finding": "a", "decision": "burn"}]', "record 0 decision"),
        ('[{"finding": "a"}]', "record 0 decision"),
        ('[{"finding": "a", "decision": "accept", "script": 1}]', "record 0 script"),
        ('[{"finding": "", "decision": "accept"}]', "record 0 finding"),
        (json.dumps([{"finding": "a", "decision": "accept", "comment": "x" * 5000}]), "record 0 comment"),
        ("[" * 100_000, "no review file"),
        (" " * 5_000_001, "larger than 5 MB"),
    ],
)
def test_what_is_no_review_file_is_refused_with_its_place(tmp_path, text, says):
    (tmp_path / "r.json").write_text(text)
    with pytest.raises(UsageError, match=says):
        read_reviews(tmp_path / "r.json")


def test_hostile_reviews_are_shown_and_inert():
    reviews = [decided("accept", id, comment=text, name=text[:190], date=text[:30])
               for id, text in zip(("artefact-ruler", *HOSTILE[:5]), HOSTILE, strict=True)]  # fmt: skip
    html = render(reviewed(sample_audit(), reviews))
    page = Page(html)
    assert page.all("img") == []
    assert len(page.all("script")) == 1
    assert "\u202e" not in html
    assert "alert(2)" in page.text


def call(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["biasaudit", *map(str, arguments)])
    try:
        cli.main()
    except SystemExit as exit:
        return exit.code or 0
    return 0


def test_the_report_is_drawn_again_with_a_review_and_the_audit_stays_as_it_is(tmp_path, monkeypatch, capsys):
    result = AuditResult(audit_with(pattern()), tmp_path)
    result.save()
    before = (tmp_path / "audit.json").read_text()
    (tmp_path / "review.json").write_text(json.dumps([{"finding": PATTERN, "decision": "not the subject"}]))
    assert call(monkeypatch, "report", tmp_path / "audit.json", "--review", tmp_path / "review.json") == 0
    assert "Called not the subject in review" in (tmp_path / "report.html").read_text()
    assert (tmp_path / "audit.json").read_text() == before
    assert call(monkeypatch, "report", tmp_path / "audit.json", "--review", tmp_path / "nowhere") == 2
    assert "Traceback" not in capsys.readouterr().err


def test_what_the_page_saves_is_read_with_the_data_that_it_was_about(tmp_path):
    file = tmp_path / "review.json"
    review = {"finding": "artefact-ruler", "decision": "dispute", "comment": "no", "name": "A", "date": "2026-01-01"}
    file.write_text(json.dumps({"schema_version": "1.0", "audit": "9f2c", "reviews": [review]}))
    (read,) = read_reviews(file)
    assert (read.finding, read.decision, read.data) == ("artefact-ruler", "dispute", "9f2c")
    file.write_text(
        json.dumps({"schema_version": "1.0", "audit": "9f2c", "reviews": [{**review, "decision": "maybe"}]})
    )
    with pytest.raises(UsageError, match="reviews 0"):
        read_reviews(file)
