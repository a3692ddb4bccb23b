"""Findings of one thing are told together; two things that are tied to one class each by itself are not."""

import numpy as np

from biasaudit.conclude.related import screens_off, tell_stories
from biasaudit.evidence.named.cue_values import CueValues
from biasaudit.evidence.side_effects import SideEffect
from biasaudit.evidence.ties import _measured_tie
from biasaudit.results import RUNGS, Finding, Rung

N = 600


def tie(name, values, codes, kind="property", threshold=None):
    cue = CueValues(id=name, kind=kind, question="?", values=np.asarray(values, float), threshold=threshold)
    return _measured_tie(cue, codes, ["benign", "malignant"])


def ruler_and_more(seed):
    rng = np.random.default_rng(seed)
    codes = np.arange(N) % 2
    ruler = rng.random(N) < np.where(codes == 1, 0.85, 0.15)
    brought_along = 1.2 * ruler + rng.normal(size=N)
    by_itself = 1.2 * codes + rng.normal(size=N)
    named = tie("ruler", ruler, codes, "artefact", 0.5)
    return named, tie("sharpness", brought_along, codes), tie("brightness", by_itself, codes)


def test_what_a_cue_brings_along_is_its_story_and_what_is_tied_by_itself_is_not():
    for seed in range(20):
        ruler, brought_along, by_itself = ruler_and_more(seed)
        assert screens_off(ruler, brought_along)
        assert not screens_off(ruler, by_itself)
        assert not screens_off(brought_along, ruler)


def test_nothing_is_said_where_hardly_any_image_breaks_the_tie():
    codes = np.arange(N) % 2
    ruler = tie("ruler", codes, codes, "artefact", 0.5)
    other = tie("sharpness", codes + np.random.default_rng(0).normal(size=N), codes)
    assert not screens_off(ruler, other)


def finding(name, cue, kind, verdict):
    rungs = {rung: Rung(state="untested", why="Not run.") for rung in RUNGS}
    return Finding(
        id=name,
        detector="rungs",
        cue=cue,
        kind=kind,
        verdict=verdict,
        title=name,
        label="malignant",
        rungs=rungs,
        recommendation="",
    )


def test_what_a_finding_follows_from_is_the_cue_that_accounts_for_half_of_it():
    ruler, brought_along, by_itself = ruler_and_more(0)
    named = {"artefact-ruler": ruler, "property-sharpness": brought_along, "property-brightness": by_itself}
    findings = [finding(each, tie.cue.id, tie.cue.kind, "suspect") for each, tie in named.items()]
    effects = {
        "property:sharpness": SideEffect(of="artefact:ruler", share=0.8, together=0.9),
        "property:brightness": SideEffect(of="artefact:ruler", share=0.3, together=0.4),
    }
    told = {each.id: each for each in tell_stories(findings, named, effects)}
    assert told["property-sharpness"].follows == "artefact-ruler"
    assert told["property-brightness"].follows is None
    assert told["artefact-ruler"].follows is None


def test_what_is_asked_of_one_column_is_one_story():
    age, groups = (
        finding("metadata-age", "age", "metadata", "shortcut"),
        finding("by-class", "age", "representation", "suspect"),
    )
    other, quiet = (
        finding("metadata-sex", "sex", "metadata", "suspect"),
        finding("subgroup-age", "age", "subgroup", "clear"),
    )
    told = {each.id: each for each in tell_stories([age, groups, other, quiet], {}, {})}
    assert told["metadata-age"].story == ("by-class",)
    assert told["metadata-age"].leads
    assert told["by-class"].story == ("metadata-age",)
    assert not told["by-class"].leads
    assert told["metadata-sex"].leads
    assert not told["metadata-sex"].story
    assert not told["subgroup-age"].story
