"""The demos hold what they promise: a planted truth, and nothing besides."""

import hashlib
import os

import numpy as np
import pandas as pd
import pytest

import biasaudit as ba
from biasaudit.demo import DEMOS, make_demo
from biasaudit.output.result import read_audit
from biasaudit.stats import auc
from tests.planted import VIEWS


def digest(folder):
    files = sorted(folder.rglob("*.*"))
    return hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in files)).hexdigest()


@pytest.mark.parametrize("name", DEMOS)
def test_one_seed_gives_the_same_bytes_and_another_gives_others(tmp_path, name):
    for number, seed in enumerate([0, 0, 1]):
        make_demo(name, tmp_path / str(number), seed=seed, n=8)
    digests = [digest(tmp_path / str(number)) for number in range(3)]
    assert digests[0] == digests[1] != digests[2]


def areas(images):
    """Cue -> how well it alone tells malignant from benign, as an area under the curve."""
    cues = images[[column for column in images if not column.startswith("p_")]]
    cues = cues.select_dtypes("number").dropna(axis=1)
    positive = (images["label"] == "malignant").to_numpy()
    return {cue: auc(cues[cue].to_numpy(), positive) for cue in cues if cues[cue].nunique() > 1}


def test_two_sources_have_one_source_a_class(tmp_path):
    table = pd.read_csv(make_demo("two-sources", tmp_path, n=20))
    assert (table.groupby("label")["source"].nunique() == 1).all()
    assert table["source"].nunique() == 2


def audited(name, folder, without=()):
    """The audit of a demo: in CI that of the built package, where it has run there already."""
    if done := os.environ.get(f"BIASAUDIT_DEMO_{name.upper()}"):
        return read_audit(done)
    return ba.audit(folder / "images", metadata=make_demo(name, folder / "images"), out=folder / "out", without=without)


@pytest.mark.slow(minutes=3)
@pytest.mark.parametrize(
    ("name", "verdict", "first", "without"),
    [("ruler", "shortcut", "ruler", ()), ("clean", "none_detected", None, ()), ("two-sources", None, None, VIEWS)],
    ids=DEMOS,
)
def test_the_verdict_on_each_demo_and_what_is_tied_in_it(tmp_path, name, verdict, first, without):
    result = audited(name, tmp_path, without)
    if verdict:
        assert result.verdict == verdict
    if first:
        assert areas(result.images)[first] > 0.85
        leading = result.record.findings[0]
        assert (leading.cue, leading.label) == (first, "malignant")
        reliance = leading.rungs["reliance"]
        assert reliance.estimate.low > reliance.placebo.high
        assert all(image.startswith("malignant/") for image in leading.examples)
    if name == "clean":
        assert max(abs(value - 0.5) for value in areas(result.images).values()) < 0.12
    if name == "two-sources":
        verdicts = {finding.id: finding.verdict for finding in result.record.findings}
        assert verdicts["metadata-source"] == "unidentifiable"
        assert not [finding for finding in verdicts if finding.startswith("leakage")]
    assert np.isfinite(result.record.model.auc.value)
