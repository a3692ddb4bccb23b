"""Cameras' dates in pictures, beside clean twins."""

import cv2
import numpy as np
import pytest

from biasaudit.cues.artefacts.date_stamp import date_stamp
from tests.cues.pictures import fenced, framed, hairy, present, ruled, scene


def dated(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """OpenCV's plotter type in orange or white, below on the right."""
    side, stamped = rgb.shape[0], rgb.copy()
    date = f"{rng.integers(1, 29):02d}.{rng.integers(1, 13):02d}.{rng.integers(1999, 2024)}"
    colour = (255, 140, 0) if rng.random() < 0.7 else (255, 255, 255)
    cv2.putText(
        stamped, date, (side // 2, side - side // 20), cv2.FONT_HERSHEY_SIMPLEX, side / 380, colour, 1, cv2.LINE_AA
    )
    return stamped


def test_those_that_others_draw_are_found():
    assert np.mean([present(date_stamp, dated(scene(seed), np.random.default_rng(seed))) for seed in range(15)]) >= 0.85


def test_a_line_in_the_middle_or_in_black_is_no_date():
    for at, colour in (((40, 112), (255, 140, 0)), ((40, 212), (0, 0, 0))):
        lettered = cv2.putText(scene(3).copy(), "24.12.1998", at, cv2.FONT_HERSHEY_SIMPLEX, 0.6, colour, 1, cv2.LINE_AA)
        assert not present(date_stamp, lettered)


@pytest.mark.parametrize("look_alike", [hairy, fenced, ruled, framed])
def test_look_alikes_are_not(look_alike):
    assert np.mean([present(date_stamp, look_alike(seed)) for seed in range(10)]) <= 0.1
