"""Lengths of two-part vectors, such as slopes: the same to the last bit wherever the numbers lie in memory."""

from __future__ import annotations

import numpy as np


def magnitude(x: np.ndarray, y: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """sqrt(x^2 + y^2), float32 (height, width), of two such pictures; into `out`, where it is given.

    `cv2.magnitude` rounds the last bit one way or the other with the address of its result, and a value that is
    measured again must be the same.
    """
    squares = np.square(y)
    out = np.multiply(x, x, out=out)
    out += squares
    return np.sqrt(out, out=out)
