"""Artefacts that no cue names, found by a whole run beside a clean twin."""

from __future__ import annotations

import numpy as np
import pytest

import biasaudit as ba
from tests.benchmarks.scenes import save, scene
from tests.benchmarks.unnamed import UNNAMED

pytestmark = pytest.mark.slow


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
    return ba.audit(root / "images", out=root / "out", backbone="efficientnet_lite0"), with_it


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
    result = ba.audit(tmp_path / "images", out=tmp_path / "out", backbone="efficientnet_lite0")
    assert not [finding for finding in discovered(result) if finding.verdict in ("review", "shortcut")]


def test_it_can_be_left_out(tmp_path):
    a_folder(tmp_path / "images", "barcode", n=80)
    without = ("discovery", "encoding", "disparity")
    result = ba.audit(tmp_path / "images", out=tmp_path / "out", backbone="efficientnet_lite0", without=without)
    assert discovered(result) == []
