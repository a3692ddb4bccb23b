"""Cues and detectors of one's own, for one audit: run as the built-in ones are, and told apart from them."""

import sys

import pytest

import biasaudit as ba
from biasaudit.detectors import BUILTIN
from biasaudit.detectors.detector import detector
from biasaudit.errors import UsageError
from biasaudit.evidence.named.cue_values import CueValues
from biasaudit.results import RUNGS, Finding, Rung
from tests.planted import ARTEFACTS, QUICK, plant, red_corner

OWN = '''
import numpy as np
from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import blurred

@cue(kind="artefact", question="Is the corner red?", unit="share of the corner, 0 to 1", threshold=0.5)
def red_corner(photo):
    """Why it matters: a test."""
    corner = photo.rgb[: photo.rgb.shape[0] // 5, : photo.rgb.shape[1] // 5].astype(int)
    return float((corner[..., 0] - corner[..., 1:].max(axis=-1) > 120).mean())

@red_corner.inserts(placebo=blurred)
def _insert(rgb, amount, rng):
    changed = rgb.copy()
    mask = np.zeros(rgb.shape[:2], bool)
    mask[: rgb.shape[0] // 5, : rgb.shape[1] // 5] = True
    changed[mask] = np.rint((1 - amount) * rgb[mask] + amount * np.array([230, 20, 20]))
    return changed, mask
'''


@pytest.fixture
def own_cue(tmp_path, monkeypatch):
    (tmp_path / "own_cue_for_tests.py").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path)
    import own_cue_for_tests

    yield own_cue_for_tests.red_corner
    del sys.modules["own_cue_for_tests"]


@detector(question="How many cues were compared?")
def how_many(known_cues: tuple[CueValues, ...]):
    """Why it matters: a test."""
    yield Finding(
        id="representation-how-many",
        detector="how_many",
        cue="how_many",
        kind="representation",
        title=f"{len(known_cues)} cues.",
        verdict="clear",
        label=None,
        rungs={name: Rung(state="untested", why="A count, no test.") for name in RUNGS},
        recommendation="Nothing to do.",
    )


@pytest.mark.parametrize(("planted", "verdict"), [(red_corner, "shortcut"), (None, "clear")])
def test_an_own_cue_fires_where_it_was_planted_and_not_on_the_clean_twin(
    tmp_path, stub_network, own_cue, planted, verdict
):
    plant(tmp_path / "photos", planted, n=160)  # enough that worker processes measure it
    result = ba.audit(tmp_path / "photos", out=tmp_path / "out", extra=(own_cue,), jobs=2, without=QUICK)
    assert result.finding("artefact-red_corner").record.verdict == verdict
    assert "red_corner" in result.images


def test_an_own_detector_is_asked_and_listed(tmp_path):
    plant(tmp_path / "photos", n=60)
    result = ba.audit(
        tmp_path / "photos", out=tmp_path / "out", extra=(how_many,), scan=True, jobs=1, without=ARTEFACTS
    )
    assert result.finding("representation-how-many").record.title.endswith("cues.")
    assert "how_many" in [check.detector for check in result.record.checks if check.status == "ran"]
    assert result._repr_html_()
    assert result.to_html().stat().st_size


def test_what_cannot_be_used_is_said_before_any_work(tmp_path, own_cue, monkeypatch):
    for extra, why in ((BUILTIN[0], "Two"), (print, "neither")):
        with pytest.raises(UsageError, match=why):
            ba.audit(tmp_path / "none", extra=(extra,))
    monkeypatch.setattr(own_cue.measure, "__module__", "__main__")
    with pytest.raises(UsageError, match="file of its own"):
        ba.audit(tmp_path / "none", extra=(own_cue,))
