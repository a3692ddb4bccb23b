"""Text laid over pictures, beside clean twins."""

import cv2
import numpy as np
import pytest

from biasaudit.cues.amounts import as_photo
from biasaudit.cues.artefacts.text import text

from .lettered_grounds import LOOK_ALIKES, ODD_SIZES, scene


def shown(rgb: np.ndarray) -> bool:
    return text.measure(as_photo(rgb)) >= text.threshold


def captioned(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """OpenCV's plotter type in black or white, in one stroke."""
    side, caption = rgb.shape[0], rgb.copy()
    at = (int(0.05 * side), int(rng.uniform(0.1, 0.9) * side))
    colour = (255, 255, 255) if rgb[at[1] - 10 : at[1]].mean() < 128 else (0, 0, 0)
    words = str(rng.choice(["Patient 20417", "SUPINE AP 35", "Hospital Nord", "KODAK 5053"]))
    cv2.putText(caption, words, at, cv2.FONT_HERSHEY_SIMPLEX, side / 380, colour, 1, cv2.LINE_AA)
    return caption


@pytest.mark.parametrize("side", [128, 224, 512])
def test_its_own_are_found_and_the_clean_twins_are_not(side):
    clean = [scene(seed, side) for seed in range(15)]
    drawn = [text.insert(rgb, 1.0, np.random.default_rng(seed))[0] for seed, rgb in enumerate(clean)]
    assert np.mean([shown(rgb) for rgb in drawn]) >= 0.9
    assert not any(shown(rgb) for rgb in clean)


def test_those_that_others_draw_are_found():
    assert np.mean([shown(captioned(scene(seed), np.random.default_rng(seed))) for seed in range(15)]) >= 0.9


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_look_alikes_are_not(name):
    assert np.mean([shown(LOOK_ALIKES[name](seed)) for seed in range(10)]) <= 0.1


@pytest.mark.parametrize("shape", ODD_SIZES)
def test_any_size_and_flat_pictures_give_a_number(shape):
    for level in (0, 128, 255):
        assert text.measure(as_photo(np.full((*shape, 3), level, np.uint8))) == 0.0
    noisy = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    drawn, touched = text.insert(noisy, 1.0, np.random.default_rng(0))
    assert drawn.shape == noisy.shape
    assert touched.shape == shape
    assert isinstance(text.measure(as_photo(drawn)), float)
    assert np.isfinite(text.measure(as_photo(noisy)))


def test_drawing_leaves_its_argument_and_says_what_it_touched():
    clean = scene(1)
    before = clean.copy()
    for seed in range(5):
        drawn, touched = text.insert(clean, 1.0, np.random.default_rng(seed))
        again, _ = text.insert(clean, 1.0, np.random.default_rng(seed))
        unchanged, nowhere = text.insert(clean, 0.0, np.random.default_rng(seed))
        assert np.array_equal(drawn, again)
        assert np.array_equal(touched, (drawn != clean).any(axis=2))
        assert touched.any()
        assert np.array_equal(unchanged, clean)
        assert not nowhere.any()
        assert not shown(text.placebo(clean, drawn, touched, np.random.default_rng(seed)))
    assert np.array_equal(clean, before)
