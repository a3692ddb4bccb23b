"""Artefacts that no cue names, found by a whole run beside a clean twin."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

import biasaudit as ba
from tests.benchmarks.scenes import save, scene
from tests.benchmarks.unnamed import UNNAMED
from tests.planted import ARTEFACTS

pytestmark = pytest.mark.slow


BESIDE = ("slices", "content_blind", "attribution", "properties_together", "subgroups")
"""Detectors that nothing here asks about."""


def a_folder(root, artefact, seed=3, n=240):
    """Two classes that differ in their subject four times in five; the artefact in 90% of one and 10% of the other."""
    with_it = set()
    for number in range(n):
        rng = np.random.default_rng([seed, number])
        label = ("left", "right")[number % 2]
        subject = ("ellipse", "polygon")[(number % 2) ^ int(rng.random() > 0.8)]
        picture = scene(rng, 224, subject)
        if artefact and rng.random() < (0.9 if label == "right" else 0.1):
            picture = UNNAMED[artefact](picture, rng)[0]
            with_it.add(f"{label}/{number:04d}.jpg")
        save(root / label / f"{number:04d}.jpg", picture)
    return with_it


def discovered(result):
    return [finding for finding in result.record.findings if finding.cue.startswith("pattern_")]


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    root = tmp_path_factory.mktemp("planted")
    with_it = a_folder(root / "images", "barcode")
    found = ba.audit(root / "images", out=root / "out", backbone="efficientnet_lite0", without=BESIDE)
    return found, with_it


def test_what_was_planted_is_the_first_discovered_finding_and_up_for_review(planted):
    result, with_it = planted
    first = discovered(result)[0]
    assert first.verdict == "review"
    assert first.label == "right"
    assert np.mean([image in with_it for image in first.examples[:10]]) >= 0.9
    assert first.rungs["reliance"].method == "intervention"
    assert set(first.examples) <= set(first.regions)
    assert all(0 <= edge <= 1 for box in first.regions.values() for edge in box)


def test_its_place_is_shown_in_the_report(planted):
    result, _ = planted
    page = (result.folder / "report.html").read_text()
    assert "more like the pattern" in page


def test_the_clean_twin_has_nothing_to_review(tmp_path):
    a_folder(tmp_path / "images", None)
    without = (*ARTEFACTS, *BESIDE)  # no cue may explain a pattern away
    result = ba.audit(tmp_path / "images", out=tmp_path / "out", backbone="efficientnet_lite0", without=without)
    assert not [finding for finding in discovered(result) if finding.verdict in ("review", "shortcut")]


def test_it_can_be_left_out(tmp_path):
    a_folder(tmp_path / "images", "barcode", n=80)
    without = ("discovery", "encoding", "reliance", "disparity", *ARTEFACTS, *BESIDE)
    result = ba.audit(tmp_path / "images", out=tmp_path / "out", backbone="efficientnet_lite0", without=without)
    assert discovered(result) == []


def test_what_alone_tells_the_classes_is_the_subject_for_all_that_can_be_known(tmp_path):
    """Circles and squares recur as unchanged as stamps do, and are what the labels name."""
    rng = np.random.default_rng(1)
    for number in range(240):
        label = ("circle", "square")[number % 2]
        picture = np.clip(rng.normal(rng.uniform(90, 160), 18, (128, 128, 3)), 0, 255).astype(np.uint8)
        x, y, radius = (int(each) for each in (*rng.integers(35, 93, 2), rng.integers(12, 28)))
        colour = tuple(int(each) for each in rng.integers(30, 226, 3))
        if label == "circle":
            cv2.circle(picture, (x, y), radius, colour, -1)
        else:
            cv2.rectangle(picture, (x - radius, y - radius), (x + radius, y + radius), colour, -1)
        save(tmp_path / "images" / label / f"{number:04d}.png", picture)
    result = ba.audit(tmp_path / "images", out=tmp_path / "out", without=(*ARTEFACTS, *BESIDE))
    assert {finding.verdict for finding in discovered(result)} <= {"clear", "untested"}
