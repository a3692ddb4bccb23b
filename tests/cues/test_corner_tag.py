"""Tags in corners, beside clean twins."""

import cv2
import numpy as np
import pytest

from biasaudit.cues.artefacts.corner_tag import corner_tag
from tests.cues.pictures import fenced, framed, hairy, present, ruled, scene


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


def test_those_that_others_draw_are_found():
    assert np.mean([present(corner_tag, tagged(scene(seed), np.random.default_rng(seed))) for seed in range(20)]) >= 0.9


def test_a_corner_square_is_a_tag_and_a_square_elsewhere_is_not():
    middle, corner = scene(2).copy(), scene(2).copy()
    middle[100:124, 100:124] = corner[:24, :24] = 0
    corner[:24, :24, 2] = 255
    assert present(corner_tag, corner)
    assert not present(corner_tag, middle)


@pytest.mark.parametrize("look_alike", [hairy, fenced, ruled, framed])
def test_look_alikes_are_not(look_alike):
    assert np.mean([present(corner_tag, look_alike(seed)) for seed in range(10)]) <= 0.1
