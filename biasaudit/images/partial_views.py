"""What is left of a picture when its subject is taken away: a frame, bare colours, fine detail, a heap of patches.

Each function takes a batch of square pictures, uint8 (n, size, size, 3), 0 to 255, and changes no argument. Four return
pictures, uint8 of the same shape; three return vectors, float32 (n, features).
"""

from __future__ import annotations

import cv2
import numpy as np

BORDER = 0.8
"""Share of each side that the black box takes in `border`: a tenth of the picture is left along each edge."""
BACKGROUND = 0.6
"""The same in `background`, where photographers put what they mean; --subject center means the same box."""
PATCHES = 8
"""Patches along each side: small enough that few of them hold a recognisable part."""
DRAWN = PATCHES**2
"""Random numbers that `shuffled_patches` draws for each picture."""
BLUR = 1 / 224
"""Standard deviation of the blur that `fine_detail` takes away, as a share of the side: one pixel of the usual 224."""
GAIN = 4
"""By how much what is left is then made stronger, the same for every picture: a network sees little of it otherwise."""
GREY = 128
THUMBNAIL, COARSE, LEVELS = 8, 16, 4


def border(rgb: np.ndarray, _: np.random.Generator) -> np.ndarray:
    """uint8 (n, size, size, 3): the outermost tenth along each edge; the rest is black."""
    return _without_middle(rgb, BORDER)


def background(rgb: np.ndarray, _: np.random.Generator) -> np.ndarray:
    """uint8 (n, size, size, 3): all but the central box, which is black.

    It is the same box in every picture, so that its shape tells nothing.
    """
    return _without_middle(rgb, BACKGROUND)


def fine_detail(rgb: np.ndarray, _: np.random.Generator) -> np.ndarray:
    """uint8 (n, size, size, 3), grey: edges and noise without areas, which is grey less its blur, about 128."""
    found = np.empty_like(rgb)
    for place, image in enumerate(rgb):
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
        detail = GREY + GAIN * (grey - cv2.GaussianBlur(grey, (0, 0), max(0.5, BLUR * len(grey))))
        found[place] = np.clip(np.rint(detail), 0, 255).astype(np.uint8)[:, :, None]
    return found


def shuffled_patches(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """uint8 (n, size, size, 3): textures and colours without shapes, squares in an order drawn for each picture.

    What is left of a side that 8 does not divide is black. From `rng`, `DRAWN` numbers a picture are taken.
    """
    side = rgb.shape[1] // PATCHES
    whole = side * PATCHES
    squares = rgb[:, :whole, :whole].reshape(len(rgb), PATCHES, side, PATCHES, side, 3).swapaxes(2, 3)
    squares = squares.reshape(len(rgb), PATCHES**2, side, side, 3)
    order = np.argsort(rng.random((len(rgb), DRAWN)), axis=1)
    squares = np.take_along_axis(squares, order[:, :, None, None, None], axis=1)
    found = np.zeros_like(rgb)
    heap = squares.reshape(len(rgb), PATCHES, PATCHES, side, side, 3).swapaxes(2, 3)
    found[:, :whole, :whole] = heap.reshape(len(rgb), whole, whole, 3)
    return found


def thumbnail(rgb: np.ndarray) -> np.ndarray:
    """float32 (n, 192), 0 to 255: 8 x 8 pixels, row by row, red, green and blue of each."""
    return _reduced(rgb, THUMBNAIL)


def coarse_pixels(rgb: np.ndarray) -> np.ndarray:
    """float32 (n, 768), 0 to 255: 16 x 16 pixels in the same order, for want of a network that knows pictures."""
    return _reduced(rgb, COARSE)


def colours(rgb: np.ndarray) -> np.ndarray:
    """float32 (n, 64), 0 to 1: how much of the picture has each of 4 x 4 x 4 colours, and nothing of where.

    Square roots of shares, so that the squares of a row sum to 1.
    The root makes distances those of Hellinger, so that rare colours count as well.
    """
    levels = rgb.reshape(len(rgb), -1, 3).astype(np.int32) * LEVELS // 256
    codes = levels @ np.array([LEVELS**2, LEVELS, 1])
    counts = [np.bincount(each, minlength=LEVELS**3) for each in codes]
    return np.sqrt(np.array(counts) / codes.shape[1]).astype(np.float32)


def _without_middle(rgb: np.ndarray, share: float) -> np.ndarray:
    side = rgb.shape[1]
    start = round((1 - share) / 2 * side)
    found = rgb.copy()
    found[:, start : side - start, start : side - start] = 0
    return found


def _reduced(rgb: np.ndarray, side: int) -> np.ndarray:
    small = [cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA).ravel() for image in rgb]
    return np.array(small, dtype=np.float32)
