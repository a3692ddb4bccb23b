"""The whole run around a stand-in network: the four rungs, the verdict, and everything that is written."""

import json

import numpy as np
import pytest
from PIL import Image

import biasaudit as ba
from tests.planted import QUICK, brighter, plant


def run(folder, tmp_path, **choices):
    return ba.audit(folder, out=tmp_path / "out", jobs=1, **{"without": QUICK, **choices})


def finding(result, id):
    return next(f for f in result.record.findings if f.id == id)


@pytest.mark.parametrize(
    ("without", "n"), [(QUICK, 240), pytest.param((), 300, marks=pytest.mark.slow)], ids=["few", "all"]
)
def test_a_cue_in_the_data_that_the_model_uses_is_a_shortcut_and_its_clean_twin_is_quiet(
    tmp_path, stub_network, without, n
):
    plant(tmp_path / "bright", brighter, n=n)
    plant(tmp_path / "clean", n=n)
    found = run(tmp_path / "bright", tmp_path, without=without)
    first = found.record.findings[0]
    assert (first.verdict, first.id, first.label) == ("shortcut", "property-brightness", "upright")
    assert [(each.id, each.findings[0]) for each in found.record.conclusions] == [("appearance", first.id)]
    assert found.verdict == "none_detected"  # light may be the subject: a question, and no alarm
    reliance = first.rungs["reliance"]
    assert reliance.method == "intervention"
    assert reliance.estimate.low > reliance.placebo.high
    assert first.rungs["disparity"].state == "yes"
    quiet = run(tmp_path / "clean", tmp_path, without=without)
    assert quiet.verdict == "none_detected"
    assert not quiet.record.conclusions
    assert quiet.record.model.learnt


def test_a_cue_in_half_of_both_classes_is_no_shortcut(tmp_path, stub_network):
    plant(tmp_path / "balanced", brighter, n=200, strength=(0.5, 0.5))
    assert finding(run(tmp_path / "balanced", tmp_path), "property-brightness").verdict == "clear"


def test_a_column_that_records_the_cue_tells_the_same_story(tmp_path, stub_network):
    frame = plant(tmp_path / "bright", brighter, n=300)
    frame.assign(lamp=np.where(frame.pop("planted"), "on", "off")).to_csv(tmp_path / "m.csv", index=False)
    result = run(tmp_path / "bright", tmp_path, metadata=tmp_path / "m.csv")
    lamp, brightness = finding(result, "metadata-lamp"), finding(result, "property-brightness")
    assert lamp.verdict == brightness.verdict == "shortcut"
    assert lamp.rungs["reliance"].method == "observation"
    assert brightness.id in lamp.story
    assert lamp.leads != brightness.leads


def test_labels_by_chance_are_inconclusive_not_clean(tmp_path, stub_network):
    frame = plant(tmp_path / "clean", n=120).drop(columns="planted")
    frame["label"] = np.random.default_rng(0).permutation(frame["label"])
    frame.to_csv(tmp_path / "m.csv", index=False)
    result = run(tmp_path / "clean", tmp_path, metadata=tmp_path / "m.csv")
    assert result.verdict == "inconclusive"
    for name in ("encoding", "reliance", "disparity"):
        assert finding(result, "property-brightness").rungs[name].state == "untested"


def test_a_given_split_is_kept(tmp_path, stub_network):
    frame = plant(tmp_path / "clean", n=120)
    frame = frame.assign(part=np.where(np.arange(120) < 80, "train", "test")).drop(columns="planted")
    frame.to_csv(tmp_path / "m.csv", index=False)
    result = run(tmp_path / "clean", tmp_path, metadata=tmp_path / "m.csv", split="part")
    assert result.record.dataset.splits == {"train": 80, "test": 40}
    assert not [f for f in result.record.findings if f.cue == "part"]


def test_the_same_seed_gives_the_same_findings(tmp_path, stub_network):
    plant(tmp_path / "bright", brighter, n=80)
    first = run(tmp_path / "bright", tmp_path, seed=3)
    second = run(tmp_path / "bright", tmp_path, seed=3, fresh=True)
    assert first.record.findings == second.record.findings


def test_fault_21_constant_images_have_no_heatmap(tmp_path, stub_network):
    plant(tmp_path / "bright", brighter, n=60)
    for number in range(12):
        Image.new("RGB", (96, 96), (250, 250, 250)).save(tmp_path / "bright" / "upright" / f"blank{number}.png")
    result = run(tmp_path / "bright", tmp_path, without=[each for each in QUICK if each != "attribution"])
    assert result.record.dataset.notes["one colour only"] == 12


def test_a_run_with_everything_in_it_writes_all_that_it_says_and_keeps_no_working_pixels(tmp_path, stub_network):
    plant(tmp_path / "bright", brighter, n=120)
    result = run(tmp_path / "bright", tmp_path, without=())
    assert not [check for check in result.record.checks if check.status == "failed"]
    assert result.record.findings[0].verdict == "shortcut"
    assert np.allclose(result.images[["p_lying", "p_upright"]].sum(axis=1), 1)
    assert list((tmp_path / "out" / "evidence").glob("*.webp"))
    assert not (tmp_path / "out" / "cache" / "pixels.raw").exists()
    assert "brightness" in (tmp_path / "out" / "report.html").read_text()
    assert json.loads((tmp_path / "out" / "audit.json").read_text())["model"]["learnt"]


def test_a_detector_that_crashes_is_a_failed_check_and_no_lost_audit(tmp_path, stub_network, monkeypatch):
    from biasaudit.detectors.asking import chosen
    from biasaudit.detectors.detector import detector

    @detector(question="Does it crash?")
    def crashing(images):
        """It does."""
        yield 1 / 0

    monkeypatch.setattr(chosen, "DETECTORS", (*chosen.DETECTORS, crashing))
    plant(tmp_path / "clean", n=60)
    checks = {check.detector: check for check in run(tmp_path / "clean", tmp_path).record.checks}
    assert checks["crashing"].status == "failed"
    assert "ZeroDivisionError" in checks["crashing"].reason
    assert checks["association"].status == "ran"


def test_fault_44_a_group_of_one_gets_no_figure(tmp_path, stub_network):
    frame = plant(tmp_path / "clean", brighter, n=120).drop(columns="planted")
    frame.assign(site=["alone", *["a"] * 119]).to_csv(tmp_path / "m.csv", index=False)
    rung = finding(run(tmp_path / "clean", tmp_path, metadata=tmp_path / "m.csv"), "metadata-site").rungs["disparity"]
    assert rung.state == "untested"
    assert rung.estimate is None
    assert "Too few" in rung.why


@pytest.mark.parametrize("column", ["patient"])
def test_groups_stay_on_one_side_of_every_fold(tmp_path, stub_network, column):
    from biasaudit.images.reading import read_folder
    from biasaudit.model.folds import assign_folds

    frame = plant(tmp_path / "clean", n=120).drop(columns="planted")
    frame.assign(patient=[f"p{i // 6}" for i in range(120)]).to_csv(tmp_path / "m.csv", index=False)
    images = read_folder(tmp_path / "clean", metadata=tmp_path / "m.csv", group_by=column)
    fold = assign_folds(images, 5, seed=0)
    assert all(len(set(fold[images.groups == group])) == 1 for group in set(images.groups))
