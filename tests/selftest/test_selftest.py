"""The self-test: it finds what it plants, says how often it cries wolf, and stands in the report when asked for."""

import json

import numpy as np
import pandas as pd
import pytest

import biasaudit as ba
from biasaudit.auditing import audit_the_audit
from biasaudit.cues import BUILTIN
from biasaudit.evidence.measure.planting import plant_each, step_of
from biasaudit.images.reading import read_folder
from biasaudit.results import SelfTest
from biasaudit.runtime.progress import Progress
from biasaudit.selftest.trial import run_trial
from tests.planted import plant

KEPT = ("brightness", "frame", "image_size", "text")
OTHERS = tuple(cue.id for cue in BUILTIN if cue.id not in KEPT)
CUES = {cue.id: cue for cue in BUILTIN}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("self-test") / "images"
    plant(root, n=160)
    return root


@pytest.fixture(scope="module")
def tested(folder, tmp_path_factory):
    return audit_the_audit(folder, out=tmp_path_factory.mktemp("out"), without=OTHERS)


def test_planted_cues_are_found_and_not_planted_are_file_traits_and_what_needs_larger_pictures(tested):
    record, _ = tested
    strong = {row.cue: row.found / row.sets for row in record.planted if row.in_class == 0.9}
    assert strong == {"brightness": 1.0, "frame": 1.0}
    needs = CUES["text"].smallest_side
    assert record.not_planted == {"text": f"the pictures are too small: it needs {needs} pixels on the shorter side"}
    assert record.false_alarms <= 6
    assert 0 <= record.false_alarm_low <= record.false_alarms / record.clean_sets <= record.false_alarm_high <= 1


def test_the_record_is_saved_whole(tested):
    record, path = tested
    assert SelfTest.model_validate_json(path.read_text()) == record
    assert json.loads(path.read_text())["images"] == 160


def test_a_scan_carries_it_in_its_coverage_when_asked(folder, tmp_path):
    asked = ba.audit(folder, out=tmp_path / "a", scan=True, without=OTHERS, selftest=True)
    assert asked.record.selftest is not None
    page = (tmp_path / "a" / "report.html").read_text(encoding="utf-8")
    assert "Planted cues and how often they were found" in page
    plain = ba.audit(folder, out=tmp_path / "b", scan=True, without=OTHERS)
    assert plain.record.selftest is None
    assert "<code>--selftest</code>" in (tmp_path / "b" / "report.html").read_text(encoding="utf-8")


def test_what_is_not_planted_is_not_found(folder):
    images = read_folder(folder)
    cues = [CUES["brightness"]]
    rng = np.random.default_rng(0)
    clean = pd.DataFrame({"brightness": rng.normal(120, 10, images.n)})
    with_cue = {"brightness": clean + 20}
    labels = rng.permutation(images.labels)
    assert run_trial(clean, with_cue, labels, images.ids, (0.9, 0.1), cues, "brightness", 1, with_cue).first
    assert run_trial(clean, with_cue, labels, images.ids, (0.5, 0.5), cues, "brightness", 1, with_cue).flagged == ()
    assert run_trial(clean, with_cue, labels, images.ids, (0.0, 0.0), cues, None, 1, with_cue).flagged == ()


def test_planting_moves_the_cue_by_its_step(folder):
    images = read_folder(folder).subset(np.arange(12))
    cues = [CUES["brightness"]]
    before = np.array([CUES["brightness"].measure(images.photo(row)) for row in range(12)])
    step = step_of(CUES["brightness"], before)
    after = plant_each(images, cues, {"brightness": step}, jobs=1, seed=0, progress=Progress(quiet=True))
    assert np.allclose(after["brightness"]["brightness"] - before, step, atol=1.0)
    assert step_of(CUES["brightness"], np.full(12, 7.0)) == 0
    assert step_of(CUES["frame"], before) == 1.0
