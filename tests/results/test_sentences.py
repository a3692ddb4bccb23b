"""Sentences know what they were made of: rendered in one place, restored from a file, and renamed without a miss."""

from __future__ import annotations

import ast
import json
import pickle
from pathlib import Path

import pytest

import biasaudit
from biasaudit.results import (
    NOTHING,
    Check,
    Finding,
    Name,
    Note,
    Rung,
    Sentence,
    Table,
    joined,
    listed,
    ours,
    paragraph,
    say,
    shorten,
)
from biasaudit.results.sentences import restored

SECRET = "Ann Example"
TOLD = say(
    "{who!u} is right on {share:.0%} of {n} images of {group:12}.",
    who=say("the {cue}", cue=Name("cue", "ruler")),
    share=0.923,
    n=13,
    group=Name("value", "a group with a long name"),
)


def test_a_sentence_is_text():
    assert TOLD == "The ruler is right on 92% of 13 images of a group wit…."
    assert json.dumps([TOLD]) == json.dumps([str(TOLD)])


def test_it_survives_a_file_and_a_process():
    assert restored(json.loads(json.dumps(TOLD.record())), str(TOLD)).record() == TOLD.record()
    assert pickle.loads(pickle.dumps(TOLD)).record() == TOLD.record()


def test_a_text_changed_by_hand_is_a_text_of_which_nothing_is_known():
    assert not isinstance(restored(TOLD.record(), f"{TOLD} {SECRET}"), Sentence)


def bomb():
    """A few hundred letters that would be read as ten thousand million."""
    record = {"template": "word"}
    for _ in range(10):
        record = {"template": "{a}" * 10, "arguments": {"a": record}}
    return record


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"template": "{x.__class__}", "arguments": {"x": 1}},
        {"template": 3},
        {"template": "{"},
        {"template": "{n:>999999999}", "arguments": {"n": 1}},
        {"template": "{n:.999999f}", "arguments": {"n": 1}},
        {"template": "{n:.0%}", "arguments": {"n": 10**400}},
        {"template": "{n}", "arguments": [1]},
        bomb(),
    ],
)
def test_a_hostile_record_is_no_sentence(record):
    assert restored(record, "text") == "text"


def test_every_name_is_replaced_however_deep():
    deep = say("{one}; {two}.", one=joined([TOLD, Name("value", SECRET)]), two=Sentence(SECRET))
    assert SECRET not in deep.renamed(lambda name: Name(name.kind, "left out"))
    assert {name.kind for name in deep.names()} == {"cue", "value", "text"}


def test_a_plain_string_is_no_argument():
    with pytest.raises(TypeError, match="a Name"):
        say("{x}", x="value")  # type: ignore[arg-type]


@pytest.mark.parametrize("template", ["{x}", "{a} {b}", "no field"])
def test_a_template_gets_the_arguments_that_it_asks_for(template):
    with pytest.raises(ValueError, match="asks for"):
        say(template, a=1)


def test_a_template_reaches_into_nothing():
    with pytest.raises((ValueError, KeyError)):
        say("{a.real}", **{"a.real": 1, "a": 1})


def test_names_are_cut_to_fit():
    assert shorten("abcdef", 4) == "abc…"
    assert say("{x!p}; {y!u}", x=say("It ends."), y=say("here")) == "It ends; Here"


def test_several_are_told_as_a_person_would():
    names = [Name("column", name) for name in ("hospital", "ward", "camera")]
    assert [listed(names[:n]) for n in (1, 2, 3)] == ["hospital", "hospital and ward", "hospital, ward and camera"]
    assert paragraph(NOTHING, say("One."), NOTHING, say("Two.")) == "One. Two."
    assert paragraph(NOTHING, NOTHING) == ""


def test_what_stands_in_code_is_kept_whole():
    assert ours("Is it {0} wide?") == "Is it {0} wide?"
    assert not list(ours("Is it {0} wide?").names())


def test_records_keep_sentences_beside_their_text():
    table = Table(caption=TOLD, columns=(say("Group"), say("n")), rows=((say("{v}", v=Name("value", SECRET)), 3),))
    rung = Rung(state="no", why=TOLD)
    finding = Finding(
        id="a", detector="a", cue="a", kind="property", title=TOLD, verdict="clear", label=None,
        rungs={"association": rung}, recommendation=say("Nothing to do."), blocks=(Note(text=TOLD), table),
    )  # fmt: skip
    written = json.loads(json.dumps(finding.model_dump(mode="json")))
    assert written["title"] == str(TOLD)
    again = Finding.model_validate(written)
    assert again.model_dump() == finding.model_dump()
    assert again.rungs["association"].why.record() == TOLD.record()
    assert again.blocks[1].rows[0][0].record() == table.rows[0][0].record()
    assert again.recommendation.template == "Nothing to do."


def test_a_string_from_elsewhere_is_one_unknown_argument():
    assert [name.kind for name in Check(detector="x", status="ran", reason=f"of {SECRET}").reason.names()] == ["text"]


PACKAGE = Path(biasaudit.__file__).parent
MADE_ELSEWHERE = {"sentences.py"}
"""Where a sentence is made of what another one, or a file, says."""
OURS = {
    "conclude/wording.py", "detectors/detector.py", "evidence/given_hints.py", "evidence/named/measured_cues.py",
    "images/reasons.py", "images/words.py",
}  # fmt: skip
"""Files that take a text for ours which does not stand beside the call: it stands in the code, or none of it names
anything of the user's."""


def calls():
    for file in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield file.relative_to(PACKAGE).as_posix(), node.func.id, node


def test_every_template_stands_in_the_code():
    for file, name, call in calls():
        if name == "say" and file.rpartition("/")[2] not in MADE_ELSEWHERE:
            first = call.args[0]
            assert isinstance(first, ast.Constant), f"{file}:{call.lineno}"
            assert isinstance(first.value, str), f"{file}:{call.lineno}"
    assert {file for file, name, _ in calls() if name == "ours"} <= OURS
