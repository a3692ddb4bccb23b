"""What the two cues of texture share: how rough each tile of an image is, once its noise is taken off."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from biasaudit.cues.properties.noise import IMMERKAER
from biasaudit.images.photo import Photo

SIDE = 256
"""Larger images are reduced to this longest side: finer detail is lost to a network as well."""

FINE = 0.7
"""Scale in pixels below which variation is taken for noise."""

COARSE = 1 / 64
"""Scale above which variation is taken for shape and light, as a share of the longest side."""

COARSE_LEAST = 2.0
"""The least that the coarse scale is, in pixels."""

FLOOR = 1.0
"""Standard deviation in luma that is passed over: rounding and compression leave so much in plain ground."""

TILES = 8
"""Tiles a side."""

SMALLEST = 16
"""Images with a shorter side have no tiles to speak of."""

MIDDLE = np.zeros((TILES, TILES), bool)
MIDDLE[2:-2, 2:-2] = True
"""The tiles of the middle of the picture."""

OUTER = np.ones((TILES, TILES), bool)
OUTER[1:-1, 1:-1] = False
"""The tiles along its edge."""


def _band(gray: np.ndarray, coarse: float) -> np.ndarray:
    """What lies between the two scales: a difference of two Gaussian blurs."""
    return np.asarray(cv2.GaussianBlur(gray, (0, 0), FINE) - cv2.GaussianBlur(gray, (0, 0), coarse))


@cache
def _noise_left(coarse: float) -> float:
    """The share of the variance of white noise that `_band` lets through."""
    point = np.zeros((65, 65), np.float32)
    point[32, 32] = 1
    return float((_band(point, coarse) ** 2).sum())


def _tiled(values: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.resize(values, (TILES, TILES), interpolation=cv2.INTER_AREA))


def roughness(photo: Photo) -> np.ndarray | None:
    """Standard deviation of luma between the two scales, float32 (TILES, TILES), 0 to 255, tile by tile.

    What noise (Immerkær 1996) and rounding put there is taken off. None where the image is too small. The noise is that
    of the smoother of the edge and the middle, so that a pattern in one of them is not taken for noise.
    """
    gray = photo.gray
    if min(gray.shape) < SMALLEST:
        return None
    if max(gray.shape) > SIDE:
        ratio = SIDE / max(gray.shape)
        size = [max(round(side * ratio), TILES) for side in gray.shape[::-1]]
        gray = cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
    coarse = max(COARSE * max(gray.shape), COARSE_LEAST)
    variance = _tiled(_band(gray, coarse) ** 2)
    grain = _tiled(np.abs(cv2.filter2D(gray, cv2.CV_32F, IMMERKAER))) * np.sqrt(np.pi / 2) / 6
    noise = min(float(np.quantile(grain[area], 0.25)) for area in (MIDDLE, OUTER))
    return np.sqrt(np.maximum(variance - _noise_left(coarse) * noise**2 - FLOOR**2, 0))


def outside(shape: tuple[int, int]) -> np.ndarray:
    """float64 (height, width): 0 in a central ellipse, 1 near the edge, with a soft slope between."""
    rows, columns = np.mgrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j]
    return np.asarray(np.clip((np.hypot(rows, columns) - 0.55) * 6, 0, 1))
