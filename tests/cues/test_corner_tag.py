"""Tags in corners, beside clean twins."""

import cv2
import numpy as np
import pytest

from biasaudit.cues.amounts import as_photo
from biasaudit.cues.artefacts.corner_tag import corner_tag

from .lettered_grounds import LOOK_ALIKES, ODD_SIZES, scene


def shown(rgb: np.ndarray) -> bool:
    return corner_tag.measure(as_photo(rgb)) >= corner_tag.threshold


def tagged(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A coloured square with a letter, a white box with a black edge, or a ring-shaped sign."""
    side, tag = rgb.shape[0], rgb.copy()
    size, x = round(rng.uniform(0.08, 0.12) * side), round(rng.choice([0.02, 0.85]) * side)
    style = int(rng.integers(3))
    if style == 0:
        tag[4 : 4 + size, x : x + size] = (230, 20, 30)
        cv2.putText(tag, "R", (x + 3, 1 + size), cv2.FONT_HERSHEY_PLAIN, size / 16, (255, 255, 255), 1)
    elif style == 1:
        tag[4 : 4 + size, x : x + size] = 0
        tag[6 : 2 + size, x + 2 : x + size - 2] = 255
    else:
        cv2.circle(tag, (x + size // 2, 4 + size // 2), size // 2, (0, 60, 255), -1)
        cv2.circle(tag, (x + size // 2, 4 + size // 2), size // 6, (255, 255, 255), -1)
    return tag


@pytest.mark.parametrize("side", [96, 128, 224, 512])
def test_its_own_are_found_and_the_clean_twins_are_not(side):
    clean = [scene(seed, side) for seed in range(20)]
    drawn = [corner_tag.insert(rgb, 1.0, np.random.default_rng(seed))[0] for seed, rgb in enumerate(clean)]
    assert np.mean([shown(rgb) for rgb in drawn]) >= 0.9
    assert not any(shown(rgb) for rgb in clean)


def test_those_that_others_draw_are_found():
    assert np.mean([shown(tagged(scene(seed), np.random.default_rng(seed))) for seed in range(20)]) >= 0.9


def test_a_corner_square_is_a_tag_and_a_square_elsewhere_is_not():
    middle, corner = scene(2), scene(2)
    middle[100:124, 100:124] = corner[:24, :24] = 0
    corner[:24, :24, 2] = 255
    assert shown(corner)
    assert not shown(middle)


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_look_alikes_are_not(name):
    assert np.mean([shown(LOOK_ALIKES[name](seed)) for seed in range(10)]) <= 0.1


@pytest.mark.parametrize("shape", ODD_SIZES)
def test_any_size_and_flat_pictures_give_a_number(shape):
    for level in (0, 128, 255):
        assert corner_tag.measure(as_photo(np.full((*shape, 3), level, np.uint8))) == 0.0
    noisy = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    drawn, touched = corner_tag.insert(noisy, 1.0, np.random.default_rng(0))
    assert drawn.shape == noisy.shape
    assert touched.shape == shape
    assert isinstance(corner_tag.measure(as_photo(drawn)), float)
    assert np.isfinite(corner_tag.measure(as_photo(noisy)))


def test_drawing_leaves_its_argument_and_says_what_it_touched():
    clean = scene(1)
    before = clean.copy()
    for seed in range(5):
        drawn, touched = corner_tag.insert(clean, 1.0, np.random.default_rng(seed))
        again, _ = corner_tag.insert(clean, 1.0, np.random.default_rng(seed))
        unchanged, nowhere = corner_tag.insert(clean, 0.0, np.random.default_rng(seed))
        assert np.array_equal(drawn, again)
        assert np.array_equal(touched, (drawn != clean).any(axis=2))
        assert touched.any()
        assert np.array_equal(unchanged, clean)
        assert not nowhere.any()
        assert not shown(corner_tag.placebo(clean, drawn, touched, np.random.default_rng(seed)))
    assert np.array_equal(clean, before)
