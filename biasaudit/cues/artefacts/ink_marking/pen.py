"""How much each pixel looks like the stroke of a blue or violet pen, whatever the rest of the picture shows."""

from __future__ import annotations

import cv2
import numpy as np

SMOOTHING = 1.0
"""Standard deviation in pixels of the working image, against the grain of sensor and compression."""

STROKE_WIDTH = 15
"""A stroke is narrower than so many pixels: what is wider has no step beside it."""

LEVELS = 200
"""Levels of a unit of L*a*b*, of which fewer than 300 are used, in 16 bits."""

DARK_WEIGHT = 1.5
"""A step to blue counts by at most so many times the step to dark that goes with it: windows and sky do not darken."""

BLUE, RED, DARK = (5.0, 20.0), (10.0, 22.0), (55.0, 40.0)
"""-b*, a* and L* from which a pixel may be ink, and at which it may be fully: blue inks are redder than the sky."""


def pen_strokes(lab: np.ndarray) -> np.ndarray:
    """The step to blue and dark against what is within a stroke's width, of pixels that have an ink's own colour.

    A black-hat (closing less image) of b* and of L*, the lesser of the two. `lab`: float32 (height, width, 3) in CIE
    units; returns float32 (height, width) in CIE units, at least 0.
    """
    light, red, yellow = cv2.split(cv2.GaussianBlur(lab, (0, 0), SMOOTHING))
    steps = np.minimum(_step_down(yellow), DARK_WEIGHT * _step_down(light))
    return steps * _within(-yellow, BLUE) * _within(red, RED) * _within(light, DARK)


def _step_down(plane: np.ndarray) -> np.ndarray:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (STROKE_WIDTH, STROKE_WIDTH))
    whole = ((plane + 128) * LEVELS).astype(np.uint16)  # of whole numbers it takes half as long
    return cv2.morphologyEx(whole, cv2.MORPH_BLACKHAT, disc) / np.float32(LEVELS)


def _within(plane: np.ndarray, bounds: tuple[float, float]) -> np.ndarray:
    """0 at the first bound and beyond it, 1 from the second on."""
    first, full = bounds
    return np.clip((plane - first) / (full - first), 0, 1)
