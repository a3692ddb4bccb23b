"""Whole networks: trained, repeatable, inconclusive where the loss diverges; and a user's own model."""

import numpy as np
import pytest

import biasaudit as ba
from tests.planted import ARTEFACTS, QUICK, brighter, plant

pytestmark = pytest.mark.slow


def test_a_small_cnn_trained_from_scratch_is_caught_using_the_brightness(tmp_path, monkeypatch):
    monkeypatch.setattr("biasaudit.model.training.EPOCHS", 12)
    plant(tmp_path / "bright", brighter, n=240, strength=(1.0, 0.05))
    choices = {"backbone": "small_cnn", "fresh": True, "without": QUICK}
    runs = [ba.audit(tmp_path / "bright", out=tmp_path / f"out{i}", **choices).record for i in (0, 1)]
    assert runs[0].model.learnt
    assert runs[0].findings[0].id == "property-brightness"
    assert runs[0].findings[0].verdict == "shortcut"
    assert runs[0].findings == runs[1].findings
    assert len(runs[0].model.curves) == 3


def test_a_users_own_model_serves_as_backbone_when_trusted(tmp_path):
    from biasaudit.model.quiet import import_keras

    keras = import_keras()
    layers = keras.layers
    network = keras.Sequential([
        keras.Input((64, 64, 3)),
        layers.Rescaling(1 / 255),
        layers.Conv2D(16, 3, strides=2, activation="relu"),
        layers.Conv2D(32, 3, strides=2, activation="relu"),
        layers.GlobalAveragePooling2D(),
        layers.Dense(2, activation="softmax"),
    ])  # fmt: skip
    network.save(tmp_path / "mine.keras")
    plant(tmp_path / "bright", brighter, n=160)
    choices = {"backbone": str(tmp_path / "mine.keras"), "trust_model": True, "without": QUICK}
    record = ba.audit(tmp_path / "bright", out=tmp_path / "out", **choices).record
    assert record.model.training == "frozen features, logistic head"
    assert record.model.learnt


def test_fault_57_a_loss_that_diverges_is_inconclusive(tmp_path, monkeypatch):
    def diverging(*arguments, **choices):
        return {"loss": [float("nan")], "validation_loss": [float("nan")]}

    monkeypatch.setattr("biasaudit.model.training._fit", diverging)
    plant(tmp_path / "clean", n=60)
    result = ba.audit(tmp_path / "clean", out=tmp_path / "out", backbone="small_cnn", without=ARTEFACTS)
    assert result.verdict == "inconclusive"
    assert "not finite" in result.record.headline
    assert "scan of the data" not in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert np.all([check.status != "failed" for check in result.record.checks])
