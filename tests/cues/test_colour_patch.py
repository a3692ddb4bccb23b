"""Stickers found beside clean twins, and look-alikes left alone."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from biasaudit.cues.amounts import as_photo
from biasaudit.cues.artefacts.colour_patch import colour_patch


def measured(rgb: np.ndarray) -> float:
    return colour_patch.measure(as_photo(rgb))


def skin(seed: int, height: int = 256, width: int = 256) -> np.ndarray:
    """Blotchy skin with a brown lesion."""
    rng = np.random.default_rng(seed)
    blotches = cv2.resize(rng.uniform(-10, 10, (5, 5, 1)).astype(np.float32), (width, height))[..., None]
    image = np.float32([205, 165, 140]) + blotches
    axes = (round(width * rng.uniform(0.1, 0.2)), round(height * rng.uniform(0.1, 0.2)))
    image = np.ascontiguousarray(image, np.float32)
    cv2.ellipse(image, (width // 2, height // 2), axes, 30, 0, 360, (110, 65, 45), -1, cv2.LINE_AA)
    return np.clip(cv2.GaussianBlur(image, (0, 0), 2) + rng.normal(0, 3, image.shape), 0, 255).astype(np.uint8)


def with_ruler(image: np.ndarray) -> np.ndarray:
    for i in range(12):
        cv2.line(image, (20 + 18 * i, 230), (20 + 18 * i, 215 if i % 5 else 205), (20, 20, 20), 2)
    return image


def with_frame(image: np.ndarray) -> np.ndarray:
    image[:20] = image[-20:] = 0
    image[:, :20] = image[:, -20:] = 0
    return image


def with_dark_corners(image: np.ndarray) -> np.ndarray:
    inside = np.zeros(image.shape[:2], np.float32)
    cv2.circle(inside, (128, 128), 130, 1, -1, cv2.LINE_AA)
    return (image * cv2.GaussianBlur(inside, (0, 0), 3)[..., None]).astype(np.uint8)


def with_hair(image: np.ndarray) -> np.ndarray:
    for i in range(12):
        cv2.ellipse(image, (20 * i, 260), (120, 200), 10 * i, 180, 330, (60, 40, 30), 2, cv2.LINE_AA)
    return image


def with_ink(image: np.ndarray) -> np.ndarray:
    cv2.circle(image, (128, 128), 90, (90, 40, 160), 5, cv2.LINE_AA)
    return image


@pytest.mark.parametrize("side", [96, 128, 224, 512])
def test_it_finds_the_stickers_that_it_draws_and_nothing_on_the_clean_twins(side):
    found = alarms = 0
    for seed in range(15):
        clean = skin(seed, side, side)
        found += measured(colour_patch.insert(clean, 1.0, np.random.default_rng(seed))[0]) >= colour_patch.threshold
        alarms += measured(clean) >= colour_patch.threshold
    assert found >= 14
    assert alarms == 0


@pytest.mark.parametrize("colour", [(20, 120, 210), (240, 120, 20), (90, 190, 180), (220, 40, 40)])
@pytest.mark.parametrize("centre", [(256, 60), (100, -20), (-10, 256), (60, 60)])
def test_it_finds_other_discs(colour, centre):
    image = skin(1)
    cv2.circle(image, centre, 48 if centre == (60, 60) else 75, colour, -1, cv2.LINE_AA)
    assert measured(image) > colour_patch.threshold


@pytest.mark.parametrize("scene", [with_ruler, with_frame, with_dark_corners, with_hair, with_ink])
def test_other_artefacts_do_not_count(scene):
    for seed in range(4):
        assert measured(scene(skin(seed))) < colour_patch.threshold


@pytest.mark.parametrize("shape", [(1, 1), (1, 60), (33, 33), (40, 400), (100, 512)])
def test_any_size_and_flat_pictures_give_a_number(shape):
    for flat in (0, 128, 255):
        assert measured(np.full((*shape, 3), flat, np.uint8)) == 0.0
    noisy = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    drawn, touched = colour_patch.insert(noisy, 1.0, np.random.default_rng(0))
    assert drawn.shape == noisy.shape
    assert touched.shape == shape
    assert np.isfinite([measured(noisy), measured(drawn)]).all()


def test_drawing_leaves_its_argument_alone_and_nothing_is_drawn_at_no_opacity():
    clean = skin(2)
    kept = clean.copy()
    drawn, touched = colour_patch.insert(clean, 1.0, np.random.default_rng(3))
    assert np.array_equal(clean, kept)
    assert not (drawn != clean).any(axis=2)[~touched].any()
    assert np.array_equal(colour_patch.insert(clean, 0.0, np.random.default_rng(3))[0], clean)
    placebo = colour_patch.placebo(clean, drawn, touched, np.random.default_rng(3))
    assert measured(placebo) < colour_patch.threshold < measured(drawn)
