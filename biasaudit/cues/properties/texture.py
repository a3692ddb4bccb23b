"""Texture: how rough the middle of the picture is, where the subject most often is."""

from __future__ import annotations

import math

import cv2
import numpy as np

from biasaudit.cues.amounts import move_by, touched
from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import smooth_field
from biasaudit.cues.properties.roughness import FINE, MIDDLE, SIDE, outside, roughness
from biasaudit.images.photo import Photo


@cue(
    kind="property",
    question="Is the middle of the picture rougher in one class than in the others?",
    unit="standard deviation of luma at middle scales, 0 to 255",
)
def texture(photo: Photo) -> float:
    """Why it matters: networks trained on photographs go by texture more than by shape. Where the subjects of one
    class were smoothed (beauty filters, compression, rendering) or stand closer to the camera, texture tells them.

    How it is measured: luma between two scales, 0.7 pixels and 1/64 of the side (2 to 4 pixels), at no more than
    256 pixels a side; its standard deviation in each of 4 x 4 tiles of the middle half, less what noise and
    rounding put there. The number is their median, so that one edge or one label does not decide.

    What it cannot show: what the texture is; hair, fabric and foliage of one strength are one number. It may well
    belong to the subject: fur is not an artefact. Finer texture is not told from noise, coarser is shape. The
    margin is left to `background_texture`. NaN where a side is shorter than 16 pixels.

    References: Geirhos et al. 2019, ImageNet-trained CNNs are biased towards texture, ICLR; Baker et al. 2018, Deep
    convolutional networks do not classify based on global object shape, PLOS Computational Biology 14; Immerkær
    1996, Fast noise variance estimation, Computer Vision and Image Understanding 64.
    """
    tiles = roughness(photo)
    return math.nan if tiles is None else float(np.median(tiles[MIDDLE]))


def _grit(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Random variation of middle scale, float32 (height, width), standard deviation 1."""
    zoom = max(max(shape) / SIDE, 1)
    random = cv2.GaussianBlur(rng.standard_normal(shape).astype(np.float32), (0, 0), 1.2 * zoom)
    grit = random - cv2.GaussianBlur(random, (0, 0), 3 * zoom)
    return np.asarray(grit / max(float(grit.std()), 1e-6))


def _detail(rgb: np.ndarray) -> np.ndarray:
    """What the image itself has at middle scales, float32 (height, width)."""
    zoom = max(max(rgb.shape[:2]) / SIDE, 1)
    luma = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(luma, (0, 0), FINE * zoom) - cv2.GaussianBlur(luma, (0, 0), 4 * zoom))


@texture.inserts(directions=(1, -1), placebo=smooth_field)
def _roughen(rgb: np.ndarray, amount: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Random grit of middle scale over the middle of the picture; for a negative amount what is there fades."""
    grit = _grit(rgb.shape[:2], rng) if amount > 0 else -_detail(rgb)
    grit *= 1 - outside(rgb.shape[:2])

    def roughen(strength: float) -> np.ndarray:
        return np.clip(np.rint(rgb + strength * grit[..., None]), 0, 255).astype(np.uint8)

    changed = move_by(amount, rgb, texture.measure, roughen, strongest=120 if amount > 0 else 1)
    return changed, touched(rgb, changed)
