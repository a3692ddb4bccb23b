"""Where the model looks: maps in a run, a mark at the edge beside its clean twin, and the gate that maps must pass."""

from types import SimpleNamespace

import numpy as np
import pytest

import biasaudit as ba
from biasaudit.evidence.attention import EDGE, MIDDLE, parts
from biasaudit.evidence.attributions import Attributions
from biasaudit.model.head import Head
from biasaudit.model.network import pool
from biasaudit.results import Estimate
from tests.planted import plant, red_corner


def run(root, insert):
    plant(root / "images", insert, n=200, strength=(1.0, 0.0) if insert else (0.9, 0.1))
    return ba.audit(root / "images", out=root / "out", jobs=1)


def test_a_mark_in_the_corner_draws_the_maps_to_the_border_and_its_clean_twin_does_not(tmp_path, stub_network):
    marked, clean = run(tmp_path / "marked", red_corner), run(tmp_path / "clean", None)
    shares = []
    for result in (marked, clean):
        looks = result.record.attribution
        upright = next(each for each in looks.attention if each.label == "upright")
        shares.append(upright.border.value)
        assert looks.fault == ""
        assert upright.border_by_chance[0] < upright.border_by_chance[1]
        assert 0 <= upright.border.low <= upright.border.value <= upright.border.high <= 1
    assert shares[0] > shares[1] + 0.1
    page = (marked.folder / "report.html").read_text()
    assert 'aria-label="Average heatmap of upright"' in page
    assert "could not be tested" in page  # the stand-in has no weights to shuffle


def test_without_a_model_nothing_is_said_of_where_it_looks(tmp_path):
    plant(tmp_path / "images", n=60)
    result = ba.audit(tmp_path / "images", out=tmp_path / "out", jobs=1, scan=True)
    assert result.record.attribution is None
    assert "Where the model looks" not in (result.folder / "report.html").read_text()


def maps(after, gain):
    faithful = Estimate(measure="", value=gain, low=gain - 0.1, high=gain + 0.1, null=0, limit=1, n=9)
    return Attributions(
        method="Grad-CAM", rows=np.arange(3), maps=np.ones((3, 2, 2)), after_randomising=after, faithful=faithful
    )


def test_maps_that_stay_when_weights_are_shuffled_or_mislead_fail_and_others_pass():
    assert "shuffled" in maps(0.9, 0.3).fault
    assert "at random" in maps(0.1, -0.3).fault
    assert maps(0.1, 0.3).fault == maps(None, 0.0).fault == ""


def test_maps_that_fail_are_not_shown(tmp_path, stub_network, monkeypatch):
    monkeypatch.setattr(Attributions, "fault", property(lambda self: "They show the picture and not the model."))
    result = run(tmp_path, red_corner)
    assert result.record.attribution.fault
    page = (result.folder / "report.html").read_text()
    assert "failed their check" in page
    assert "Heatmap of image" not in page


@pytest.mark.parametrize("shape", [(7, 7), (56, 40)])
def test_border_and_centre_have_the_areas_that_their_names_say(shape):
    found = parts(*shape)
    assert found["border"].mean() == pytest.approx(1 - (1 - 2 * EDGE) ** 2, abs=0.03)
    assert found["centre"].mean() == pytest.approx(MIDDLE**2, abs=0.03)


def test_a_backbone_and_its_head_make_one_network():
    from biasaudit.model.quiet import import_keras
    from biasaudit.model.whole import whole

    keras, rng = import_keras(), np.random.default_rng(0)
    picture = keras.Input((16, 16, 3))
    backbone = keras.Model(picture, keras.layers.Conv2D(4, 3)(picture))
    head = Head(rng.normal(size=(4, 2)).astype(np.float32), np.array([0.5, -0.5], np.float32))
    rgb = rng.uniform(0, 255, (3, 16, 16, 3)).astype(np.float32)
    expected = head.logits(pool(np.asarray(backbone(rgb))))
    assert np.allclose(np.asarray(whole(backbone, head)(rgb)), expected, rtol=1e-4, atol=1e-3)
    vectors = SimpleNamespace(outputs=[SimpleNamespace(shape=(None, 4))])
    assert whole(vectors, head) is None
