"""The colour around a picture has a name, whatever stands before it."""

import cv2
import numpy as np
import pytest

from biasaudit.cues.amounts import as_photo
from biasaudit.cues.properties.background_colour import background_colour

COLOURS = {
    "black": (8, 8, 8), "grey": (128, 126, 130), "white": (250, 250, 248), "red": (200, 20, 30),
    "orange": (255, 140, 0), "brown": (120, 70, 30), "yellow": (245, 220, 40), "green": (40, 130, 50),
    "cyan": (40, 210, 220), "blue": (30, 80, 200), "violet": (120, 50, 190), "pink": (250, 170, 190),
}  # fmt: skip


@pytest.mark.parametrize("name", COLOURS)
def test_a_background_has_a_name_whatever_stands_before_it(name):
    rng = np.random.default_rng(0)
    image = np.full((100, 130, 3), COLOURS[name], np.float32) + rng.normal(0, 5, (100, 130, 3))
    cv2.circle(image, (60, 50), 35, (90, 200, 60), -1)
    cv2.rectangle(image, (40, 60), (70, 100), (200, 60, 90), -1)
    assert background_colour.measure(as_photo(np.clip(image, 0, 255).astype(np.uint8))) == name


def test_a_background_of_many_colours_is_mixed():
    quarters = np.zeros((100, 100, 3), np.uint8)
    quarters[:50, :50], quarters[:50, 50:], quarters[50:, :50] = (220, 30, 30), (30, 60, 200), (240, 240, 240)
    assert background_colour.measure(as_photo(quarters)) == "mixed"
