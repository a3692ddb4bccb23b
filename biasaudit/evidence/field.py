"""What the pictures are of, as far as it decides which questions are asked: told by the user, or seen in a sample."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from biasaudit.images.decode import Unreadable, decode
from biasaudit.images.table import ImageTable
from biasaudit.settings import Settings

SAMPLE = 64
"""Images that are looked at."""
SIDE = 64
"""Pixels a side at which they are."""
RED, BLUE = (135, 180), (80, 130)
"""Cr and Cb, 0 to 255, between which a colour may be skin (after Chai & Ngan 1999)."""
DARK = 40
"""Luma below which nothing is called skin."""
ALL_SKIN = 0.6
"""Share of the middle picture that is skin where a dermatoscope or a close camera saw nothing else."""
SMOOTH = 6.5
"""Mean step of luma from pixel to pixel up to which the middle picture is skin from nearby, and no face or hand."""
COLOURLESS = 12
"""Largest difference between the channels of a pixel that is grey, tinted by compression at most."""
ALL_GREY = 0.95
"""Share of grey pixels from which a picture is grey."""
SMALLEST_SCAN = 96
"""Shorter side in pixels from which grey pictures are taken for scans; smaller ones are faces and drawings."""
AIR, AROUND, RING = 32, 0.1, 4
"""Luma below which nothing is there; the share of the outer edge where a scan has nothing, be it air around a body or
what the beam did not reach; and the width of that edge in pixels. Metal, cloth and old photographs fill their frame."""
MOSTLY = 0.8
"""Share of grey pictures from which they are of radiology."""
RADIOLOGY = ("xray", "ct", "mri", "ultrasound")


def field(images: ImageTable, settings: Settings) -> str:
    """`skin`, `radiology`, `microscopy` or `photo`; told by the user or, as `auto`, the first, second or last of them.

    Pictures that are nearly all skin and smooth are of skin; pictures without colour that have nothing along a part of
    their edge are of radiology.
    """
    if settings.field != "auto":
        return "radiology" if settings.field in RADIOLOGY else settings.field
    seen = np.array([_looks(rgb) for rgb in _some(images)])
    if not len(seen):
        return "photo"
    skin, steps, grey, empty, sides = seen.T
    if np.median(skin) >= ALL_SKIN and np.median(steps) <= SMOOTH:
        return "skin"
    scans = np.median(sides) >= SMALLEST_SCAN and np.median(empty) >= AROUND
    return "radiology" if scans and (grey >= ALL_GREY).mean() >= MOSTLY else "photo"


def _some(images: ImageTable) -> Iterator[np.ndarray]:
    """Pictures, uint8 (height, width, 3), that lie evenly in the table."""
    for row in np.unique(np.linspace(0, images.n - 1, min(SAMPLE, images.n)).astype(int)):
        try:
            yield decode(images.path(int(row))).rgb
        except Unreadable:
            continue


def _looks(picture: np.ndarray) -> tuple[float, float, float, float, int]:
    """Share of skin, mean step of luma, share of pixels without colour and, of those along the edge, of those without
    light, and the shorter side in pixels."""
    rgb = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    luma, red, blue = cv2.split(cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb))
    skin = (red >= RED[0]) & (red <= RED[1]) & (blue >= BLUE[0]) & (blue <= BLUE[1]) & (luma > DARK)
    step = np.abs(np.diff(luma.astype(float), axis=1)).mean()
    channels = rgb.astype(int)
    grey = np.ptp(channels, axis=2) < COLOURLESS
    edge = np.ones(luma.shape, dtype=bool)
    edge[RING:-RING, RING:-RING] = False
    empty = (luma[edge] < AIR).mean()
    return float(skin.mean()), float(step), float(grey.mean()), float(empty), min(picture.shape[:2])
