"""What is there and what only follows from it: told by putting cues in."""

import numpy as np
import pandas as pd
import pytest

import biasaudit as ba
from biasaudit.cues import BUILTIN
from biasaudit.evidence.side_effects import attribute, images_without, signature
from biasaudit.evidence.ties import ties
from tests.detectors.test_rungs import cue, table
from tests.planted import plant

CUES = {cue.id: cue for cue in BUILTIN}


def world(rng, n, cause):
    """`cause` moves itself by 2 and `follower` by 3; the follower, put in, moves itself alone."""
    base = rng.normal(size=(n, 2))
    return pd.DataFrame({"cause": base[:, 0] + 2 * cause, "follower": base[:, 1] + 3 * cause})


@pytest.mark.parametrize("planted", ["cause", "follower"])
def test_a_side_effect_is_told_from_its_cause(planted):
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 2, 800)
    has = (rng.random(800) < np.where(codes == 1, 0.8, 0.2)).astype(float)
    values = world(rng, 800, has if planted == "cause" else np.zeros(800))
    if planted == "follower":
        values["follower"] += 3 * has
    put_in = {"cause": values + np.array([2, 3]), "follower": values + np.array([0, 3])}
    tied = [tie for tie in ties(table(codes), tuple(cue(name, values[name]) for name in values)) if tie.strength > 0.2]
    rows = {tie.cue.key: images_without(tie, np.ones(800, dtype=bool), rng) for tie in tied}
    effects = attribute(
        tied,
        {t.cue.key: signature(rows[t.cue.key], put_in[t.cue.id].iloc[rows[t.cue.key]], tied) for t in tied},
    )
    if planted == "cause":
        assert effects["property:follower"].of == "property:cause"
        assert effects["property:follower"].share > 0.7
        assert "property:cause" not in effects or effects["property:cause"].share < 0.3
    else:
        assert [tie.cue.id for tie in tied] == ["follower"]
        assert effects == {}


def test_a_sharper_class_is_called_sharper_and_not_noisier(tmp_path):
    def sharpen(rgb, rng):
        return CUES["sharpness"].insert(rgb, 0.8, rng)[0]

    others = ",".join(cue.id for cue in BUILTIN if cue.id not in ("sharpness", "noise", "texture", "brightness"))
    plant(tmp_path / "images", sharpen, n=240)
    findings = ba.audit(
        tmp_path / "images", out=tmp_path / "out", scan=True, without=tuple(others.split(","))
    ).record.findings
    assert findings[0].cue == "sharpness"
    assert findings[0].verdict == "suspect"
    for finding in findings[1:]:
        assert finding.verdict == "clear" or "side effect of sharpness" in finding.explanation
