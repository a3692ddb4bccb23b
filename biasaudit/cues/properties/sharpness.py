"""Sharpness: how steep the edges are, whatever their height."""

from __future__ import annotations

import math

import cv2
import numpy as np

from biasaudit.cues.amounts import as_photo, move_by, touched
from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import smooth_field
from biasaudit.cues.properties.noise import noise
from biasaudit.images.photo import Photo

FINE, COARSE = 0.7, 2.0
"""Scales in pixels at which edges are compared. The fine one is wide enough to pass over most of the noise."""

TILES, TILE = 8, 16
"""The image is cut into this many tiles a side, of at least so many pixels."""

ABOVE_NOISE = 2.5
"""What is less than so many standard deviations of the noise above its surroundings is not sharpened."""

GRAIN_HALVED = 0.48
"""The blur in pixels that halves the noise as `noise` reads it."""

SHORT_OF = 0.1
"""The share of the amount by which an insert may miss it before the grain is given up."""


def _steepness(gray: np.ndarray, scale: float) -> np.ndarray:
    """In each tile the 4-norm of the gradient at a scale: strong edges count, texture and noise hardly."""
    smooth = cv2.GaussianBlur(gray, (0, 0), scale)
    across, down = cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    squared = across * across + down * down
    grid = [max(min(TILES, side // TILE), 1) for side in gray.shape[::-1]]
    return cv2.resize(squared * squared, grid, interpolation=cv2.INTER_AREA).ravel() ** 0.25


@cue(
    kind="property",
    question="Is one class sharper or more blurred than the others?",
    unit="log2 of edge steepness at 0.7 px over that at 2 px",
)
def sharpness(photo: Photo) -> float:
    """Why it matters: focus, motion, lens and enlarged thumbnails come with a source. A network does well on
    blurred images of a class that was always blurred, and fails on sharp ones.

    How it is measured: the steepness of the strongest edges (4-norm of the gradient) at a fine and at a coarse
    scale, and log2 of their ratio: a blurred edge loses little more by smoothing, a sharp one loses much. The
    height of the edges cancels, so that this is not contrast; the plain variance of the Laplacian follows
    contrast and noise. Taken in 8 x 8 tiles; the number is the median of the half with the steepest edges, so
    that a sharp label or ruler in a corner does not decide. Measured at no more than 512 pixels a side.

    What it cannot show: why edges are soft (focus, motion, compression, enlargement, or a subject that is soft),
    blur of a small part of the image only, and differences finer than a pixel of the 512 px image. In pictures
    without clear edges strong noise raises it, and a drawn object somewhat. NaN where there is no edge at all.

    References: Zhuo & Sim 2011, Defocus map estimation from a single image, Pattern Recognition 44; Pertuz et
    al. 2013, Analysis of focus measure operators for shape-from-focus, Pattern Recognition 46; Dodge & Karam
    2016, Understanding how image quality affects deep neural networks, QoMEX.
    """
    fine, coarse = _steepness(photo.gray, FINE), _steepness(photo.gray, COARSE)
    edged = (coarse >= np.median(coarse)) & (np.minimum(fine, coarse) > 1e-3)
    return float(np.median(np.log2(fine[edged] / coarse[edged]))) if edged.any() else math.nan


@sharpness.inserts(directions=(-1, 1), placebo=smooth_field)
def _refocus(rgb: np.ndarray, amount: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Gaussian blur for a negative amount, an unsharp mask for a positive one. The grain stays as it was.

    A lens blurs before the sensor adds its noise, so the noise that the blur took is drawn anew; and only what
    stands out from the noise is sharpened. Where nothing does, the grain is blurred or sharpened with the rest.
    """
    start, level = sharpness.measure(as_photo(rgb)), noise.measure(as_photo(rgb))
    grain = rng.standard_normal(rgb.shape[:2]).astype(np.float32)[..., None]
    for kept in (level, 0.0) if level > 0 else (0.0,):
        changed = _refocused(rgb, amount, kept, grain)
        if abs(sharpness.measure(as_photo(changed)) - start - amount) < SHORT_OF * abs(amount):
            break
    return changed, touched(rgb, changed)


def _refocused(rgb: np.ndarray, amount: float, level: float, grain: np.ndarray) -> np.ndarray:
    """The image sharper or softer by `amount`, with its noise of that level (luma) kept; 0 keeps none."""
    halo = rgb - cv2.GaussianBlur(rgb.astype(np.float32), (0, 0), 1.0)
    halo = np.sign(halo) * np.maximum(np.abs(halo) - ABOVE_NOISE * level, 0)

    def refocus(strength: float) -> np.ndarray:
        if amount > 0:
            return np.clip(np.rint(rgb + strength * halo), 0, 255).astype(np.uint8)
        blurred = cv2.GaussianBlur(rgb.astype(np.float32), (0, 0), max(strength, 0.05))
        left = 1 / (1 + (strength / GRAIN_HALVED) ** 5)
        return np.clip(np.rint(blurred + level * np.sqrt(1 - left**2) * grain), 0, 255).astype(np.uint8)

    return move_by(amount, rgb, sharpness.measure, refocus, strongest=8)
