"""Hairs found beside clean twins, and other lines left alone."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from biasaudit.cues.artefacts.hair import hair
from tests.cues.pictures import blots, bricks, framed, lettered, present, ruled, scene


def arcs(seed: int, side: int, grey: int = 40) -> np.ndarray:
    """An independent drawing: arcs of large circles."""
    rng, picture = np.random.default_rng(seed), scene(seed, side, side).copy()
    for _ in range(9):
        radius = int(rng.uniform(0.4, 0.9) * side)
        x, y = (int(v) for v in rng.uniform(-0.3, 1.3, 2) * side)
        colour = (grey, grey * 0.9, grey * 0.8)
        cv2.circle(picture, (x, y), radius, colour, max(round(side / 200), 1), cv2.LINE_AA)
    return picture


@pytest.mark.parametrize("side", [96, 224, 512])
def test_arcs_that_others_draw_are_found(side):
    assert np.mean([present(hair, arcs(seed, side)) for seed in range(10 if side < 500 else 5)]) >= 0.9


def test_light_hairs_count_too():
    assert all(present(hair, arcs(seed, 224, grey=250)) for seed in range(5))


@pytest.mark.parametrize("lookalike", [ruled, framed, lettered, bricks, blots])
def test_other_lines_and_edges_do_not_count(lookalike):
    assert np.mean([present(hair, lookalike(seed)) for seed in range(10)]) <= 0.1
