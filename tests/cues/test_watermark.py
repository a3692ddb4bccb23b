"""Watermarks across pictures, beside clean twins."""

import cv2
import numpy as np
import pytest

from biasaudit.cues.artefacts.watermark import watermark
from tests.cues.pictures import fenced, framed, hairy, present, ruled, scene


def stamped(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """OpenCV's plotter type in rows, level or slanting, a third opaque."""
    side = rgb.shape[0]
    sheet = np.zeros((side, side), np.uint8)
    for y in range(-side // 2, 2 * side, side // 6):
        cv2.putText(sheet, "SAMPLE  PREVIEW", (0, y), cv2.FONT_HERSHEY_SIMPLEX, side / 300, 84, 1, cv2.LINE_AA)
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), float(rng.choice([0, 30, 45])), 1.0)
    sheet = cv2.warpAffine(sheet, turn, (side, side))[..., None] / 255
    return np.rint(rgb + sheet * (255.0 - rgb)).astype(np.uint8)


def test_those_that_others_draw_are_found():
    assert np.mean([present(watermark, stamped(scene(seed), np.random.default_rng(seed))) for seed in range(12)]) >= 0.8


@pytest.mark.parametrize("look_alike", [hairy, fenced, ruled, framed])
def test_look_alikes_are_not(look_alike):
    assert np.mean([present(watermark, look_alike(seed)) for seed in range(10)]) <= 0.1
