"""Occlusion: how much a class's probability falls when a square of the image is covered.

Zeiler & Fergus 2014, "Visualizing and Understanding Convolutional Networks", ECCV. They cover with grey; here it is
the image's own mean colour, since grey on a dark X-ray would be a new thing and not the absence of one.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Predict = Callable[[np.ndarray], np.ndarray]
"""uint8 (n, h, w, 3) -> probabilities, float (n, classes): any model, of any library."""
BATCH = 64


def occlusion(
    predict: Predict,
    images: np.ndarray,
    codes: np.ndarray,
    *,
    side: int | None = None,
    stride: int | None = None,
) -> np.ndarray:
    """The mean fall of the probability over all squares that cover a pixel.

    Args:
        predict: the model.
        images: uint8 (n, h, w, 3).
        codes: int (n,), each image's class to explain.
        side: of the square, in pixels; None for a sixth of the shorter side.
        stride: from one square to the next; None for half a square.

    Returns:
        float32 (n, h, w), -1 to 1: above 0 where covering takes from the class, below 0 where it adds to it.
    """
    height, width = images.shape[1:3]
    side = side or max(min(height, width) // 6, 1)
    stride = stride or max(side // 2, 1)
    squares = [
        (slice(max(top, 0), top + side), slice(max(left, 0), left + side))
        for top in _starts(height, side, stride)
        for left in _starts(width, side, stride)
    ]
    maps = np.empty(images.shape[:3], np.float32)
    whole = predict(images)
    for row, (image, code) in enumerate(zip(images, codes, strict=True)):
        colour = np.rint(image.mean(axis=(0, 1))).astype(np.uint8)
        fall, covers = np.zeros((height, width)), np.zeros((height, width))
        for start in range(0, len(squares), BATCH):
            some = squares[start : start + BATCH]
            covered = np.repeat(image[None], len(some), axis=0)
            for each, square in zip(covered, some, strict=True):
                each[square] = colour
            for square, probability in zip(some, predict(covered)[:, code], strict=True):
                fall[square] += whole[row, code] - probability
                covers[square] += 1
        maps[row] = fall / np.maximum(covers, 1)
    return maps


def _starts(length: int, side: int, stride: int) -> range:
    """From a square that hangs over the edge to one that does, so that edges are covered as often as the middle."""
    return range(stride - side, length, stride) if stride < side else range(0, length, stride)
