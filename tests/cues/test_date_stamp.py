"""Cameras' dates in pictures, beside clean twins."""

import cv2
import numpy as np
import pytest

from biasaudit.cues.amounts import as_photo
from biasaudit.cues.artefacts.date_stamp import date_stamp

from .lettered_grounds import LOOK_ALIKES, ODD_SIZES, scene


def shown(rgb: np.ndarray) -> bool:
    return date_stamp.measure(as_photo(rgb)) >= date_stamp.threshold


def dated(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """OpenCV's plotter type in orange or white, below on the right."""
    side, stamped = rgb.shape[0], rgb.copy()
    date = f"{rng.integers(1, 29):02d}.{rng.integers(1, 13):02d}.{rng.integers(1999, 2024)}"
    colour = (255, 140, 0) if rng.random() < 0.7 else (255, 255, 255)
    cv2.putText(
        stamped, date, (side // 2, side - side // 20), cv2.FONT_HERSHEY_SIMPLEX, side / 380, colour, 1, cv2.LINE_AA
    )
    return stamped


@pytest.mark.parametrize("side", [160, 224, 512])
def test_its_own_are_found_and_the_clean_twins_are_not(side):
    clean = [scene(seed, side) for seed in range(15)]
    drawn = [date_stamp.insert(rgb, 1.0, np.random.default_rng(seed))[0] for seed, rgb in enumerate(clean)]
    assert np.mean([shown(rgb) for rgb in drawn]) >= 0.85
    assert not any(shown(rgb) for rgb in clean)


def test_those_that_others_draw_are_found():
    assert np.mean([shown(dated(scene(seed), np.random.default_rng(seed))) for seed in range(15)]) >= 0.85


def test_a_line_in_the_middle_or_in_black_is_no_date():
    for at, colour in (((40, 112), (255, 140, 0)), ((40, 212), (0, 0, 0))):
        lettered = cv2.putText(scene(3), "24.12.1998", at, cv2.FONT_HERSHEY_SIMPLEX, 0.6, colour, 1, cv2.LINE_AA)
        assert not shown(lettered)


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_look_alikes_are_not(name):
    assert np.mean([shown(LOOK_ALIKES[name](seed)) for seed in range(10)]) <= 0.1


@pytest.mark.parametrize("shape", ODD_SIZES)
def test_any_size_and_flat_pictures_give_a_number(shape):
    for level in (0, 128, 255):
        assert date_stamp.measure(as_photo(np.full((*shape, 3), level, np.uint8))) == 0.0
    noisy = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    drawn, touched = date_stamp.insert(noisy, 1.0, np.random.default_rng(0))
    assert drawn.shape == noisy.shape
    assert touched.shape == shape
    assert isinstance(date_stamp.measure(as_photo(drawn)), float)
    assert np.isfinite(date_stamp.measure(as_photo(noisy)))


def test_drawing_leaves_its_argument_and_says_what_it_touched():
    clean = scene(1)
    before = clean.copy()
    for seed in range(5):
        drawn, touched = date_stamp.insert(clean, 1.0, np.random.default_rng(seed))
        again, _ = date_stamp.insert(clean, 1.0, np.random.default_rng(seed))
        unchanged, nowhere = date_stamp.insert(clean, 0.0, np.random.default_rng(seed))
        assert np.array_equal(drawn, again)
        assert np.array_equal(touched, (drawn != clean).any(axis=2))
        assert touched.any()
        assert np.array_equal(unchanged, clean)
        assert not nowhere.any()
        assert not shown(date_stamp.placebo(clean, drawn, touched, np.random.default_rng(seed)))
    assert np.array_equal(clean, before)
