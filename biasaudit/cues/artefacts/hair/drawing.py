"""Draws hairs, no two alike."""

from __future__ import annotations

import cv2
import numpy as np

FINE = 4
"""Hairs are drawn this many times larger and averaged down: soft edges, hairs thinner than a pixel."""
FEWEST, MOST = 8, 18
"""How many hairs a drawing has."""
THINNEST = 1.3
"""Pixels: the least width of a hair near its root."""
PLACES = 8
"""Random places looked at for each hair, of which the one is taken where it shows best: unseen hairs are none."""


def draw_hair(rgb: np.ndarray, amount: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw loose hairs: dark ones, or light ones where the picture is dark.

    rgb: uint8 (height, width, 3). amount: opacity, 0 to 1. Returns the picture with them, and where: bool
    (height, width).
    """
    height, width = rgb.shape[:2]
    side = float(np.sqrt(height * width))
    growth, disorder = rng.uniform(0, 2 * np.pi), rng.uniform(0.2, 1.0)
    thick = side * rng.uniform(0.0035, 0.007)
    luma = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    light = float(np.median(luma)) < rng.uniform(80, 120)  # dark hair can't be seen on a dark ground
    shade = rng.uniform(190, 235) if light else rng.uniform(5, 50)
    tint = np.array([1.0, 0.85, 0.7]) ** rng.uniform(0, 1.3)  # from black or grey to brown or blond
    free = luma.copy()
    reach = np.ones((max(round(side / 16), 1),) * 2, np.uint8)
    drawn = rgb.astype(np.float32)
    cover = np.zeros((height, width), np.float32)
    for _ in range(int(rng.integers(FEWEST, MOST + 1))):
        shape = _curve(side * rng.uniform(0.5, 1.2), growth + rng.normal(0, disorder), rng)
        paths = [shape + rng.uniform(0.1, 0.9, 2) * (width, height) for _ in range(PLACES)]
        path = max(paths, key=lambda path: _contrast(free, path, shade))
        hair = _stroke(height, width, path, thick * rng.uniform(0.8, 1.25))
        colour = np.clip(shade * rng.uniform(0.85, 1.15) * tint, 0, 255)
        drawn += (rng.uniform(0.8, 1.0) * hair)[..., None] * (colour - drawn)
        cover = np.maximum(cover, hair)
        free[cv2.dilate(hair, reach) > 0] = shade  # so that the next ones keep some distance
    result = np.clip(np.rint(rgb + amount * (drawn - rgb)), 0, 255).astype(np.uint8)
    return result, cover > 0


def _curve(length: float, direction: float, rng: np.random.Generator) -> np.ndarray:
    """Points (x, y) along a smooth curve about the origin, root first."""
    along = np.linspace(-0.5, 0.5, 48)
    # A bend that changes along the hair gives arcs, hooks and gentle waves.
    turn = rng.normal(0, 1.2) * along + rng.normal(0, 1.2) * along**2 + rng.normal(0, 0.15) * np.sin(9 * along)
    heading = np.stack([np.cos(direction + turn), np.sin(direction + turn)], axis=1)
    path = np.cumsum(length / len(along) * heading, axis=0)
    return path - path[len(along) // 2]


def _contrast(luma: np.ndarray, path: np.ndarray, shade: float) -> float:
    """Grey levels between a hair of this shade and the ground under three quarters of it, at least."""
    height, width = luma.shape
    inside = np.rint(path[np.all((path >= 0) & (path <= (width - 1, height - 1)), axis=1)]).astype(int)
    return float(np.quantile(np.abs(luma[inside[:, 1], inside[:, 0]] - shade), 0.25)) if len(inside) else 0.0


def _stroke(height: int, width: int, path: np.ndarray, thick: float) -> np.ndarray:
    """Coverage 0 to 1 of a hair along a path, thinner towards its tip."""
    widths = FINE * np.maximum(thick * (1.1 - 0.6 * np.linspace(0, 1, len(path)) ** 2), THINNEST)
    canvas = np.zeros((FINE * height, FINE * width), np.uint8)
    points = np.rint(FINE * path).astype(np.int32)
    for start, end, stroke in zip(points[:-1], points[1:], widths, strict=False):
        cv2.line(canvas, start.tolist(), end.tolist(), 255, max(round(float(stroke)), 1))
    return cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
