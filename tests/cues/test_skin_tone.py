"""The angle is that of the skin's colour, whatever lies in the middle; without skin there is none."""

import cv2
import numpy as np
import pandas as pd
import pytest
from PIL import Image

import biasaudit as ba
from biasaudit.cues import BUILTIN
from biasaudit.cues.skin_tone import category, skin_tone
from tests.cues.pictures import photo


def skin(lightness, yellow, red=12.0, side=120, spot=(30, 20, 20)):
    """A patch of skin of one colour in CIE L*a*b* with a dark spot in the middle."""
    lab = np.broadcast_to(np.array([lightness, red, yellow], np.float32), (side, side, 3))
    rgb = np.clip(cv2.cvtColor(np.ascontiguousarray(lab), cv2.COLOR_LAB2RGB) * 255, 0, 255).astype(np.uint8)
    cv2.circle(rgb, (side // 2, side // 2), side // 5, spot, -1)
    return rgb


@pytest.mark.parametrize(
    ("lightness", "yellow", "name"),
    [(80, 15, "very light"), (68, 17, "light"), (62, 18, "intermediate"), (56, 18, "tan"), (47, 18, "brown"),
     (33, 15, "dark")],
)  # fmt: skip
def test_the_angle_is_that_of_the_skin_and_has_a_name(lightness, yellow, name):
    angle = skin_tone.measure(photo(skin(lightness, yellow)))
    assert angle == pytest.approx(np.degrees(np.arctan2(lightness - 50, yellow)), abs=4)
    assert category(angle) == name


@pytest.mark.parametrize("colour", [(30, 160, 40), (20, 40, 200), (128, 128, 128), (0, 0, 0), (255, 255, 255)])
def test_what_is_no_skin_has_no_tone(colour):
    assert np.isnan(skin_tone.measure(photo(np.full((60, 60, 3), colour, dtype=np.uint8))))
    assert category(float("nan")) == ""


def test_it_groups_the_images_where_it_is_asked_for_and_its_limits_stand_beside_it(tmp_path):
    rng = np.random.default_rng(0)
    for row in range(120):
        label, dark = ("a", "b")[row % 2], rng.random() < 0.3
        pixels = skin(*(34, 15) if dark else (74, 15), side=48).astype(float) + rng.normal(0, 3, (48, 48, 3))
        file = tmp_path / "images" / label / f"{row}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(file)
    choices = {"scan": True, "jobs": 1, "without": tuple(cue.id for cue in BUILTIN if cue.id != "brightness")}
    asked = ba.audit(tmp_path / "images", out=tmp_path / "out", **choices, skin_tone=True)
    tones = next(each for each in asked.record.subgroups if each.column == "skin_tone")
    assert [group.name for group in tones.groups] == ["dark", "very light"]
    page = (tmp_path / "out" / "report.html").read_text()
    assert "lighting, camera and white balance move" in page
    assert "nobody" in page or "anybody" in page
    assert "skin_tone" in pd.read_parquet(tmp_path / "out" / "images.parquet")
    plain = ba.audit(tmp_path / "images", out=tmp_path / "plain", **choices)
    assert "skin_tone" not in plain.images
    assert not plain.record.subgroups
