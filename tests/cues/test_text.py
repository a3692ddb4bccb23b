"""Text laid over pictures, beside clean twins."""

import cv2
import numpy as np
import pytest

from biasaudit.cues.artefacts.text import text
from tests.cues.pictures import fenced, framed, hairy, present, ruled, scene


def captioned(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """OpenCV's plotter type in black or white, in one stroke."""
    side, caption = rgb.shape[0], rgb.copy()
    at = (int(0.05 * side), int(rng.uniform(0.1, 0.9) * side))
    colour = (255, 255, 255) if rgb[at[1] - 10 : at[1]].mean() < 128 else (0, 0, 0)
    words = str(rng.choice(["Patient 20417", "SUPINE AP 35", "Hospital Nord", "KODAK 5053"]))
    cv2.putText(caption, words, at, cv2.FONT_HERSHEY_SIMPLEX, side / 380, colour, 1, cv2.LINE_AA)
    return caption


def test_those_that_others_draw_are_found():
    assert np.mean([present(text, captioned(scene(seed), np.random.default_rng(seed))) for seed in range(15)]) >= 0.9


@pytest.mark.parametrize("look_alike", [hairy, fenced, ruled, framed])
def test_look_alikes_are_not(look_alike):
    assert np.mean([present(text, look_alike(seed)) for seed in range(10)]) <= 0.1
