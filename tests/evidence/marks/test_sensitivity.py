"""How many bear a mark: told with what its detector misses in these images, and only of marks that differ."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import biasaudit as ba
from biasaudit.conclude.marks import Marks
from biasaudit.cues import BUILTIN
from biasaudit.cues.cue import cue
from biasaudit.evidence.marks.sensitivity import Sensitivity, sensitivities
from biasaudit.evidence.named.cue_values import CueValues
from biasaudit.evidence.ties import ties
from biasaudit.images.photo import Photo
from biasaudit.images.table import ImageTable
from biasaudit.results import Finding, Rung, say
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings
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
    assert "drawn into these images" in finding.how_many
    assert len(finding.regions) >= 6
    assert all((right - left) * (lower - upper) < 0.3 for left, upper, right, lower in finding.regions.values())
    other = next(each for each in record.findings if each.cue == "ruler")
    assert other.shares == ()
    assert other.how_many == ""
    assert other.regions == {}


def marked(n: int, held: int, patients: int) -> tuple[ImageTable, CueValues]:
    """Half of class b has the mark, and nobody of class a; the first `held` are the given test part, without it."""
    b, split = np.arange(n) % 2 == 1, np.where(np.arange(n) < held, "test", None)
    values = np.where(b & (np.arange(n) % 4 == 1) & (np.arange(n) >= held), 9.0, 0.0)
    frame = pd.DataFrame(
        {
            "id": [f"{row}.jpg" for row in range(n)],
            "label": np.where(b, "b", "a"),
            "split": split,
            "group": [str(row * patients // n * 2 + row % 2) for row in range(n)],
        }
    )
    question = say("?")
    return ImageTable(root=None, frame=frame), CueValues(
        id="mark", kind="artefact", question=question, values=values, threshold=5.0
    )


def told(images: ImageTable, values: CueValues) -> Finding:
    blank = Finding(
        id="artefact-mark",
        detector="rungs",
        cue="mark",
        kind="artefact",
        title=say("t"),
        verdict="suspect",
        label="b",
        rungs={"association": Rung(state="yes", why=say("w"))},
        recommendation=say("r"),
    )
    known = {values.key: Sensitivity(drawn=40, seen=40, falsely=0.0)}
    return Marks(images=images, places=None, sensitivities=known)(blank, ties(images, (values,))[0])


def test_shares_are_of_the_images_learnt_from_and_patients_widen_their_range():
    of_b, others = told(*marked(400, 0, 400)).shares
    assert (of_b.label, of_b.n, of_b.found, others.found) == ("b", 200, 0.5, 0.0)
    learnt = told(*marked(400, 200, 400)).shares[0]
    assert (learnt.n, learnt.found) == (100, 0.5)
    few = told(*marked(400, 0, 10)).shares[0]
    assert few.high - few.low >= of_b.high - of_b.low


@cue(kind="artefact", question="?", unit="u", threshold=5.0)
def broken(photo: Photo) -> float:
    raise ValueError("never")


@cue(kind="artefact", question="?", unit="u")
def boundless(photo: Photo) -> float:
    return 0.0


@broken.inserts(placebo=lambda before, after, mask, rng: before)
def _draw_broken(rgb, amount, rng):
    return rgb, np.ones(rgb.shape[:2], dtype=bool)


@boundless.inserts(placebo=lambda before, after, mask, rng: before)
def _draw_boundless(rgb, amount, rng):
    return rgb, np.ones(rgb.shape[:2], dtype=bool)


@pytest.mark.parametrize("mark", [broken, boundless])
def test_a_cue_of_others_that_fails_or_has_no_threshold_is_not_counted(tmp_path, mark):
    plant(tmp_path, n=40)
    images, values = marked(40, 0, 40)
    files = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.jpg"))
    images = ImageTable(root=tmp_path, frame=images.frame.assign(id=files))
    named = CueValues(id=mark.id, kind="artefact", question=say("?"), values=values.values, threshold=mark.threshold)
    assert sensitivities(images, [mark], ties(images, (named,)), Settings(jobs=1), Progress(quiet=True)) == {}
