"""What the two cues of colour share: the mean colour of an image along an axis, and gains that move it there."""

from __future__ import annotations

import cv2
import numpy as np

from biasaudit.cues.amounts import move_by, touched
from biasaudit.cues.cue import Measure
from biasaudit.images.photo import Photo

STRONGEST = 150
"""Units of a cast at which gains are given up: no picture is left of it."""


def axis_at(degrees: float) -> np.ndarray:
    """A direction in the plane of a* and b*, counted from +a* towards +b*: float (2,), length 1."""
    return np.array([np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))])


def cast_along(photo: Photo, axis: np.ndarray) -> float:
    """Mean a* and b* of all pixels, in CIE L*a*b* units, along one axis, float (2,).

    It is the grey-world estimate of the light (Buchsbaum 1980).
    """
    _, a, b, _ = cv2.mean(photo.lab)
    return float(axis @ (a, b))


def balanced(rgb: np.ndarray, amount: float, measure: Measure, log_gains: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One gain per channel, as a wrong white balance has it (von Kries), until `measure` has moved by `amount`.

    rgb: uint8 (height, width, 3). log_gains: float (3,), of red, green and blue, for one unit. Returns the picture and
    where it was changed, bool (height, width).
    """

    def tint(strength: float) -> np.ndarray:
        gains = np.exp(np.sign(amount) * strength * log_gains).astype(np.float32)
        return np.clip(np.rint(rgb * gains), 0, 255).astype(np.uint8)

    changed = move_by(amount, rgb, measure, tint, strongest=STRONGEST)
    return changed, touched(rgb, changed)
