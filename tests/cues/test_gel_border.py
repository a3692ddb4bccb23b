"""Rims of gel found beside clean twins, and look-alikes left alone."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from biasaudit.cues.artefacts.gel_border import gel_border
from tests.cues.pictures import calm_tones, present


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


def test_it_finds_an_arc_drawn_in_another_way():
    assert present(gel_border, shining_arc(calm_tones(0)))


@pytest.mark.parametrize("scene", [hair, bubble, lesion, straight_scale])
def test_look_alikes_do_not_count(scene):
    assert not present(gel_border, scene(calm_tones(0)))
