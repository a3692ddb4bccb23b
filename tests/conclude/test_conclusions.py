"""Many findings become the few things that are wrong: facts first, whole before part; looks alone are a question."""

import pytest

from biasaudit.conclude.conclusions import conclusions
from biasaudit.conclude.conclusions.about import About
from biasaudit.conclude.verdicts import audit_verdict
from biasaudit.results import RUNGS, Estimate, Finding, Rung, say

PROBLEMS = ("shortcut", "review", "unidentifiable", "suspect", "gap")


def area(value):
    return Estimate(measure=say("AUC"), value=value, low=value - 0.02, high=value + 0.02, null=0.5, limit=1.0, n=400)


def finding(id, verdict="suspect", value=0.8, p_value=0.001, **more):
    kind, _, cue = id.partition("-")
    untested = Rung(state="untested", why=say("Not asked."))
    tie = Rung(state="yes", estimate=area(value), p_value=p_value, why=say("Tied."))
    given = {
        "id": id,
        "cue": cue,
        "kind": kind,
        "detector": "rungs",
        "title": say("Something is seen."),
        "verdict": verdict,
        "label": "ill",
        "rungs": dict.fromkeys(RUNGS, untested) | {"association": tie},
        "recommendation": say("Look."),
    }
    return Finding(**given | more)


def told(*findings, **known):
    return [(each.level, each.id) for each in conclusions(findings, About(**known))]


def source(value, verdict="suspect", p_value=0.001):
    return finding("file-source", verdict, value, p_value, detector="sources")


def edge(value):
    return finding("view-border", "clear", value, detector="content_blind", label=None)


def leak(name):
    return finding(f"leakage-{name}", kind="leakage", detector="copies", label=None)


def test_facts_stand_before_what_is_inferred_whatever_is_the_most_serious():
    found = told(finding("artefact-ruler", "shortcut"), leak("across-splits"), leak("label-conflict"))
    assert found == [("fact", "labels"), ("fact", "leak"), ("shortcut", "mark-ruler")]


def test_looks_alone_are_one_question_and_no_alarm():
    looks = [finding(f"property-{cue}", "shortcut") for cue in ("brightness", "tint", "colour_cast", "saturation")]
    (asked,) = conclusions(looks, About())
    assert (asked.level, asked.kind, len(asked.findings)) == ("ask", "appearance", 4)
    assert "light and colour" in asked.sentence
    assert audit_verdict(looks, [asked], learnt=True) == "none_detected"


def test_a_mark_and_the_patterns_that_are_it_are_one():
    ruler = finding("artefact-ruler", "shortcut", story=("discovered-pattern_1", "property-contrast"))
    pattern = finding("discovered-pattern_1", "review", story=("artefact-ruler",), leads=False)
    contrast = finding("property-contrast", story=("artefact-ruler",), leads=False)
    (mark,) = conclusions((ruler, pattern, contrast), About())
    assert mark.findings == ("artefact-ruler", "discovered-pattern_1", "property-contrast")
    apart = {"story": ()}
    assert told(ruler.model_copy(update=apart), pattern.model_copy(update=apart)) == [
        ("shortcut", "mark-ruler"),
        ("review", "mark-pattern_1"),
    ]


@pytest.mark.parametrize(("value", "level"), [(0.8, "suspect"), (0.99, "unidentifiable")])
def test_files_tell_of_a_source(value, level):
    verdict = "unidentifiable" if value > 0.98 else "suspect"
    assert told(source(value, verdict), finding("file-jpeg_quality")) == [(level, "source")]
    assert told(source(0.55, "clear", 0.3)) == []


