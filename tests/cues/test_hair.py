"""Hairs found beside clean twins, and other lines left alone."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from biasaudit.cues.amounts import as_photo
from biasaudit.cues.artefacts.frame import frame
from biasaudit.cues.artefacts.hair import hair
from biasaudit.cues.artefacts.ruler import ruler
from tests.cues.lettered_grounds import scene


def measured(rgb: np.ndarray) -> float:
    return hair.measure(as_photo(rgb))


def arcs(seed: int, side: int, grey: int = 40) -> np.ndarray:
    """An independent drawing: arcs of large circles."""
    rng, picture = np.random.default_rng(seed), scene(seed, side)
    for _ in range(9):
        radius = int(rng.uniform(0.4, 0.9) * side)
        x, y = (int(v) for v in rng.uniform(-0.3, 1.3, 2) * side)
        colour = (grey, grey * 0.9, grey * 0.8)
        cv2.circle(picture, (x, y), radius, colour, max(round(side / 200), 1), cv2.LINE_AA)
    return picture


def ruled(seed: int) -> np.ndarray:
    return ruler.insert(scene(seed), 1.0, np.random.default_rng(seed))[0]


def framed(seed: int) -> np.ndarray:
    return frame.insert(scene(seed), 1.0, np.random.default_rng(seed))[0]


def lettered(seed: int) -> np.ndarray:
    picture = scene(seed)
    for y in range(30, 224, 50):
        cv2.putText(picture, "Sample 12.7 x 40", (12, y), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (15, 15, 15), 1, cv2.LINE_AA)
    return picture


def bricks(seed: int) -> np.ndarray:
    picture = scene(seed)
    for row, y in enumerate(range(0, 224, 16)):
        cv2.line(picture, (0, y), (224, y), (30, 30, 30), 1)
        for x in range(16 * (row % 2), 224, 32):
            cv2.line(picture, (x, y), (x, y + 16), (30, 30, 30), 1)
    return picture


def blots(seed: int) -> np.ndarray:
    """One-sided edges only: large dark discs."""
    rng, picture = np.random.default_rng(seed), scene(seed)
    for _ in range(5):
        x, y = (int(v) for v in rng.uniform(0, 224, 2))
        cv2.circle(picture, (x, y), 45, (40, 35, 30), -1, cv2.LINE_AA)
    return picture


@pytest.mark.parametrize("side", [96, 224, 512])
def test_it_finds_its_own_hairs_and_other_arcs_and_nothing_on_the_clean_twins(side):
    seeds = range(10 if side < 500 else 5)
    clean = [measured(scene(seed, side)) for seed in seeds]
    own = [measured(hair.insert(scene(seed, side), 1.0, np.random.default_rng(seed))[0]) for seed in seeds]
    others = [measured(arcs(seed, side)) for seed in seeds]
    assert max(clean) < hair.threshold
    assert np.mean(np.array(own) >= hair.threshold) >= 0.9
    assert np.mean(np.array(others) >= hair.threshold) >= 0.9


def test_light_hairs_count_too():
    assert min(measured(arcs(seed, 224, grey=250)) for seed in range(5)) > hair.threshold


@pytest.mark.parametrize("lookalike", [ruled, framed, lettered, bricks, blots])
def test_other_lines_and_edges_do_not_count(lookalike):
    assert np.mean([measured(lookalike(seed)) >= hair.threshold for seed in range(10)]) <= 0.1


def test_the_placebo_is_no_hair_and_drawing_keeps_to_its_argument():
    clean = scene(3)
    before = clean.copy()
    drawn, mask = hair.insert(clean, 1.0, np.random.default_rng(1))
    assert np.array_equal(clean, before)
    assert not (drawn != clean).any(axis=2)[~mask].any()
    assert measured(hair.placebo(clean, drawn, mask, np.random.default_rng(1))) < hair.threshold < measured(drawn)
    assert np.array_equal(hair.insert(clean, 0.0, np.random.default_rng(1))[0], clean)


@pytest.mark.parametrize("shape", [(1, 1), (2, 40), (33, 32), (40, 3000), (100, 60)])
def test_any_size_gives_a_number(shape):
    for flat in (0, 128, 255):
        assert measured(np.full((*shape, 3), flat, np.uint8)) == 0.0
    noisy = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    value = measured(hair.insert(noisy, 1.0, np.random.default_rng(0))[0])
    assert isinstance(value, float)
    assert np.isfinite(value)
