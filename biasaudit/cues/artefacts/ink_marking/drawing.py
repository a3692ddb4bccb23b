"""Marks of a pen put into an image."""

from __future__ import annotations

import cv2
import numpy as np

from biasaudit.cues.amounts import touched
from biasaudit.cues.placebos import blurred

INKS = ((92, 36, 168), (76, 44, 172), (104, 30, 150), (48, 52, 176), (60, 40, 150))
"""Inks in sRGB: gentian violet, as in surgical pens, and blues."""

FINE = 4
"""Strokes are drawn on a canvas so many times finer than 1/256 of the image's longest side."""


TRIES = 8
"""So many drawings are made, and the one is taken that lies best beside what is to be looked at."""


def draw_ink(rgb: np.ndarray, amount: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Dots, a ring, an arrow, scribbles or a few lines with a violet or blue pen.

    rgb: uint8 (height, width, 3). amount: opacity, 0 to 1. Returns the picture with it, and where: bool (height,
    width).
    """
    height, width = rgb.shape[:2]
    unlike = _unlike_the_ground(rgb)
    drawings = [_drawing((height, width), rng) for _ in range(TRIES)]
    cover = min(drawings, key=lambda drawn: float((unlike * drawn).sum() / max(drawn.sum(), 1e-6)))
    cover = cover * _grain(height, width, rng)
    ink = np.array(INKS[rng.integers(len(INKS))], np.float32) * rng.uniform(0.85, 1.15)
    opacity = amount * rng.uniform(0.85, 1) * cover[..., None]
    mixed = rgb * (1 - opacity) + opacity * (0.9 * ink + 0.1 * rgb)  # the ground's relief shows through
    changed = np.clip(np.rint(mixed), 0, 255).astype(np.uint8)
    return changed, touched(rgb, changed)


def shade(before: np.ndarray, after: np.ndarray, mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The placebo: the ink's darkness without its hue and shape; violet, though blurred, would be ink all the same.

    Arrays as in `placebos`: uint8 (height, width, 3), and mask bool (height, width).
    """
    change = after.astype(np.float32) - before
    return blurred(before, before - np.sqrt(np.mean(change**2, axis=2, keepdims=True)), mask, rng)


def _unlike_the_ground(rgb: np.ndarray) -> np.ndarray:
    """How unlike the usual colour each pixel is, float32 (height, width), 0 to 1; black, which takes no ink, is 1.

    One marks beside what is to be looked at, not upon it.
    """
    lit = rgb[rgb.max(axis=2) > 40]
    ground = np.median(lit if len(lit) else rgb.reshape(-1, 3), axis=0)
    unlike = np.clip(np.abs(rgb - ground).max(axis=2) / 80, 0, 1)
    unlike[rgb.max(axis=2) <= 40] = 1
    return unlike.astype(np.float32)


def _drawing(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """What the pen covers, float32 (height, width), 0 to 1."""
    side = 256 * FINE
    canvas = np.zeros((side, side), np.uint8)
    centre = rng.uniform(0.25, 0.75, 2) * (shape[1], shape[0]) / max(shape) * side
    style = (_dots, _ring, _arrow, _scribbles, _lines)[rng.integers(5)]
    style(canvas, centre, round(side * rng.uniform(0.016, 0.028)), rng)
    cover = cv2.resize(canvas, (max(shape),) * 2, interpolation=cv2.INTER_AREA)
    return cover[: shape[0], : shape[1]].astype(np.float32) / 255


def _grain(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """How well the ink takes from place to place, float32 (height, width), 0.7 to 1: skin and paper have relief."""
    coarse = cv2.resize(rng.uniform(0.7, 1.3, (48, 48)).astype(np.float32), (width, height))
    return np.clip(coarse, 0, 1)


def _curve(canvas: np.ndarray, points: np.ndarray, thick: int) -> None:
    cv2.polylines(canvas, [np.rint(points).astype(np.int32)], False, 255, thick, cv2.LINE_AA)


def _dots(canvas: np.ndarray, centre: np.ndarray, thick: int, rng: np.random.Generator) -> None:
    """Three to six dots around the centre."""
    number, start = int(rng.integers(3, 7)), rng.uniform(0, 2 * np.pi)
    for angle in start + np.arange(number) * 2 * np.pi / number:
        away = np.array([np.cos(angle), np.sin(angle)]) * rng.uniform(0.1, 0.22) * len(canvas)
        x, y = (int(value) for value in centre + away)
        cv2.circle(canvas, (x, y), round(thick * rng.uniform(1.0, 1.6)), 255, -1, cv2.LINE_AA)


def _ring(canvas: np.ndarray, centre: np.ndarray, thick: int, rng: np.random.Generator) -> None:
    """A hand-drawn circle, closed or not."""
    turn = rng.uniform(0, 2 * np.pi) + np.linspace(0, rng.uniform(4.2, 6.6), 80)
    radius = len(canvas) * rng.uniform(0.15, 0.28) * (1 + 0.06 * np.cos(2 * turn + rng.uniform(0, 6)))
    _curve(canvas, centre + np.column_stack([np.cos(turn) * radius, np.sin(turn) * radius]), thick)


def _arrow(canvas: np.ndarray, centre: np.ndarray, thick: int, rng: np.random.Generator) -> None:
    angle, length = rng.uniform(0, 2 * np.pi), len(canvas) * rng.uniform(0.2, 0.35)
    back = np.array([np.cos(angle), np.sin(angle)]) * length
    start, tip = (centre + back).astype(int).tolist(), centre.astype(int).tolist()
    cv2.arrowedLine(canvas, start, tip, 255, thick, cv2.LINE_AA, 0, 0.3)


def _scribbles(canvas: np.ndarray, centre: np.ndarray, thick: int, rng: np.random.Generator) -> None:
    """One to four zigzags."""
    for _ in range(int(rng.integers(1, 5))):
        steps = int(rng.integers(5, 9))
        along, swing = np.linspace(-1, 1, steps), np.tile([-1.0, 1.0], steps)[:steps] * rng.uniform(0.7, 1.3, steps)
        points = np.column_stack([along * rng.uniform(0.06, 0.12), swing * rng.uniform(0.04, 0.08)]) * len(canvas)
        angle = rng.uniform(0, np.pi)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        at = centre + rng.uniform(-0.2, 0.2, 2) * len(canvas)
        _curve(canvas, at + points @ turn, max(round(thick * 0.6), 1))


def _lines(canvas: np.ndarray, centre: np.ndarray, thick: int, rng: np.random.Generator) -> None:
    """Two to four strokes of the pen, each a little bent, side by side."""
    angle, t = rng.uniform(0, np.pi), np.linspace(-1, 1, 20)
    forward = np.array([np.cos(angle), np.sin(angle)])
    aside = np.array([-forward[1], forward[0]])
    for number in range(int(rng.integers(2, 5))):
        half, bend = len(canvas) * rng.uniform(0.08, 0.2), len(canvas) * rng.uniform(-0.02, 0.02)
        middle = centre + aside * (number - 1) * len(canvas) * rng.uniform(0.04, 0.07)
        _curve(canvas, middle + np.outer(t * half, forward) + np.outer(t**2 * bend, aside), thick)
