"""Bubbles found beside clean twins, and other small things left alone."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from biasaudit.cues.artefacts.gel_bubble import gel_bubble
from tests.cues.pictures import framed, freckled, grainy, hairy, lettered, present, ruled, skin


def glare(seed: int, side: int) -> np.ndarray:
    """An independent drawing, made large and reduced: discs of glare in darker circles."""
    rng, picture = np.random.default_rng(seed), skin(seed, 768, 768).copy()
    for _ in range(15):
        x, y = (int(v) for v in rng.uniform(0.05, 0.95, 2) * 768)
        cv2.circle(picture, (x, y), 16, (0.7 * picture[y, x]).tolist(), 3, cv2.LINE_AA)
        cv2.circle(picture, (x, y), 6, (255, 255, 255), -1, cv2.LINE_AA)
    return cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)


@pytest.mark.parametrize("side", [96, 224, 512])
def test_glare_that_others_draw_is_found(side):
    assert np.mean([present(gel_bubble, glare(seed, side)) for seed in range(10)]) >= 0.9


@pytest.mark.parametrize("lookalike", [ruled, framed, hairy, grainy, freckled, lettered])
def test_rulers_frames_hairs_grain_freckles_and_print_do_not_count(lookalike):
    assert np.mean([present(gel_bubble, lookalike(seed)) for seed in range(10)]) <= 0.1
