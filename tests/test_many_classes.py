"""A thousand classes of five small pictures, and a folder of sixty in which one class is lighter."""

import json
import resource

import cv2
import numpy as np
import pytest

import biasaudit as ba
from biasaudit.cues import BUILTIN
from tests.benchmarks.memory import scanned

CPU_SECONDS, MEGABYTES = 2 * 180, 1000
"""Three minutes of two cores, and what all processes together may hold."""


def draw(folder, classes, lighter=None, each=5, side=32):
    rng = np.random.default_rng(3)
    for code in range(classes):
        (folder / f"c{code:03d}").mkdir(parents=True)
        for number in range(each):
            ground = cv2.resize(rng.normal(110, 30, (6, 6, 3)), (side, side), interpolation=cv2.INTER_CUBIC)
            picture = ground + rng.normal(0, 6, ground.shape) + 40 * (code == lighter)
            place, colour = rng.integers(4, side - 4, 2).tolist(), rng.integers(30, 226, 3).tolist()
            picture = np.ascontiguousarray(np.clip(picture, 0, 255).astype(np.uint8))
            cv2.circle(picture, place, int(rng.integers(3, 9)), colour, -1)
            cv2.imwrite(str(folder / f"c{code:03d}" / f"{number}.png"), picture)


def test_one_lighter_class_of_sixty_is_named_and_the_clean_twin_is_quiet(tmp_path):
    draw(tmp_path / "lighter", 60, lighter=7)
    draw(tmp_path / "clean", 60)
    others = [cue.id for cue in BUILTIN if cue.id not in ("brightness", "tint", "sharpness", "file_format")]
    choices = {"scan": True, "jobs": 1, "without": (*others, "properties_together")}
    found = ba.audit(tmp_path / "lighter", out=tmp_path / "a", **choices)
    first = found.record.findings[0]
    assert (found.record.conclusions[0].id, first.verdict, first.cue, first.label) == (
        "appearance",
        "suspect",
        "brightness",
        "c007",
    )
    assert ba.audit(tmp_path / "clean", out=tmp_path / "b", **choices).verdict == "none_detected"


@pytest.mark.slow(minutes=1)
@pytest.mark.timeout(1800)
def test_a_thousand_classes_of_five_in_three_minutes_of_two_cores_and_a_gigabyte(tmp_path):
    draw(tmp_path / "photos", 1000)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = scanned(tmp_path / "photos", tmp_path / "out", without=())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < CPU_SECONDS
    assert took["together_mb"] < MEGABYTES
    record = json.loads((tmp_path / "out" / "audit.json").read_text())
    assert (record["dataset"]["n"], len(record["dataset"]["classes"])) == (5000, 1000)
    assert all((tmp_path / "out" / name).stat().st_size < 3e6 for name in ("audit.json", "report.html"))
