"""Noise: grain from pixel to pixel in the smooth parts of the image."""

from __future__ import annotations

import math

import cv2
import numpy as np

from biasaudit.cues.amounts import move_by, touched
from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import smooth_field
from biasaudit.cues.vectors import magnitude
from biasaudit.images.photo import Photo

IMMERKAER = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
"""The difference of two Laplacians: blind to slopes and to straight edges; white noise leaves it 6 times larger."""

CORED = 1.0
"""Scale in pixels of the surroundings that noise is told from where it is taken off."""

SMOOTH_SHARE = 0.25
"""The share of pixels, those on the gentlest slopes, in which noise is looked for."""


@cue(
    kind="property",
    question="Is one class grainier than the others?",
    unit="standard deviation of the noise in luma, 0 to 255",
)
def noise(photo: Photo) -> float:
    """Why it matters: grain tells the sensor, the exposure and the processing. It is invisible to a reader of the
    images and plain to a network's first layer.

    How it is measured: Immerkær's mask, which cancels slopes and straight edges, averaged over the quarter of
    the pixels with the gentlest slope (after a light blur, so that noise does not choose its own pixels). Pixels
    at black or white are left out: clipped, they hide their noise. Measured at no more than 512 pixels a side;
    reduction to that size removes grain, as it does for the network.

    What it cannot show: noise from fine, even texture (sand, cloth, pores), nor noise that a camera's or JPEG's
    smoothing has removed; it reads low after blur. Rounding to 8 bits alone reads as about 0.3. NaN where no
    pixel is inside the range, or the image is smaller than 5 x 5.

    References: Immerkær 1996, Fast noise variance estimation, Computer Vision and Image Understanding 64; Tai &
    Yang 2008, A fast method for image noise estimation using Laplacian operator and adaptive edge detection,
    ISCCSP; Dodge & Karam 2016, Understanding how image quality affects deep neural networks, QoMEX.
    """
    if min(photo.gray.shape) < 5:
        return math.nan
    inside = (slice(1, -1), slice(1, -1))
    unclipped = cv2.inRange(photo.luma, 3, 252)[inside] > 0
    if not unclipped.any():
        return math.nan
    smooth = cv2.GaussianBlur(photo.gray, (0, 0), 1.5)
    slope = magnitude(cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1))[inside]
    stride = 1 + min(slope.shape) // 100  # a sample ranks the slopes as well, and sorts sooner
    sample = slope[::stride, ::stride][unclipped[::stride, ::stride]]
    gentle = np.quantile(sample if sample.size else slope[unclipped], SMOOTH_SHARE)
    response = cv2.filter2D(photo.gray, cv2.CV_32F, IMMERKAER)[inside][unclipped & (slope <= gentle)]
    return math.sqrt(math.pi / 2) * float(np.abs(response).mean()) / 6


@noise.inserts(directions=(1, -1), placebo=smooth_field)
def _grain(rgb: np.ndarray, amount: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Gaussian noise, drawn once and for each channel by itself, as a sensor has it; for a negative amount what
    stands out from its surroundings loses a little, so that what is as faint as noise goes and edges stay (coring)."""
    if amount < 0:
        return _cored(rgb, amount)
    grain = rng.standard_normal(rgb.shape).astype(np.float32)

    def add(strength: float) -> np.ndarray:
        return np.clip(np.rint(rgb + strength * grain), 0, 255).astype(np.uint8)

    changed = move_by(amount, rgb, noise.measure, add, strongest=80)
    return changed, touched(rgb, changed)


def _cored(rgb: np.ndarray, amount: float) -> tuple[np.ndarray, np.ndarray]:
    beside = rgb - cv2.GaussianBlur(rgb.astype(np.float32), (0, 0), CORED)

    def take(strength: float) -> np.ndarray:
        return np.clip(np.rint(rgb - np.clip(beside, -strength, strength)), 0, 255).astype(np.uint8)

    changed = move_by(amount, rgb, noise.measure, take, strongest=24)
    return changed, touched(rgb, changed)
