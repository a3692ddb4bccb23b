"""A package of somebody else: a cue, evidence and a detector with a block of its own, one file with entry points.

It appears in the report, is redacted, compared and reviewed, and no file of ours knows of it.
"""

import json
import sys

import numpy as np
import pytest
from PIL import Image

import biasaudit as ba
from biasaudit import cli
from biasaudit.output.redaction import redacted
from biasaudit.report.html import render
from tests.planted import ARTEFACTS
from tests.report.test_html import Page

PLUGIN = '''
from biasaudit.extend import Finding, Name, Note, Rung, Section, Table, cue, detector, evidence, say

WARDS = Section(id="wards", title=say("Which ward uses red tape"), intro=say("One row a ward."))


@cue(kind="artefact", question="Is there red tape in the corner?", unit="share", threshold=0.5)
def red_tape(photo):
    """Why it matters: tape is no disease."""
    corner = photo.rgb[:8, :8].astype(float)
    return float(((corner[..., 0] > 150) & (corner[..., 1] < 90)).mean())


@evidence
def tape_by_ward(images, survey):
    """Ward -> share of its images with tape."""
    ward = images.frame["meta_ward"]
    return survey.values["red_tape"].gt(0.5).groupby(ward.to_numpy()).mean().to_dict()


@detector(question="Does one ward use most of the tape?")
def wards(images, tape_by_ward):
    """Why it matters: a ward is no disease."""
    most = max(tape_by_ward, key=tape_by_ward.get)
    told = say("{ward} has tape in {share:.0%} of its pictures.", ward=Name("value", most), share=tape_by_ward[most])
    not_asked = Rung(state="untested", why=say("It is about a ward."))
    rows = tuple((say("{ward}", ward=Name("value", ward)), share) for ward, share in sorted(tape_by_ward.items()))
    yield Finding(
        id=f"wards-{most}", detector="wards", cue="ward", kind="metadata", title=told, verdict="suspect", label=None,
        rungs=dict.fromkeys(("association", "encoding", "reliance", "disparity"), not_asked),
        examples=tuple(map(str, images.ids[:2])),
        recommendation=say(f"Ask " + most + " about it."),  # put together while it runs: may hold anything
        blocks=(
            Table(caption=say("Tape by ward"), columns=(say("Ward"), say("Share with tape")), rows=rows),
            Note(text=say("Tape is cheap.")),
        ),
        section=WARDS,
    )
'''
SECRET = "Ward of Dr Example"


@pytest.fixture(scope="module")
def plugin(tmp_path_factory):
    place = tmp_path_factory.mktemp("plugin")
    (place / "tape_audit.py").write_text(PLUGIN)
    described = place / "tape_audit-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: tape-audit\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text(
        "[biasaudit.cues]\nred_tape = tape_audit:red_tape\n\n"
        "[biasaudit.evidence]\ntape_by_ward = tape_audit:tape_by_ward\n\n"
        "[biasaudit.detectors]\nwards = tape_audit:wards\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(place)
        yield place


def photos(root, taped):
    """Two classes of 30; `taped`: most of the first bear red tape."""
    rng = np.random.default_rng(0)
    rows = ["path,ward"]
    for label in ("malignant", "benign"):
        (root / label).mkdir(parents=True)
        for number in range(30):
            rgb = rng.integers(60, 140, (48, 48, 3), dtype=np.uint8)
            tape = taped and label == "malignant" and number < 27
            if tape:
                rgb[:8, :8] = (220, 20, 30)
            Image.fromarray(rgb).save(root / label / f"{number}.png")
            rows.append(f"{label}/{number}.png,{SECRET if tape else 'North'}")
    (root / "metadata.csv").write_text("\n".join(rows))
    return root


def scanned(root, out):
    return ba.audit(root, metadata=root / "metadata.csv", out=out, scan=True, without=ARTEFACTS, jobs=1)


@pytest.fixture(scope="module")
def found(plugin, tmp_path_factory):
    place = tmp_path_factory.mktemp("found")
    return scanned(photos(place / "photos", taped=True), place / "out")


def test_it_is_found_asked_and_told_beside_ours(found):
    verdicts = {finding.id: finding.verdict for finding in found.record.findings}
    assert verdicts["artefact-red_tape"] == "suspect"
    assert verdicts[f"wards-{SECRET}"] == "suspect"
    assert {check.detector: check.status for check in found.record.checks}["wards"] == "ran"


def test_its_section_and_its_table_stand_in_the_report(found):
    page = Page((found.folder / "report.html").read_text())
    for text in ("Which ward uses red tape", "One row a ward.", "Share with tape", SECRET, "Tape is cheap."):
        assert text in page.text


