"""Auditing a model that came trained: whether what it uses is found, and what cannot be audited is refused."""

import subprocess
import sys

import numpy as np
import pytest

import biasaudit as ba
from biasaudit.cues import BUILTIN
from biasaudit.errors import UsageError
from biasaudit.report.pictures import boxed_path, crop_path, heat_key, heatmap_path, thumbnail_path
from tests.given_models import SIDE, classifier
from tests.planted import VIEWS, brighter, plant

OTHERS = tuple(cue.id for cue in BUILTIN if cue.id != "brightness")
pytestmark = pytest.mark.usefixtures("stub_network")


@pytest.fixture(scope="module")
def bright(tmp_path_factory):
    folder = tmp_path_factory.mktemp("given") / "bright"
    return folder, plant(folder, brighter, n=240)


def run(folder, tmp_path, **choices):
    return ba.audit(folder, out=tmp_path / "out", jobs=1, **{"without": (*OTHERS, *VIEWS), **choices})


def finding(result, id):
    return next(f for f in result.record.findings if f.id == id)


def test_a_cue_that_it_uses_is_a_shortcut_and_of_its_twin_that_does_not_a_suspect(bright, tmp_path):
    folder, frame = bright
    using = run(folder, tmp_path, model=classifier(folder, frame, luma=True), without=OTHERS)
    found = finding(using, "property-brightness")
    assert found.verdict == "shortcut"
    assert "the model goes by it" in using.record.conclusions[0].sentence
    assert found.rungs["reliance"].method == "intervention"
    assert found.rungs["encoding"].state == "yes"
    assert using.record.model.folds == 0
    assert using.record.model.backbone == "plain"
    assert using.record.model.own
    page = (tmp_path / "out" / "report.html").read_text()
    assert "nothing was trained" in page
    assert "never saw" not in page
    assert "held-out" not in found.rungs["reliance"].why
    assert list((tmp_path / "out" / "evidence").glob("*.webp"))
    assert not list((tmp_path / "out" / "cache").glob("*.raw"))
    assert np.allclose(using.images[["p_lying", "p_upright"]].sum(axis=1), 1)

    blind = run(folder, tmp_path, model=classifier(folder, frame, luma=False))
    assert finding(blind, "property-brightness").verdict == "suspect"
    assert "the model goes by it" not in blind.record.conclusions[0].sentence
    assert blind.record.model.auc.value > 0.9


def test_answers_of_every_shape_mean_the_same(bright, tmp_path):
    folder, frame = bright
    plain = run(folder, tmp_path, model=classifier(folder, frame, luma=True))
    shift = finding(plain, "property-brightness").rungs["reliance"].estimate
    kinds = {
        "one sigmoid": {"units": 1, "last": "sigmoid"},
        "one logit": {"units": 1, "last": None},
        "two logits": {"last": None},
        "nested": {"nested": True},
    }
    for how, kind in kinds.items():
        file = tmp_path / "own.keras"
        classifier(folder, frame, luma=True, **kind).save(file)
        result = run(folder, tmp_path, model=file, trust_model=True)
        found = finding(result, "property-brightness")
        assert found.verdict == "shortcut", how
        assert found.rungs["encoding"].state == "yes", how
        assert result.record.settings["model"] == "own.keras"
        assert found.rungs["reliance"].estimate.value == pytest.approx(shift.value, abs=1e-3), how


def test_any_function_can_be_audited(bright, tmp_path):
    def by_brightness(images):
        assert images.dtype == np.uint8
        assert images.shape[1:] == (32, 32, 3)
        chance = 1 / (1 + np.exp(-(images.mean(axis=(1, 2, 3)) - 140) / 8))
        return np.column_stack([1 - chance, chance])

    folder, _ = bright
    result = run(folder, tmp_path, predict=by_brightness, size=32, without=OTHERS)
    found = finding(result, "property-brightness")
    assert found.verdict == "shortcut"
    assert found.rungs["encoding"].state == "untested"
    assert "answers only" in found.rungs["encoding"].why
    assert result.record.model.backbone == "by_brightness"
    evidence = tmp_path / "out" / "evidence"
    shown = {
        thumbnail_path(evidence, image)
        for one in result.record.findings
        for image in (*one.examples, *one.counterexamples)
    }
    patterns = {
        path
        for one in result.record.findings
        if one.kind == "discovered" and one.regions
        for image in (*one.examples, *one.counterexamples)
        for path in (
            heatmap_path(evidence, image, heat_key(one)),
            crop_path(evidence, image, one.id),
            boxed_path(evidence, image, one.id),
        )
    }
    maps = set(evidence.glob("*.webp")) - shown - patterns
    assert len(maps) == 2  # only the first pair gets heatmaps: each costs hundreds of answers


def test_the_order_of_the_classes_can_be_given_and_a_wrong_one_is_told(bright, tmp_path):
    folder, frame = bright
    model = classifier(folder, frame, luma=True)
    turned = run(folder, tmp_path, model=model, classes=("upright", "lying"))
    assert turned.verdict == "inconclusive"
    assert "--classes lying,upright" in turned.record.headline
    told = run(folder, tmp_path, model=model, classes=("lying", "upright"))
    assert finding(told, "property-brightness").verdict == "shortcut"


