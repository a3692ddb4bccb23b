"""Pictures brought to the size at which a cue looks at them."""

from __future__ import annotations

import cv2
import numpy as np


def with_longest_side(
    image: np.ndarray, side: int, most: float = np.inf, *, up: int = cv2.INTER_CUBIC, down: int = cv2.INTER_AREA
) -> np.ndarray:
    """The picture with a longest side of `side` pixels, enlarged `most` times at most.

    image: uint8 or float32 (height, width) or (height, width, 3); the result has its dtype and channels.

    up, down: OpenCV's ways of enlarging and of what is left of a reduction once it was halved as often as it could be.
    Averages over fractions of pixels take five times as long as linear interpolation, which skips no pixel here.
    """
    while max(image.shape[:2]) >= 2 * side:
        image = cv2.resize(image, [-(-extent // 2) for extent in image.shape[1::-1]], interpolation=cv2.INTER_AREA)
    zoom = min(side / max(image.shape[:2]), most)
    if zoom == 1:
        return image
    size = [max(round(extent * zoom), 1) for extent in image.shape[1::-1]]
    return cv2.resize(image, size, interpolation=up if zoom > 1 else down)
