"""Regions of one flat colour that stands out from the rest of the picture."""

from __future__ import annotations

import cv2
import numpy as np

LIGHTNESS_WEIGHT = 0.4
"""How much a step of L* counts beside one of a* or b*: a sticker is of one hue, but shaded."""

REACH = 11
"""Largest difference to a region's first pixel, in weighted CIE L*a*b*."""

FLATNESS, CELL = 8, 5
"""Largest range within a square of so many pixels around a place where a region may begin."""

LEAST_FOREIGN = 8
"""Least distance of a region's a*b* (sum of both) from the picture's median."""

SEEDS = 8
"""So many regions are grown, from the most foreign flat colours on."""

SMALLEST, LARGEST = 0.006, 0.5
"""Shares of the picture's area between which a region can be a patch."""


def flat_regions(lab: np.ndarray) -> list[np.ndarray]:
    """Connected flat regions, the most foreign first.

    Parameters: lab, float32 (height, width, 3), CIE L*a*b*. Returns uint8 masks (height, width), 0 or 1.
    """
    weighted = lab * np.array([LIGHTNESS_WEIGHT, 1, 1], np.float32) + np.array([0, 128, 128], np.float32)
    colours = cv2.medianBlur(np.clip(weighted, 0, 255).astype(np.uint8), 5)
    square = np.ones((CELL, CELL), np.uint8)
    span = (cv2.dilate(colours, square) - cv2.erode(colours, square)).max(axis=2)
    middle = np.median(colours.reshape(-1, 3), axis=0)
    foreign = np.abs(colours[..., 1] - middle[1]) + np.abs(colours[..., 2] - middle[2])
    foreign[span > FLATNESS] = -1
    return _grown(colours, foreign)


def _grown(colours: np.ndarray, foreign: np.ndarray) -> list[np.ndarray]:
    """Regions flooded from the most foreign free place, again and again."""
    height, width = foreign.shape
    flooded = np.zeros((height + 2, width + 2), np.uint8)  # OpenCV wants a margin of one pixel
    inside = flooded[1:-1, 1:-1]
    regions = []
    for number in range(1, SEEDS + 1):
        row, column = divmod(int(foreign.argmax()), width)
        if foreign[row, column] < LEAST_FOREIGN:
            break
        how = 4 | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE | (number << 8)
        area = cv2.floodFill(colours, flooded, (column, row), (0, 0, 0), (REACH,) * 3, (REACH,) * 3, how)[0]
        region = inside == number
        foreign[region] = -1
        if SMALLEST <= area / foreign.size <= LARGEST:
            regions.append(region.astype(np.uint8))
    return regions
