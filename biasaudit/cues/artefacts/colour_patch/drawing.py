"""Round stickers put into an image."""

from __future__ import annotations

import cv2
import numpy as np

from biasaudit.cues.amounts import touched

HUES = ((250, 130, 20), (90, 195, 185), (15, 130, 215), (60, 135, 245), (150, 150, 225), (225, 40, 30), (40, 160, 85),
        (245, 205, 40), (215, 80, 150))  # fmt: skip
"""Colours of stickers in sRGB: orange, turquoise, blues, lilac, red, green, yellow, pink."""

LEAST_CONTRAST = 35.0
"""A sticker's distance in a*b* from the image's median: one of the skin's own colour would be no help."""


def draw_patch(rgb: np.ndarray, amount: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A round sticker, mostly cut off by the frame, at times with a smaller one on it.

    rgb: uint8 (height, width, 3). amount: opacity, 0 to 1. Returns the picture with it, and where: bool (height,
    width).
    """
    height, width = rgb.shape[:2]
    x, y, radius = _place(height, width, rng)
    paint = _paper(rgb, _colour(rgb, rng), (x, y, radius), rng)
    cover = _disc((height, width), x, y, radius)
    if rng.random() < 0.25:  # a second sticker or a printed dot in the middle of the first
        small = _disc((height, width), x, y, radius * rng.uniform(0.3, 0.5))[..., None]
        paint = paint * (1 - small) + small * _colour(rgb, rng)
    shadow = cv2.GaussianBlur(_disc((height, width), x + 0.02 * radius, y + 0.04 * radius, radius), (0, 0), 1.5)
    ground = rgb * (1 - amount * rng.uniform(0, 0.25) * shadow[..., None])
    mixed = ground + amount * cover[..., None] * (paint - ground)
    changed = np.clip(np.rint(mixed), 0, 255).astype(np.uint8)
    return changed, touched(rgb, changed)


def _place(height: int, width: int, rng: np.random.Generator) -> tuple[float, float, float]:
    """Centre and radius in pixels: one in five lies wholly inside, the others are cut off by a side of the frame."""
    side = min(height, width)
    radius = rng.uniform(0.13, 0.24) if rng.random() < 0.2 else rng.uniform(0.2, 0.45)
    along, seen = rng.uniform(0.15, 0.85), rng.uniform(0.5, 1.2)
    if radius < 0.2:
        along, seen = rng.uniform(0.3, 0.7), rng.uniform(2.1, 2.6)
    depth = radius * side * (seen - 1)  # how far the centre lies inside the frame
    turn = int(rng.integers(4))
    if turn % 2:
        x, y = along * width, depth if turn == 1 else height - 1 - depth
    else:
        x, y = depth if turn == 0 else width - 1 - depth, along * height
    return x, y, radius * side


def _disc(shape: tuple[int, int], x: float, y: float, radius: float) -> np.ndarray:
    """Coverage of each pixel by a disc, float32 (height, width), 0 to 1."""
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    return np.clip(radius - np.hypot(columns - x, rows - y) + 0.5, 0, 1).astype(np.float32)


def _colour(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A sticker's colour, float64 (3,), unlike the image's own."""
    sample = np.median(rgb.reshape(-1, 3), axis=0).astype(np.float32)
    colours = np.array([*HUES, sample], np.float32) / 255
    lab = cv2.cvtColor(colours[None], cv2.COLOR_RGB2LAB)[0]
    contrast = np.linalg.norm(lab[:-1, 1:] - lab[-1, 1:], axis=1)
    fit = np.flatnonzero(contrast >= min(LEAST_CONTRAST, contrast.max()))
    return np.clip(np.array(HUES[rng.choice(fit)]) * rng.uniform(0.8, 1.05) + rng.normal(0, 6, 3), 0, 255)


def _paper(
    rgb: np.ndarray, colour: np.ndarray, disc: tuple[float, float, float], rng: np.random.Generator
) -> np.ndarray:
    """The sticker's surface, float32 (height, width, 3): light falls off to one side, and paper has a grain."""
    height, width = rgb.shape[:2]
    x, y, radius = disc
    angle, slope = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.08)
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    light = 1 + slope * (np.cos(angle) * (columns - x) + np.sin(angle) * (rows - y)) / max(radius, 1)
    grain = rng.normal(0, rng.uniform(0.5, 3), (height, width)).astype(np.float32)
    return light[..., None] * colour + grain[..., None]
