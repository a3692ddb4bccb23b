"""Two audits side by side: what changed is told, what uncertainty leaves open is not, and twins are the same."""

import json
import sys

import pytest

import biasaudit as ba
from biasaudit import cli
from biasaudit.output.comparison import compare
from biasaudit.output.comparison.page import WIDTH, as_text, render_comparison
from biasaudit.output.result import AuditResult
from biasaudit.results import Review
from tests.golden import HOSTILE, by_others, clear, hostile_audit, ruler, sample_audit, shift, untested
from tests.report.test_html import FETCHES, Page


def using(value, half, **changes):
    """The ruler, with this much use of it: log-odds, of 4.1 between the classes."""
    used = ruler().rungs["reliance"].model_copy(update={"estimate": shift(value, half)})
    return ruler().model_copy(update={"rungs": {**ruler().rungs, "reliance": used}, **changes})


def alone(*findings, **changes):
    return sample_audit(findings=findings, **changes)


def change(old, new, id="artefact-ruler"):
    return next(each for each in compare(old, new).changes if each.id == id)


def test_an_audit_and_itself_are_the_same_in_everything():
    told = compare(sample_audit(), sample_audit())
    assert {each.status for each in told.changes} <= {"same", "not comparable"}
    assert all(each.apart is not True for each in told.changes)
    assert all(fact.same for fact in told.facts)


@pytest.mark.parametrize(
    ("value", "half", "status", "apart"),
    [(0.3, 0.2, "better", True), (3.0, 0.3, "worse", True), (1.5, 0.21, "same", False), (2.2, 0.21, "same", False)],
)
def test_use_is_less_or_more_only_where_the_intervals_exclude_each_other(value, half, status, apart):
    found = change(alone(using(1.84, 0.21)), alone(using(value, half)))
    assert (found.status, found.rung, found.apart) == (status, "reliance", apart)
    assert found.old.estimate.value == pytest.approx(1.84 / 4.1)
    assert found.new.placebo.value == pytest.approx(0.22 / 4.1)


def test_the_sentence_has_both_figures_with_their_intervals():
    headline = compare(alone(using(2.5, 0.5)), alone(using(0.33, 0.29))).headline
    assert headline == (
        "The model relies on the ruler less: 0.61 of the distance between classes before (0.49 to 0.73), "
        "0.08 after (0.01 to 0.15)."
    )
    same = compare(alone(using(1.84, 0.21)), alone(using(1.5, 0.21))).headline
    assert "as before, as far as can be told: 0.45" in same
    assert "0.37 after" in same


def test_a_tie_that_went_with_new_data_is_gone_though_nobody_asked_for_its_use_any_more():
    quiet = clear("ruler", 0.53, "artefact").model_copy(update={"label": "malignant"})
    assert change(alone(using(1.8, 0.2)), alone(quiet)).status == "gone"
    assert change(alone(quiet), alone(using(1.8, 0.2))).status == "new"
    assert change(alone(quiet), alone(quiet)).status == "same"


def test_of_two_classes_a_chance_tie_to_the_other_one_is_turned_round():
    classes = sample_audit().dataset.model_copy(update={"classes": {"malignant": 1, "benign": 1}})
    quiet = clear("ruler", 0.56, "artefact").model_copy(update={"label": "benign"})
    found = change(alone(using(1.8, 0.2), dataset=classes), alone(quiet, dataset=classes))
    assert (found.status, found.new.estimate.value) == ("gone", pytest.approx(0.44))
    three = change(alone(using(1.8, 0.2)), alone(quiet))
    assert three.status == "not comparable"
    assert "spoke for malignant" in three.sentence


def test_crossing_a_threshold_within_the_uncertainty_is_no_change():
    suspect = clear("hue", 0.62).model_copy(update={"verdict": "suspect"})
    assert change(alone(suspect), alone(clear("hue", 0.58)), "property-hue").status == "same"