def test_a_clean_twin_has_no_tape(plugin, tmp_path):
    clean = scanned(photos(tmp_path / "photos", taped=False), tmp_path / "out")
    assert {finding.id: finding.verdict for finding in clean.record.findings}["artefact-red_tape"] == "clear"


def test_it_is_redacted_without_a_line_of_its_own(found):
    record, _ = redacted(found.record)
    for text in (json.dumps(record.model_dump(mode="json")), render(record)):
        assert SECRET not in text
    assert SECRET in render(found.record)
    told = next(each for each in record.findings if each.detector == "wards")
    assert told.title.startswith("value ")
    assert told.recommendation == "(left out)"


def test_it_is_compared_and_reviewed(found, tmp_path, monkeypatch):
    review = tmp_path / "review.json"
    review.write_text(json.dumps([{"finding": f"wards-{SECRET}", "decision": "dispute", "comment": "It is fine."}]))
    drawn = tmp_path / "reviewed.html"
    command = ["biasaudit", "report", str(found.folder), "--review", str(review), "--out", str(drawn)]
    monkeypatch.setattr(sys, "argv", command)
    cli.app(standalone_mode=False)
    assert "It is fine." in Page(drawn.read_text()).text
    change = next(each for each in ba.compare(found, found).record.changes if each.id.startswith("wards"))
    assert change.status == "same"


LEAKS = f"""
from biasaudit.extend import Finding, Name, Rung, RungResult, Unavailable, detector, evidence, say

SECRET = "{SECRET}"
NOT_ASKED = Rung(state="untested", why=say("Not asked."))
LAST = ""


def finding(**told):
    whole = dict(
        id="x", detector="rungs", cue="ward", kind="metadata", title=say("Told."), verdict="clear", label=None,
        rungs=dict.fromkeys(("association", "encoding", "reliance", "disparity"), NOT_ASKED),
        recommendation=say("Nothing to do."),
    )
    return Finding(**(whole | told))


@evidence
def no_tape(images):
    global LAST
    LAST = "Ask " + SECRET
    raise Unavailable(say("no tape in {{column}}", column=Name("column", SECRET)))


@detector(question="Does it need what is not there?")
def needs_tape(no_tape):
    yield finding()


@detector(question="Is it skipped with a secret?")
def skips(images):
    raise Unavailable(say("no tape in " + SECRET))


@detector(question="Does it lead?")
def leads(images):
    yield finding(id="leads", verdict="shortcut", title=say("{{cue}} is bad", cue=Name("cue", "tape in " + SECRET)))


@detector(question="Does it pose as ours?")
def poses(images):
    yield finding(id="poses-" + SECRET, detector="copies", title=say(LAST), story=(SECRET,))
    yield finding(id="of-" + SECRET, detector="of " + SECRET)


@detector(question="Does it speak of a rung?")
def of_a_rung(ties):
    tie = ties[0]
    told = say("{{label}} seen", label=Name("label", SECRET))
    yield RungResult(cue=tie.cue.key, label=tie.label, rung="disparity", why=told, method=told)


@detector(question="Is it on no scale?")
def on_no_scale(ties):
    yield RungResult(cue=ties[0].cue.key, label=None, rung="disparity", why=say("x"), p_value=float("nan"))


@detector(question="Does it miss a file?")
def misses(images):
    open("/no/such/file")
    yield


PARTS = (no_tape, needs_tape, skips, leads, poses, of_a_rung, on_no_scale, misses)
"""


def test_what_a_hostile_part_says_costs_nothing_and_leaks_nothing(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "hostile_parts.py").write_text(LEAKS)
    from hostile_parts import PARTS

    folder = photos(tmp_path / "photos", taped=True)
    choices = {"metadata": folder / "metadata.csv", "scan": True, "without": ARTEFACTS, "jobs": 1, "extra": PARTS}
    result = ba.audit(folder, out=tmp_path / "out", **choices)
    status = {check.detector: check.status for check in result.record.checks}
    assert [status[name] for name in ("needs_tape", "skips")] == ["skipped"] * 2
    assert [status[name] for name in ("on_no_scale", "misses")] == ["failed"] * 2
    assert [status[name] for name in ("leads", "poses", "of_a_rung")] == ["ran"] * 3
    written = result.save_redacted(tmp_path / "r.html")
    assert SECRET in (result.folder / "report.html").read_text()
    assert not [file.name for file in written if SECRET in file.read_text()]
