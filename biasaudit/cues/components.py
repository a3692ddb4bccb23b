"""Connected components of a mask and their boxes, counted over the mask alone.

OpenCV's own statistics run over every pixel of the picture, background and all, and take ten times as long as the
components themselves where little is masked.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np


class Components(NamedTuple):
    """The components of a mask; place 0 of every array is the background, whose box is empty."""

    label: np.ndarray
    """int32 (height, width): the number of each pixel's component, 0 for the background."""
    left: np.ndarray
    """int32 (n + 1,), pixels, like the next four."""
    top: np.ndarray
    width: np.ndarray
    height: np.ndarray
    area: np.ndarray
    at: np.ndarray
    """int (m,): places of the masked pixels in the flattened picture."""
    of: np.ndarray
    """int (m,): the component that each of them belongs to."""


def components(mask: np.ndarray, connectivity: int = 8) -> Components:
    """The components of a mask, uint8 (height, width), 0 where there is none; `connectivity` is 4 or 8."""
    count, label = cv2.connectedComponents(mask, connectivity=connectivity)
    at = np.flatnonzero(mask != 0)  # several times as fast of a truth as of a number
    of = label.ravel()[at].astype(np.intp)
    y, x = np.divmod(at.astype(np.int32), np.int32(mask.shape[1]))
    left, top = (np.full(count, max(mask.shape), np.int32) for _ in range(2))
    right, bottom = (np.full(count, -1, np.int32) for _ in range(2))
    np.minimum.at(left, of, x)
    np.maximum.at(right, of, x)
    # Pixels come row by row, so a component's first and last are its top and its bottom.
    top[of[::-1]] = y[::-1]
    bottom[of] = y
    left[0], top[0] = 0, 0
    area = np.bincount(of, minlength=count).astype(np.int32)
    return Components(label, left, top, right - left + 1, bottom - top + 1, area, at, of)
