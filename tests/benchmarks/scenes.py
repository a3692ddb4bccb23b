"""Procedural photographs with no cue in them: blotchy grounds, shapes, grain, and a subject in the middle."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PIL import Image


def _ground(rng: np.random.Generator, side: int) -> np.ndarray:
    """A smooth field of colours; its mean, spread, cast and grain differ from image to image, as photographs do."""
    blotches = int(rng.integers(3, 9))
    middle, spread = rng.uniform(90, 165), rng.uniform(15, 45)
    coarse = rng.normal(middle, spread, (blotches, blotches, 1)) + rng.normal(0, spread / 2, (blotches, blotches, 3))
    coarse += rng.normal(0, 8, 3)
    field = cv2.resize(coarse.astype(np.float32), (side, side), interpolation=cv2.INTER_CUBIC)
    return np.ascontiguousarray(field)


def _shape(image: np.ndarray, rng: np.random.Generator, centre: tuple[int, int], size: float, kind: str) -> None:
    colour = rng.uniform(25, 215, 3).tolist()
    if kind == "ellipse":
        axes = (int(size), int(size * rng.uniform(0.5, 1.0)))
        cv2.ellipse(image, centre, axes, rng.uniform(0, 180), 0, 360, colour, -1, cv2.LINE_AA)
        return
    corners = int(rng.integers(3, 6))
    angles = np.sort(rng.uniform(0, 2 * np.pi, corners)) if corners > 3 else rng.uniform(0, 2) + np.arange(3) * 2.1
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1) * size * rng.uniform(0.7, 1.1, (corners, 1)) + centre
    cv2.fillPoly(image, [points.astype(np.int32)], colour, cv2.LINE_AA)


def scene(rng: np.random.Generator, side: int = 128, subject: str = "") -> np.ndarray:
    """uint8 (side, side, 3). `subject`: "ellipse" or "polygon" in the middle; either, where it is empty."""
    image = _ground(rng, side)
    for _ in range(int(rng.integers(1, 6))):
        place = rng.uniform(0.05, 0.95, 2) * side
        _shape(image, rng, (int(place[0]), int(place[1])), side * rng.uniform(0.03, 0.12), str(rng.choice(KINDS)))
    place = rng.uniform(0.42, 0.58, 2) * side
    _shape(image, rng, (int(place[0]), int(place[1])), side * rng.uniform(0.2, 0.3), subject or str(rng.choice(KINDS)))
    image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.0))
    image += rng.normal(0, rng.uniform(1.5, 5), image.shape)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


KINDS = ("ellipse", "polygon")


def save(path: Path, rgb: np.ndarray, quality: int = 92) -> None:
    """Write a JPEG of standard tables and 4:2:0 subsampling."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rgb).save(path, quality=quality)