def test_what_the_strongest_trait_follows_from_leads_the_source():
    sharpness = finding("property-sharpness", story=("file-earlier_compression",))
    more = {"story": ("property-sharpness",), "follows": "property-sharpness", "leads": False}
    trait = finding("file-earlier_compression", **more)
    (found,) = conclusions((source(0.8), sharpness, trait), About())
    assert found.findings[:2] == ("property-sharpness", "file-earlier_compression")
    assert "may come with this" in found.sentence
    apart = [each.model_copy(update={"follows": None}) for each in (sharpness, trait)]
    first = conclusions((source(0.8), *apart), About())[0]
    assert first.findings[0] == "file-earlier_compression"
    assert "may come with this" not in first.sentence


@pytest.mark.parametrize(("low", "first"), [(0.78, "file-source"), (0.7, "file-jpeg_quality")])
def test_a_trait_leads_where_it_is_inside_the_interval_of_all_together(low, first):
    together = source(0.8)
    tie = together.rungs["association"]
    wide = tie.model_copy(update={"estimate": tie.estimate.model_copy(update={"low": low})})
    together = together.model_copy(update={"rungs": together.rungs | {"association": wide}})
    for value, leads in ((0.74, first), (0.7, "file-source")):
        (found,) = conclusions((together, finding("file-jpeg_quality", value=value)), About())
        assert found.findings[0] == leads


def test_a_mark_or_a_gap_that_a_trait_follows_from_stays_a_conclusion_of_its_own():
    ruler = finding("artefact-ruler", "shortcut")
    trait = finding("file-earlier_compression", follows="artefact-ruler")
    assert set(told(ruler, source(0.8), trait)) == {("shortcut", "mark-ruler"), ("suspect", "source")}
    gap = finding("property-sharpness", "gap")
    fails = finding("file-earlier_compression", follows="property-sharpness")
    found = conclusions((source(0.8), fails, gap), About())
    assert "property-sharpness" not in next(each for each in found if each.kind == "source").findings
    used = finding("property-sharpness", "shortcut")
    follows = finding("file-earlier_compression", follows="property-sharpness")
    assert told(source(0.8), used, follows)[0] == ("shortcut", "source")


def test_an_edge_speaks_by_itself_only_where_no_subject_is():
    assert told(edge(0.97), field="photo") == []
    assert told(edge(0.97), field="radiology") == [("unidentifiable", "source")]
    assert told(edge(0.97), subject_known=True) == [("unidentifiable", "source")]
    assert told(edge(0.97), source(0.8), field="photo") == [("suspect", "source")]
    assert told(edge(0.8), field="radiology") == []


def test_a_mark_that_tells_as_much_as_the_edge_is_the_cause():
    ruler = finding("artefact-ruler", "shortcut", 0.95)
    assert told(edge(0.96), ruler, field="radiology") == [("shortcut", "mark-ruler")]
    weak = finding("artefact-ruler", "shortcut", 0.6)
    assert told(edge(0.97), weak, field="radiology") == [("shortcut", "source")]


def test_the_whole_takes_its_signs_and_a_weak_source_leaves_them():
    looks = finding("property-brightness")
    assert told(source(0.95), looks) == [("suspect", "source")]
    assert told(source(0.7), looks) == [("suspect", "source"), ("ask", "appearance")]


def test_the_name_of_a_file_concludes_nothing():
    assert told(finding("file-file_name", "unidentifiable")) == []


def test_marks_of_skin_are_asked_of_skin():
    hair = finding("artefact-hair", "shortcut")
    assert told(hair, field="skin") == [("shortcut", "mark-hair")]
    assert told(hair, field="photo") == [("ask", "appearance")]
    assert told(finding("artefact-ruler", "shortcut"), field="photo") == [("shortcut", "mark-ruler")]


def test_columns_about_people_and_others():
    sex, site = finding("metadata-sex"), finding("metadata-hospital", "unidentifiable")
    assert told(sex, site, people=frozenset({"sex"})) == [
        ("unidentifiable", "source-hospital"),
        ("suspect", "people-sex"),
    ]
    gap = finding("subgroup-sex", "gap", cue="sex")
    assert told(gap, people=frozenset({"sex"})) == [("gap", "people-sex")]
    assert told(gap) == [("gap", "hidden_group")]


