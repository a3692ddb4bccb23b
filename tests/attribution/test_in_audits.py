"""Where the model looks, in whole runs: a mark in a corner beside its clean twin, and maps that fail their checks."""

from dataclasses import replace

import numpy as np

import biasaudit as ba
from biasaudit.attribution import gate
from biasaudit.attribution.gate import Examined
from tests.planted import QUICK, plant, red_corner

WITHOUT = tuple(each for each in QUICK if each != "attribution")


def run(root, insert, **choices):
    plant(root / "images", insert, n=200, strength=(1.0, 0.0) if insert else (0.9, 0.1))
    return ba.audit(root / "images", out=root / "out", **{"jobs": 1, "without": WITHOUT, **choices})


def examined(correlation, gain):
    return Examined(method="Grad-CAM", images=9, correlation=correlation, gain=gain, low=gain - 0.1, high=gain + 0.1)


def test_a_mark_in_the_corner_draws_the_maps_to_the_border_and_its_clean_twin_does_not(
    tmp_path, stub_network, monkeypatch
):
    # The stand-in has no weights but its head's.
    monkeypatch.setattr(gate, "rank_correlations", lambda before, after: np.zeros(len(before)))
    shares = []
    for result in (run(tmp_path / "marked", red_corner), run(tmp_path / "clean", None)):
        looks = result.record.attribution
        assert looks.method
        assert [check.passed for check in looks.checks][-1]
        border = next(each for each in looks.classes if each.label == "upright").border
        shares.append(border.value)
        assert 0 <= border.low <= border.value <= border.high <= 1
        page = (result.folder / "report.html").read_text()
        assert 'aria-label="Average heatmap of upright' in page
    assert shares[0] > shares[1] + 0.1


def test_maps_that_fail_are_not_shown_and_the_page_says_so(tmp_path, stub_network, monkeypatch):
    original = gate._examine
    monkeypatch.setattr(gate, "_examine", lambda *given: replace(original(*given), correlation=0.9))
    result = run(tmp_path, red_corner)
    assert result.record.attribution.method is None
    page = (result.folder / "report.html").read_text()
    assert "No heatmaps are shown" in page
    assert "more evidence for" not in page


def test_without_a_model_or_where_it_is_left_out_nothing_is_said(tmp_path, stub_network):
    for number, choices in enumerate(({"scan": True}, {"without": QUICK})):
        result = run(tmp_path / str(number), None, **choices)
        assert result.record.attribution is None
        assert "Where the model looks" not in (result.folder / "report.html").read_text()


def test_a_method_passes_by_both_checks_alone():
    assert examined(0.1, 0.3).passed
    assert examined(None, 0.3).passed
    assert not examined(0.9, 0.3).passed
    assert not examined(0.1, 0.05).passed
