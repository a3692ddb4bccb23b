"""Watermarks across pictures, beside clean twins."""

import cv2
import numpy as np
import pytest

from biasaudit.cues.amounts import as_photo
from biasaudit.cues.artefacts.watermark import watermark

from .lettered_grounds import LOOK_ALIKES, ODD_SIZES, scene


def shown(rgb: np.ndarray) -> bool:
    return watermark.measure(as_photo(rgb)) >= watermark.threshold


def stamped(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """OpenCV's plotter type in rows, level or slanting, a third opaque."""
    side = rgb.shape[0]
    sheet = np.zeros((side, side), np.uint8)
    for y in range(-side // 2, 2 * side, side // 6):
        cv2.putText(sheet, "SAMPLE  PREVIEW", (0, y), cv2.FONT_HERSHEY_SIMPLEX, side / 300, 84, 1, cv2.LINE_AA)
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), float(rng.choice([0, 30, 45])), 1.0)
    sheet = cv2.warpAffine(sheet, turn, (side, side))[..., None] / 255
    return np.rint(rgb + sheet * (255.0 - rgb)).astype(np.uint8)


@pytest.mark.parametrize("side", [128, 224, 512])
def test_its_own_are_found_and_the_clean_twins_are_not(side):
    clean = [scene(seed, side) for seed in range(12)]
    drawn = [watermark.insert(rgb, 1.0, np.random.default_rng(seed))[0] for seed, rgb in enumerate(clean)]
    assert np.mean([shown(rgb) for rgb in drawn]) >= 0.8
    assert not any(shown(rgb) for rgb in clean)


def test_those_that_others_draw_are_found():
    assert np.mean([shown(stamped(scene(seed), np.random.default_rng(seed))) for seed in range(12)]) >= 0.8


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_look_alikes_are_not(name):
    assert np.mean([shown(LOOK_ALIKES[name](seed)) for seed in range(10)]) <= 0.1


@pytest.mark.parametrize("shape", ODD_SIZES)
def test_any_size_and_flat_pictures_give_a_number(shape):
    for level in (0, 128, 255):
        assert watermark.measure(as_photo(np.full((*shape, 3), level, np.uint8))) == 0.0
    noisy = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    drawn, touched = watermark.insert(noisy, 1.0, np.random.default_rng(0))
    assert drawn.shape == noisy.shape
    assert touched.shape == shape
    assert isinstance(watermark.measure(as_photo(drawn)), float)
    assert np.isfinite(watermark.measure(as_photo(noisy)))


def test_drawing_leaves_its_argument_and_says_what_it_touched():
    clean = scene(1)
    before = clean.copy()
    for seed in range(5):
        drawn, touched = watermark.insert(clean, 1.0, np.random.default_rng(seed))
        again, _ = watermark.insert(clean, 1.0, np.random.default_rng(seed))
        unchanged, nowhere = watermark.insert(clean, 0.0, np.random.default_rng(seed))
        assert np.array_equal(drawn, again)
        assert np.array_equal(touched, (drawn != clean).any(axis=2))
        assert touched.any()
        assert np.array_equal(unchanged, clean)
        assert not nowhere.any()
        assert not shown(watermark.placebo(clean, drawn, touched, np.random.default_rng(seed)))
    assert np.array_equal(clean, before)
