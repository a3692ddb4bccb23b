"""Rims of gel found beside clean twins, and look-alikes left alone."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from biasaudit.cues.amounts import as_photo
from biasaudit.cues.artefacts.gel_border import gel_border


def measured(rgb: np.ndarray) -> float:
    return gel_border.measure(as_photo(rgb))


def ground(seed: int, height: int = 256, width: int = 256) -> np.ndarray:
    """Blotchy skin: a smooth field of tones with fine noise."""
    rng = np.random.default_rng(seed)
    tones = cv2.resize(rng.uniform(140, 200, (4, 4, 3)).astype(np.float32), (width, height))
    return np.clip(tones + rng.normal(0, 3, tones.shape), 0, 255).astype(np.uint8)


def shining_arc(image: np.ndarray) -> np.ndarray:
    """An independent drawing: a pale arc from edge to edge."""
    drawn = image.copy()
    cv2.circle(drawn, (60, 300), 190, (245, 245, 240), 3, cv2.LINE_AA)
    return cv2.GaussianBlur(drawn, (0, 0), 0.8)


def hair(image: np.ndarray) -> np.ndarray:
    drawn = image.copy()
    cv2.circle(drawn, (60, 300), 190, (70, 45, 30), 2, cv2.LINE_AA)
    return drawn


def bubble(image: np.ndarray) -> np.ndarray:
    drawn = image.copy()
    cv2.circle(drawn, (90, 90), 12, (240, 240, 240), 2, cv2.LINE_AA)
    return drawn


def lesion(image: np.ndarray) -> np.ndarray:
    drawn = image.copy()
    cv2.circle(drawn, (128, 128), 70, (90, 50, 40), -1)
    return cv2.GaussianBlur(drawn, (0, 0), 2)


def straight_scale(image: np.ndarray) -> np.ndarray:
    drawn = image.copy()
    cv2.line(drawn, (20, 200), (240, 190), (250, 250, 250), 2, cv2.LINE_AA)
    return drawn


@pytest.mark.parametrize("side", [96, 128, 256, 512])
def test_it_finds_the_rims_that_it_draws_and_nothing_on_the_clean_twins(side):
    found = alarms = 0
    for seed in range(20):
        clean = ground(seed, side, side)
        drawn, _ = gel_border.insert(clean, 1.0, np.random.default_rng(seed))
        found += measured(drawn) >= gel_border.threshold
        alarms += measured(clean) >= gel_border.threshold
    assert found >= 18
    assert alarms == 0


def test_it_finds_an_arc_drawn_in_another_way():
    assert measured(shining_arc(ground(0))) > gel_border.threshold


@pytest.mark.parametrize("scene", [hair, bubble, lesion, straight_scale])
def test_look_alikes_do_not_count(scene):
    assert measured(scene(ground(0))) < gel_border.threshold


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (64, 64), (100, 512), (50, 512), (512, 30)])
def test_any_size_gives_a_number_and_inserting_leaves_its_argument_alone(shape):
    for flat in (0, 128, 255):
        assert measured(np.full((*shape, 3), flat, np.uint8)) == 0.0
    noisy = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    kept = noisy.copy()
    drawn, mask = gel_border.insert(noisy, 1.0, np.random.default_rng(0))
    nothing, untouched = gel_border.insert(noisy, 0.0, np.random.default_rng(0))
    assert np.isfinite(measured(drawn))
    assert np.array_equal(noisy, kept)
    assert np.array_equal(nothing, noisy)
    assert drawn.shape == noisy.shape
    assert mask.shape == shape
    assert not untouched.any()
