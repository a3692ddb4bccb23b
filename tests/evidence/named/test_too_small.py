"""Pictures that are too small for a cue: it is untested there and never clear, and the audit says so."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

import biasaudit as ba
from biasaudit.cues import BUILTIN
from biasaudit.cues.artefacts.ruler import ruler
from biasaudit.evidence.measure.planting import not_planted
from biasaudit.evidence.measure.survey import Survey
from biasaudit.evidence.named.known_cues import known_cues
from biasaudit.images.table import ImageTable
from biasaudit.settings import Settings
from tests.cues.pictures import tones

N = 60
NAMED = "this cue needs {}"
KEPT = ("ruler", "brightness")


def measured(sizes: np.ndarray, values: np.ndarray, labels: np.ndarray) -> list:
    """What the audit makes of the ruler; sizes: int (n, 2), values: float (n,), NaN where it was not measured."""
    ids = np.array([f"{place:03d}" for place in range(len(values))], dtype=object)
    frame = pd.DataFrame({"id": ids, "label": labels, "split": None, "group": ids})
    images = ImageTable(root=Path(), frame=frame)
    table = pd.DataFrame({"ruler": values, "width": sizes[:, 0], "height": sizes[:, 1]})
    survey = Survey(images=images, values=table, pixels=None, rows=np.arange(len(values)))
    return list(known_cues(images, survey, (ruler,), Settings()))


def of_sides(*sides: int) -> tuple[np.ndarray, np.ndarray]:
    """Square pictures of these sides in turn, and the ruler's values in those that are large enough."""
    each = np.resize(sides, N)
    values = np.random.default_rng(0).uniform(4, 9, N)
    return np.stack([each, each], axis=1), np.where(each >= ruler.smallest_side, values, np.nan)


IN_TURN = np.resize(["a", "a", "b", "b"], N)


@pytest.mark.parametrize(
    ("sides", "why"),
    [
        ((28,), "the pictures are 28 pixels on their shorter side"),
        ((28, 30), "the pictures are 28 to 30 pixels on their shorter side"),
        ((28, 30, 300), "40 of 60 pictures are 28 to 30 pixels on their shorter side"),
    ],
)
def test_where_most_pictures_are_too_small_a_cue_is_untested_and_says_why(sides, why):
    (cue,) = measured(*of_sides(*sides), IN_TURN)
    assert cue.untestable == f"{why}; {NAMED.format(ruler.smallest_side)}"
    assert cue.pictures_too_small
    assert not cue.constant


def test_where_most_are_large_enough_it_is_tested_in_those_and_nothing_else_is_asked():
    for sides in ((300,), (ruler.smallest_side,), (28, 300, 300)):
        (cue,) = measured(*of_sides(*sides), IN_TURN)  # no second cue: that sizes differ is what `image_size` tells
        assert not cue.untestable
        assert not cue.pictures_too_small


def test_small_pictures_of_one_class_leave_nothing_to_compare():
    sizes, values = of_sides(28, 300)
    (cue,) = measured(sizes, values, np.resize(["a", "b"], N))
    assert "the pictures of all classes but one are 28 pixels on their shorter side" in cue.untestable


def test_a_long_strip_counts_as_it_is_looked_at():
    sizes, _ = of_sides(2048)
    sizes[:, 1] = 160
    (cue,) = measured(sizes, np.full(N, np.nan), IN_TURN)
    assert "40 pixels on their shorter side, once the longer is brought to 512" in cue.untestable


def test_what_could_not_be_measured_for_another_reason_is_asked_about_as_ever():
    sizes, values = of_sides(300)
    values[::3] = np.nan
    assert [cue.id for cue in measured(sizes, values, IN_TURN)] == ["ruler", "ruler_known"]


def test_it_is_not_planted_in_pictures_that_are_too_small():
    assert not_planted(ruler, np.full(N, np.nan)) == (
        f"the pictures are too small: it needs {ruler.smallest_side} pixels on the shorter side"
    )
    assert not_planted(ruler, np.zeros(N)) == ""


def scanned(folder: Path, side: int):
    """A scan of pictures of which most of one class bear a ruler, drawn large and reduced to `side`."""
    rng = np.random.default_rng(0)
    for number in range(N):
        label, rgb = ("b", "a")[number % 2], tones(number)
        if rng.random() < (0.9 if label == "b" else 0.1):
            rgb = ruler.insert(rgb, 1.0, rng)[0]
        (folder / label).mkdir(parents=True, exist_ok=True)
        small = cv2.resize(rgb, (side, side), interpolation=cv2.INTER_AREA)
        cv2.imwrite(str(folder / label / f"{number}.png"), small[..., ::-1])
    without = [cue.id for cue in BUILTIN if cue.id != "ruler"]
    return ba.audit(folder, out=folder.parent / f"out-{side}", scan=True, jobs=1, quiet=False, without=without)


def test_a_ruler_that_is_found_in_large_pictures_is_untested_in_small_ones_and_the_report_says_so(tmp_path, capsys):
    large, small = (scanned(tmp_path / str(side) / "images", side) for side in (128, 28))
    found, untested = (next(f for f in audit.record.findings if f.cue == "ruler") for audit in (large, small))
    assert found.verdict == "suspect"
    assert untested.verdict == "untested"
    assert untested.title == (
        f"The ruler was not tested: the pictures are 28 pixels on their shorter side; "
        f"{NAMED.format(ruler.smallest_side)}."
    )
    assert "too small" not in large.record.headline
    assert "too small" not in str(large.record.dataset.warnings)
    assert "most pictures are too small to look for ruler" in str(small.record.dataset.warnings)
    assert "Note: most pictures are too small to look for ruler" in capsys.readouterr().err
    page = (tmp_path / "28" / "out-28" / "report.html").read_text(encoding="utf-8")
    assert "The pictures are too small to look for ruler." in page


def test_nothing_found_names_what_could_not_be_looked_for(tmp_path):
    rng = np.random.default_rng(0)
    for number in range(N):
        path = tmp_path / "images" / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), rng.integers(0, 256, (28, 28, 3), dtype=np.uint8))
    without = [cue.id for cue in BUILTIN if cue.id not in KEPT]
    record = ba.audit(tmp_path / "images", out=tmp_path / "out", scan=True, jobs=1, without=without).record
    assert record.verdict == "none_detected"
    assert record.headline.endswith("The pictures are too small to look for the ruler: these were not tested.")