def test_it_may_know_classes_that_the_folder_has_not(bright, tmp_path):
    def of_three(images):
        bright = np.clip((images.mean(axis=(1, 2, 3)) - 100) / 100, 0.01, 0.99)
        return np.column_stack([0.8 * bright, np.full(len(images), 0.2), 0.8 * (1 - bright)])

    result = run(bright[0], tmp_path, predict=of_three, size=16, classes=("upright", "other", "lying"))
    assert result.record.model.auc.value > 0.8
    assert finding(result, "property-brightness").verdict == "shortcut"
    assert np.allclose(result.images[["p_lying", "p_upright"]].sum(axis=1), 1)


def test_a_hostile_name_stays_inert(bright, tmp_path):
    two_answers.__name__ = "<script>alert(1)</script>\udce9"
    result = run(bright[0], tmp_path, predict=two_answers, size=16)
    two_answers.__name__ = "two_answers"
    assert result.verdict == "inconclusive"
    page = (tmp_path / "out" / "report.html").read_text()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_with_a_given_split_its_figures_are_those_of_the_test_part(tmp_path):
    frame = plant(tmp_path / "bright", brighter, n=240, strength=(0.7, 0.3))
    part = np.where(np.arange(240) < 120, "train", "test")
    frame.assign(part=part).drop(columns="planted").to_csv(tmp_path / "m.csv", index=False)
    model = classifier(tmp_path / "bright", frame, luma=True)
    result = run(tmp_path / "bright", tmp_path, model=model, metadata=tmp_path / "m.csv", split="part")
    assert result.record.model.auc.n == 120
    assert "120 images of the given test part" in result.record.model.training
    assert finding(result, "property-brightness").rungs["disparity"].estimate.n == 120
    assert "held-out images" in finding(result, "property-brightness").rungs["reliance"].why
    checks = {check.detector: check for check in result.record.checks}
    assert checks["reversal"].status == "skipped"
    assert "by heart" in checks["reversal"].reason


def test_pixels_in_the_wrong_range_are_told(bright, tmp_path):
    folder, frame = bright
    model = classifier(folder, frame, luma=True, scaled=False)
    with pytest.raises(UsageError, match=r"add --pixels 0\.\.1"):
        run(folder, tmp_path, model=model)
    told = run(folder, tmp_path, model=model, pixels="0..1")
    assert finding(told, "property-brightness").verdict == "shortcut"


def two_answers(images):
    return np.full((len(images), 2), 0.5)


REFUSED = {
    "three answers": (lambda images: np.full((len(images), 3), 1 / 3), "3 answers .* 2 classes"),
    "no number": (lambda images: np.where(images[:, 0, 0, :2] > 255, 0.5, np.nan), "NaN .*jpg"),
    "no probability": (lambda images: np.tile([-3.0, 4.0], (len(images), 1)), "range from -3 to 4"),
    "no shares": (lambda images: np.tile([0.9, 0.9], (len(images), 1)), "sums to 1.8"),
    "a fault": (lambda images: 1 / 0, "failed on the images: ZeroDivisionError"),
    "one answer in all": (lambda images: np.array([0.5, 0.5, 0.5]), "shape"),
}


@pytest.mark.parametrize("how", REFUSED)
def test_answers_that_cannot_be_audited_are_refused_with_the_cause(bright, tmp_path, how):
    predict, why = REFUSED[how]
    with pytest.raises(UsageError, match=why):
        run(bright[0], tmp_path, predict=predict, size=16)


def test_a_keras_model_that_answers_nan_is_refused(bright, tmp_path):
    folder, frame = bright
    model = classifier(folder, frame, luma=True)
    model.layers[-1].set_weights([np.full((5, 2), np.nan), np.zeros(2)])
    with pytest.raises(UsageError, match=r"NaN or infinity for lying/0000\.jpg"):
        run(folder, tmp_path, model=model)


def test_what_does_not_go_together_is_refused(bright, tmp_path):
    folder, frame = bright
    for why, choices in {
        "which `size`": {"predict": two_answers},
        "one model": {"predict": two_answers, "size": 16, "model": "m.keras"},
        "name it with --model": {"classes": ("a", "b")},
        "does not name 'upright'": {"predict": two_answers, "size": 16, "classes": ("lying", "other")},
        "no model file": {"model": "absent.keras", "trust_model": True},
        "ends in .keras": {"model": "model.pt"},
        "--pixels 1..2": {"model": classifier(folder, frame, luma=True), "pixels": "1..2"},
        "--finetune": {"predict": two_answers, "size": 16, "finetune": True},
        "A scan": {"predict": two_answers, "size": 16, "scan": True},
        f"takes images of {SIDE} x {SIDE}": {"model": classifier(folder, frame, luma=True), "size": 16},
    }.items():
        with pytest.raises(UsageError, match=why):
            run(folder, tmp_path, **choices)


def test_a_file_is_not_loaded_without_trust_nor_tensorflow_with_it(tmp_path):
    (tmp_path / "own.keras").write_bytes(b"whatever it holds")
    code = (
        "import sys, biasaudit as ba\n"
        "from biasaudit.errors import UsageError\n"
        "try:\n    ba.audit('absent', model='own.keras')\n"
        "except UsageError as error:\n    print(error, 'tensorflow' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "--trust-model" in done.stdout
    assert done.stdout.strip().endswith("False")