def test_an_effect_that_grows_below_every_floor_is_no_finding():
    old, new = clear("hue", 0.50), clear("hue", 0.58)
    found = change(alone(old), alone(new), "property-hue")
    assert (found.apart, found.status) == (True, "same")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: alone(using(1, 0.2), dataset=sample_audit().dataset.model_copy(update={"classes": {"a": 9, "b": 9}})),
         "different classes"),
        (lambda: alone(using(1, 0.2), model=sample_audit().model.model_copy(update={"folds": 0})), "different kinds"),
        (lambda: alone(using(1, 0.2, label="nevus")), "now speaks for nevus"),
        (lambda: alone(using(1, 0.2).model_copy(update={"rungs": {**ruler().rungs, "reliance": untested("A scan.")},
                                                        "verdict": "suspect"})), "not tested in the newer audit: A sc"),
        (lambda: alone(clear("hue", 0.5)), "the newer did not look for it"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_says_why(make, says):
    found = change(alone(using(1.84, 0.21)), make())
    assert found.status == "not comparable"
    assert says in found.sentence
    assert found.old.estimate is not None


def test_two_models_of_other_kinds_can_still_be_compared_by_the_data():
    suspect = clear("hue", 0.7).model_copy(update={"verdict": "suspect"})
    other = sample_audit().model.model_copy(update={"backbone": "small_cnn"})
    assert change(alone(suspect), alone(suspect, model=other), "property-hue").status == "same"


def test_a_cue_that_no_image_had_and_now_gives_a_class_away_is_new():
    constant = clear("ruler", 0.5, "artefact")
    rungs = {**constant.rungs, "association": untested("same").model_copy(update={"state": "no"})}
    constant = constant.model_copy(update={"rungs": rungs})
    assert change(alone(constant), alone(using(1.8, 0.2))).status == "new"
    assert change(alone(using(1.8, 0.2)), alone(constant)).status == "gone"


def test_patterns_are_compared_only_in_the_same_images():
    pattern = using(1, 0.2, id="discovered-pattern_1", kind="discovered", verdict="review")
    other = sample_audit().dataset.model_copy(update={"fingerprint": "other"})
    assert change(alone(pattern), alone(pattern), pattern.id).status == "same"
    assert change(alone(pattern), alone(pattern, dataset=other), pattern.id).status == "not comparable"
    assert change(alone(pattern), alone(pattern, settings={"seed": 1}), pattern.id).status == "not comparable"
    assert change(alone(), alone(pattern), pattern.id).status == "not comparable"


def test_copies_are_gone_where_they_were_looked_for_again():
    leak = ruler().model_copy(
        update={"id": "leakage-copies", "kind": "leakage", "detector": "copies", "verdict": "suspect",
                "rungs": {name: untested("Not asked.") for name in ruler().rungs}}
    )  # fmt: skip
    ran = sample_audit().checks[0].model_copy(update={"detector": "copies"})
    assert change(alone(leak), alone(checks=(ran,)), leak.id).status == "gone"
    assert change(alone(leak), alone(checks=()), leak.id).status == "not comparable"
    assert change(alone(), alone(leak), leak.id).status == "new"
    assert change(alone(leak), alone(leak), leak.id).status == "same"


def test_findings_of_others_are_compared_with_the_questions_that_they_answer():
    found = by_others()[0]
    assert change(alone(found), alone(found), found.id).status == "same"
    assert change(alone(), alone(found), found.id).status == "new"
    silent = found.model_copy(update={"rungs": {}})
    assert change(alone(silent), alone(silent), found.id).status == "same"


def test_the_facts_say_what_differs():
    other = sample_audit(settings={"seed": 1, "weights": "weights.csv"}, verdict="suspect")
    facts = {fact.what: fact for fact in compare(sample_audit(), other).facts}
    assert "shortcut to suspect" in facts["verdict"].text
    assert "weights.csv after" in facts["settings"].text
    assert facts["data"].same
    assert "AUC 0.91 before" in facts["model"].text


def test_the_table_fits_its_columns_and_stays_inert_whatever_the_names():
    for old, new in ((sample_audit(), hostile_audit()), (hostile_audit(), hostile_audit())):
        text = as_text(compare(old, new))
        assert max(map(len, text.splitlines())) <= WIDTH
        assert not any(sign in text for sign in "\x00\x1b\u202e")


def test_the_page_runs_nothing_and_fetches_nothing():
    review = Review(finding="artefact-ruler", decision="dispute", comment=HOSTILE[1], name=HOSTILE[0])
    old = sample_audit(reviews=(review,))
    for html in (render_comparison(compare(old, old)), render_comparison(compare(hostile_audit(), hostile_audit()))):
        page = Page(html)
        assert page.all("script") == page.all("img") == []
        assert "script-src" not in html.split("</head>")[0]
        assert not any(FETCHES & attributes.keys() for _, attributes in page.tags)
    assert "Review: dispute" in as_text(compare(old, sample_audit()))
    assert "dispute" in Page(render_comparison(compare(old, old))).text


@pytest.fixture
def saved(tmp_path):
    """Two audits on disk: the newer relies on the ruler less."""
    for name, audit in (("old", alone(using(1.84, 0.21))), ("new", alone(using(0.5, 0.2)))):
        AuditResult(audit, tmp_path / name).save()
    return tmp_path


def call(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["biasaudit", "compare", *map(str, arguments)])
    try:
        cli.main()
    except SystemExit as exit:
        return exit.code or 0
    return 0


def test_the_command_takes_files_and_folders_and_exits_as_asked(saved, monkeypatch, capsys):
    old, new = saved / "old", saved / "new" / "audit.json"
    page, record = saved / "c.html", saved / "c.json"
    assert call(monkeypatch, old, new, "--out", page, "--json", record, "--fail-on", "worse,new") == 0
    assert capsys.readouterr().out.startswith("The model relies on the ruler less: 0.45")
    assert json.loads(record.read_text())["changes"][0]["status"] == "better"
    assert "relies on the ruler less" in page.read_text()
    assert call(monkeypatch, new, old, "--fail-on", "worse,new") == 1
    assert call(monkeypatch, new, saved / "c.json") == 2
    assert call(monkeypatch, new, saved / "nowhere") == 2
    assert call(monkeypatch, old, new, "--fail-on", "typo") == 2
    assert "Traceback" not in capsys.readouterr().err


def test_in_python_it_is_a_table_and_a_text(saved):
    compared = ba.compare(saved / "old", AuditResult.load(saved / "new" / "audit.json"))
    assert compared.findings.iloc[0][["id", "status"]].tolist() == ["artefact-ruler", "better"]
    assert str(compared).startswith(compared.record.headline[:60])
