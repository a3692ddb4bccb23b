"""How many bear a mark: told with what its detector misses in these images, and only of marks that differ."""

from __future__ import annotations

import pytest

import biasaudit as ba
from biasaudit.cues import BUILTIN
from tests.planted import plant

CUES = {cue.id: cue for cue in BUILTIN}
OTHERS = tuple(cue.id for cue in BUILTIN if cue.id not in ("corner_tag", "ruler", "brightness"))


@pytest.mark.slow
def test_a_planted_mark_is_located_and_counted_and_one_in_nobody_is_not(tmp_path):
    def tag(rgb, rng):
        return CUES["corner_tag"].insert(rgb, 1.0, rng)[0]

    plant(tmp_path / "images", tag, n=120)
    record = ba.audit(tmp_path / "images", out=tmp_path / "out", scan=True, without=OTHERS).record
    finding = next(each for each in record.findings if each.cue == "corner_tag")
    assert finding.verdict == "suspect"
    inside, outside = finding.shares
    assert inside.label == finding.label
    assert outside.label is None
    assert inside.low <= 0.9 <= inside.high
    assert outside.low <= 0.1 <= outside.high
    assert inside.found <= inside.high
    assert "drawn into these images" in finding.explanation
    assert len(finding.regions) >= 6
    assert all((right - left) * (lower - upper) < 0.3 for left, upper, right, lower in finding.regions.values())
    other = next(each for each in record.findings if each.cue == "ruler")
    assert other.shares == ()
    assert other.regions == {}