def test_a_test_part_from_elsewhere_is_a_fact_and_a_turned_tie_is_a_shortcut():
    files = finding("file-parts", detector="given_parts", label=None)
    turned = finding("representation-reversal", "shortcut", detector="reversal")
    assert told(files, turned) == [("fact", "split"), ("shortcut", "split-answers")]
    assert told(turned) == [("shortcut", "split-answers")]
    both = (files, turned)
    assert audit_verdict(both, conclusions(both, About()), learnt=True) == "shortcut"


def test_slices_are_hidden_groups():
    assert told(finding("discovered-slice_1", "gap", detector="slices")) == [("gap", "hidden_group")]


def test_a_column_whose_mark_is_no_mark_here_is_told_all_the_same():
    site = finding("metadata-hospital", "shortcut", story=("artefact-dark_corner",))
    corner = finding("artefact-dark_corner", story=("metadata-hospital",), leads=False)
    assert told(site, corner, field="photo")[0] == ("shortcut", "source-hospital")
    assert told(site, corner, field="skin") == [("shortcut", "mark-dark_corner")]


def test_a_mark_is_as_grave_as_the_column_that_notes_it():
    ruler = finding("artefact-ruler", story=("metadata-ruler",))
    noted = finding("metadata-ruler", "shortcut", story=("artefact-ruler",))
    assert told(noted, ruler) == [("shortcut", "mark-ruler")]


def test_people_are_told_of_though_a_source_goes_with_them():
    site = finding("metadata-hospital", story=("metadata-sex",))
    sex = finding("metadata-sex", "shortcut", story=("metadata-hospital",))
    for order in ((site, sex), (sex, site)):
        found = told(*order, people=frozenset({"sex"}))
        assert found == [("shortcut", "people-sex"), ("suspect", "source-hospital")]


def test_a_trait_of_the_files_says_it_where_they_were_not_asked_together():
    camera = finding("file-camera_make")
    assert told(camera) == [("suspect", "source")]
    assert told(camera, source(0.55, "clear", 0.3)) == [("ask", "appearance")]
    alone = finding("file-camera_make", "unidentifiable")
    assert told(alone, source(0.55, "clear", 0.3)) == [("unidentifiable", "source")]


def test_a_gap_is_no_difference_between_the_classes():
    assert told(finding("property-brightness", "gap")) == [("gap", "hidden_group")]
    assert told(finding("artefact-ruler", "gap")) == [("gap", "hidden_group")]


def test_of_several_classes_a_source_takes_its_own_signs():
    ruler = finding("artefact-ruler", "shortcut", label="well")
    assert told(source(0.95), ruler, classes=3) == [("shortcut", "mark-ruler"), ("suspect", "source")]
    assert told(source(0.95), ruler, classes=2) == [("shortcut", "source")]


def test_what_is_up_for_review_stays_a_question_of_its_own():
    pattern = finding("discovered-pattern_1", "review")
    assert told(source(0.95), pattern) == [("review", "mark-pattern_1"), ("suspect", "source")]


@pytest.mark.parametrize("verdict", PROBLEMS)
@pytest.mark.parametrize("kind", ["property", "artefact", "file", "metadata", "discovered", "subgroup", "leakage",
                                  "representation", "view"])  # fmt: skip
def test_no_problem_is_lost_whoever_found_it(kind, verdict):
    strange = finding(f"{kind}-strange", verdict, detector="somebody_else", kind=kind)
    found = conclusions((strange,), About())
    assert [each.findings for each in found] == [(strange.id,)]


def test_ids_are_the_same_in_any_order_of_the_findings():
    some = (finding("artefact-ruler", "shortcut"), leak("across-splits"), finding("property-brightness"))
    assert told(*some) == told(*some[::-1])
