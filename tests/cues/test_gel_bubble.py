"""Bubbles found beside clean twins, and other small things left alone."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from biasaudit.cues.amounts import as_photo
from biasaudit.cues.artefacts.frame import frame
from biasaudit.cues.artefacts.gel_bubble import gel_bubble
from biasaudit.cues.artefacts.ruler import ruler
from tests.cues.lettered_grounds import hairy, scene


def measured(rgb: np.ndarray) -> float:
    return gel_bubble.measure(as_photo(rgb))


def skin(seed: int, side: int) -> np.ndarray:
    """A smooth field of tones with fine noise and a soft dark blot."""
    rng = np.random.default_rng(seed)
    tones = cv2.resize(rng.uniform(130, 200, (4, 4, 3)).astype(np.float32), (side, side))
    cv2.circle(tones, (side // 2, side // 2), side // 5, (90, 60, 50), -1)
    return np.clip(cv2.GaussianBlur(tones, (0, 0), side / 60) + rng.normal(0, 2, tones.shape), 0, 255).astype(np.uint8)


def glare(seed: int, side: int) -> np.ndarray:
    """An independent drawing, made large and reduced: discs of glare in darker circles."""
    rng, picture = np.random.default_rng(seed), skin(seed, 768)
    for _ in range(15):
        x, y = (int(v) for v in rng.uniform(0.05, 0.95, 2) * 768)
        cv2.circle(picture, (x, y), 16, (0.7 * picture[y, x]).tolist(), 3, cv2.LINE_AA)
        cv2.circle(picture, (x, y), 6, (255, 255, 255), -1, cv2.LINE_AA)
    return cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)


def ruled(seed: int) -> np.ndarray:
    return ruler.insert(scene(seed), 1.0, np.random.default_rng(seed))[0]


def framed(seed: int) -> np.ndarray:
    return frame.insert(scene(seed), 1.0, np.random.default_rng(seed))[0]


def grainy(seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, 15, (224, 224, 3))
    return np.clip(scene(seed) + noise, 0, 255).astype(np.uint8)


def freckled(seed: int) -> np.ndarray:
    rng, picture = np.random.default_rng(seed), scene(seed)
    for _ in range(40):
        x, y = (int(v) for v in rng.uniform(0, 224, 2))
        cv2.circle(picture, (x, y), int(rng.uniform(1, 4)), (60, 40, 30), -1, cv2.LINE_AA)
    return picture


def lettered(seed: int) -> np.ndarray:
    picture = scene(seed)
    for y in range(30, 224, 50):
        cv2.putText(picture, "Sample 12.7 x 40", (12, y), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (15, 15, 15), 1, cv2.LINE_AA)
    return picture


@pytest.mark.parametrize("side", [96, 224, 512])
def test_it_finds_its_own_bubbles_and_other_glare_and_nothing_on_the_clean_twins(side):
    seeds = range(10)
    own = [gel_bubble.insert(skin(seed, side), 1.0, np.random.default_rng(seed))[0] for seed in seeds]
    assert max(measured(skin(seed, side)) for seed in seeds) < gel_bubble.threshold
    assert np.mean([measured(drawn) >= gel_bubble.threshold for drawn in own]) >= 0.9
    assert np.mean([measured(glare(seed, side)) >= gel_bubble.threshold for seed in seeds]) >= 0.9


@pytest.mark.parametrize("lookalike", [ruled, framed, hairy, grainy, freckled, lettered])
def test_rulers_frames_hairs_grain_freckles_and_print_do_not_count(lookalike):
    assert np.mean([measured(lookalike(seed)) >= gel_bubble.threshold for seed in range(10)]) <= 0.1


def test_the_placebo_is_no_bubble_and_drawing_keeps_to_its_argument():
    clean = scene(3)
    before = clean.copy()
    drawn, mask = gel_bubble.insert(clean, 1.0, np.random.default_rng(1))
    placebo = gel_bubble.placebo(clean, drawn, mask, np.random.default_rng(1))
    assert np.array_equal(clean, before)
    assert not (drawn != clean).any(axis=2)[~mask].any()
    assert measured(placebo) < gel_bubble.threshold < measured(drawn)
    assert np.array_equal(gel_bubble.insert(clean, 0.0, np.random.default_rng(1))[0], clean)


@pytest.mark.parametrize("shape", [(1, 1), (2, 40), (33, 32), (40, 3000), (100, 60)])
def test_any_size_gives_a_number(shape):
    for flat in (0, 128, 255):
        assert measured(np.full((*shape, 3), flat, np.uint8)) == 0.0
    noisy = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    value = measured(gel_bubble.insert(noisy, 1.0, np.random.default_rng(0))[0])
    assert isinstance(value, float)
    assert np.isfinite(value)
