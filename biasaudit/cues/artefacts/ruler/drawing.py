"""Draws rulers, no two alike."""

from __future__ import annotations

import cv2
import numpy as np

FINE = 4
"""Rulers are drawn this many times larger and averaged down: soft edges, strokes thinner than a pixel."""


def draw_ruler(rgb: np.ndarray, amount: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw a ruler near the border; no two alike.

    rgb: uint8 (height, width, 3). amount: opacity, 0 to 1. Returns the picture with it, and where: bool (height,
    width).
    """
    height, width = rgb.shape[:2]
    flat_ink, flat_strip = _draw(FINE * float(np.sqrt(height * width)), rng)
    where = _place((FINE * height, FINE * width), flat_ink.shape, rng)

    def lay(part: np.ndarray) -> np.ndarray:
        large = cv2.warpAffine(part, where, (FINE * width, FINE * height))
        small = cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA)
        return small[..., None].astype(np.float32) / 255

    ink, strip = lay(flat_ink), lay(flat_strip)
    touched = ((ink > 0) | (strip > 0))[..., 0]
    below = float(rgb[touched].mean()) if touched.any() else 128.0
    dark, light = rng.uniform(5, 55) + rng.uniform(-8, 8, 3), rng.uniform(225, 250) + rng.uniform(-5, 5, 3)
    on_strip = bool(strip.any())
    colour = dark if on_strip or below > 105 + rng.uniform(-20, 60) else light
    drawn = rgb + 0.9 * strip * (light - rgb)
    drawn += ink * (colour - drawn)
    return np.clip(np.rint(rgb + amount * (drawn - rgb)), 0, 255).astype(np.uint8), touched


def _draw(side: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A random ruler, lying flat: coverage of its ink, and of the strip (if any) that carries it."""
    step = side * rng.uniform(0.032, 0.046)
    n_steps = int(side * rng.uniform(0.6, 0.9) / step)
    tick, thick = side * rng.uniform(0.026, 0.042), max(round(side * rng.uniform(0.0045, 0.0075)), FINE)
    every = int(rng.choice([2, 5, 5, 10]))
    style = rng.choice(["line", "bare", "strip"], p=[0.6, 0.25, 0.15])
    letters = str(rng.choice(["MM", "mm", "cm", "digits", ""]))
    base = round(3 * tick)
    ink = np.zeros((round(6 * tick), round(n_steps * step + 4 * tick)), np.uint8)
    ticks = [round(2 * tick + i * step) for i in range(n_steps + 1)]
    for i, x in enumerate(ticks):
        cv2.line(ink, (x, base), (x, round(base - tick * (1.0 if i % every else 1.6))), 255, thick)
    if style == "line":
        cv2.line(ink, (ticks[0], base), (ticks[-1], base), 255, thick)
    digits = [(x, str(i // every)) for i, x in enumerate(ticks) if i and i % every == 0]
    for x, text in digits if letters == "digits" else [(ticks[0], letters)]:
        at = (x - round(tick / 3), round(base + 1.5 * tick))
        cv2.putText(ink, text, at, cv2.FONT_HERSHEY_SIMPLEX, tick / 22, 255, max(round(0.7 * thick), 1))
    return ink, np.full_like(ink, 255 if style == "strip" else 0)


def _place(frame: tuple[int, int], extent: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Affine map that lays a ruler of this extent near the border of the frame (both as height, width)."""
    height, width = frame
    turn = int(rng.choice([0, 90, 180, 270]))
    tilt = float(np.clip(rng.normal(0, 7), -20, 20)) if rng.random() < 0.85 else float(rng.choice([-40, 40]))
    along, across = (width, height) if turn % 180 == 0 else (height, width)
    slack = max(along - extent[1], 0) / 2 + (0.25 * extent[1] if rng.random() < 0.25 else 0.0)
    x, y = rng.uniform(-slack, slack), across / 2 - min(frame) * rng.uniform(0.08, 0.2)
    cos, sin = np.cos(np.deg2rad(turn)), np.sin(np.deg2rad(turn))
    matrix = cv2.getRotationMatrix2D((extent[1] / 2, extent[0] / 2), turn + tilt, 1.0)
    matrix[0, 2] += (width - extent[1]) / 2 + cos * x + sin * y
    matrix[1, 2] += (height - extent[0]) / 2 - sin * x + cos * y
    return matrix
