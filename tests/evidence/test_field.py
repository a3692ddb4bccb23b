"""What the pictures are of is told by the user, or seen: skin from nearby, pictures without colour, all else."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from biasaudit.evidence.field import field
from biasaudit.images.reading import read_folder
from biasaudit.settings import Settings
from tests.benchmarks.artefacts import DATA

SKIN = (205, 160, 140)


def drawn(colour, grain, rng, grey=False, air=False):
    """A smooth picture of one colour, lighter on one side, with grain and maybe black corners; uint8 (96, 96, 3)."""
    light = np.linspace(-25, 25, 96)[None, :, None]
    picture = np.array(colour, dtype=float) + light + rng.normal(0, grain, (96, 96, 3))
    if air:
        away = np.hypot(*np.meshgrid(np.arange(96) - 48, np.arange(96) - 48))
        picture[away > 50] = 3
    picture = np.clip(picture, 0, 255).astype(np.uint8)
    return np.repeat(picture.mean(axis=2, keepdims=True).astype(np.uint8), 3, axis=2) if grey else picture


def folder_of(tmp_path, pictures):
    for number, picture in enumerate(pictures):
        place = tmp_path / "ab"[number % 2]
        place.mkdir(exist_ok=True)
        cv2.imwrite(str(place / f"{number}.png"), picture[..., ::-1])
    return read_folder(tmp_path)


@pytest.mark.parametrize(
    ("colour", "grain", "grey", "air", "told"),
    [(SKIN, 4, False, False, "skin"), (SKIN, 60, False, False, "photo"), ((60, 120, 200), 4, False, False, "photo"),
     (SKIN, 20, True, True, "radiology"), (SKIN, 20, True, False, "photo"), ((60, 120, 200), 4, False, True, "photo")],
)  # fmt: skip
def test_a_field_is_seen(tmp_path, colour, grain, grey, air, told):
    rng = np.random.default_rng(0)
    images = folder_of(tmp_path, [drawn(colour, grain, rng, grey, air) for _ in range(12)])
    assert field(images, Settings()) == told


def test_some_grey_pictures_among_others_are_no_radiology(tmp_path):
    rng = np.random.default_rng(1)
    pictures = [drawn((60, 120, 200), 20, rng, grey=number < 6) for number in range(12)]
    assert field(folder_of(tmp_path, pictures), Settings()) == "photo"


@pytest.mark.parametrize(("said", "told"), [("xray", "radiology"), ("ultrasound", "radiology"), ("skin", "skin")])
def test_what_the_user_says_is_not_looked_for(said, told):
    assert field(SimpleNamespace(n=0), Settings(field=said)) == told


@pytest.mark.real
@pytest.mark.skipif(not DATA.is_dir(), reason="needs ../shared/data")
@pytest.mark.parametrize(
    ("name", "told"),
    [("skin", "skin"), ("skin_ruler", "skin"), ("skin_originals", "skin"), ("xray", "radiology"),
     ("ultrasound", "radiology"), ("brain_web", "radiology"), ("hand_signs", "photo"), ("objects_control", "photo"),
     ("leaves", "photo"), ("actions", "photo")],
)  # fmt: skip
def test_the_field_of_photographs_is_seen(name, told):
    assert field(read_folder(DATA / name), Settings()) == told
