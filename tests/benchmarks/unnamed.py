"""Artefacts that no cue of the project names, drawn over a photograph: what discovery has to find by itself."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

Drawn = tuple[np.ndarray, np.ndarray]
"""The picture, uint8 (height, width, 3), and how much of it the artefact covers, float32 (height, width), 0 to 1."""


def _blend(rgb: np.ndarray, colour: tuple[float, float, float], cover: np.ndarray) -> Drawn:
    cover = np.clip(cover, 0, 1).astype(np.float32)
    mixed = rgb * (1 - cover[..., None]) + np.float32(colour) * cover[..., None]
    return np.clip(np.rint(mixed), 0, 255).astype(np.uint8), cover


def coffee_ring(rgb: np.ndarray, rng: np.random.Generator) -> Drawn:
    """A brown ring, darker at its outer edge, anywhere."""
    height, width = rgb.shape[:2]
    x, y = rng.uniform(0.25, 0.75) * width, rng.uniform(0.25, 0.75) * height
    radius, rows, columns = rng.uniform(0.14, 0.22) * min(height, width), *np.mgrid[:height, :width]
    away = (np.hypot(columns - x, rows - y) - radius) / (0.02 * min(height, width))
    ring = np.where(away > 0, np.exp(-(away**2)), np.exp(-np.abs(away) / 2)) * rng.uniform(0.6, 0.8)
    return _blend(rgb, (92, 58, 28), ring)


def corner_rosette(rgb: np.ndarray, rng: np.random.Generator) -> Drawn:
    """A two-coloured emblem in the lower left corner."""
    height, width = rgb.shape[:2]
    side = min(height, width)
    centre, radius = (round(0.1 * side), round(height - 0.1 * side)), 0.065 * side
    disc, star = np.zeros((height, width), np.float32), np.zeros((height, width), np.float32)
    cv2.circle(disc, centre, round(radius), 1.0, -1, cv2.LINE_AA)
    turn = np.arange(10) * np.pi / 5
    reach = np.where(np.arange(10) % 2, 0.4, 0.95) * radius
    points = np.stack([centre[0] + reach * np.sin(turn), centre[1] - reach * np.cos(turn)], axis=1)
    cv2.fillPoly(star, [np.rint(points).astype(np.int32)], 1.0, cv2.LINE_AA)
    first, cover = _blend(rgb, (20, 60, 150), disc * 0.9)
    return _blend(first, (250, 210, 60), star)[0], np.maximum(cover, star)


def coloured_edge(rgb: np.ndarray, rng: np.random.Generator) -> Drawn:
    """A thin bright line around the picture."""
    height, width = rgb.shape[:2]
    cover, thick = np.zeros((height, width), np.float32), max(round(0.025 * min(height, width)), 2)
    cover[:thick], cover[-thick:], cover[:, :thick], cover[:, -thick:] = 1, 1, 1, 1
    return _blend(rgb, (230, 90, 20), cover)


def sensor_dust(rgb: np.ndarray, rng: np.random.Generator) -> Drawn:
    """Six soft dark spots, always at the same places."""
    height, width = rgb.shape[:2]
    rows, columns, spots = *np.mgrid[:height, :width], np.zeros((height, width))
    for x, y in np.random.default_rng(5).uniform(0.1, 0.9, (6, 2)):
        away = np.hypot(columns - x * width, rows - y * height) / (0.02 * min(height, width))
        spots = np.maximum(spots, np.exp(-(away**2) / 2))
    return _blend(rgb, (40, 40, 40), spots * 0.7)


def barcode(rgb: np.ndarray, rng: np.random.Generator) -> Drawn:
    """A white label with black bars, near an edge, a little turned."""
    height, width = rgb.shape[:2]
    tall, wide = round(0.12 * min(height, width)), round(0.24 * min(height, width))
    label = np.full((tall, wide), 245, np.uint8)
    bars = rng.random(wide // 2).repeat(2)[:wide] < 0.5
    label[round(tall * 0.15) : round(tall * 0.85), 3:-3][:, bars[3 : wide - 3]] = 15
    x, y = rng.uniform(0.05, 0.95) * (width - wide), rng.choice([0.03, 0.85]) * height
    turn = cv2.getRotationMatrix2D((wide / 2, tall / 2), rng.uniform(-12, 12), 1)
    turn[:, 2] += (x, y)
    ink = cv2.warpAffine(label, turn, (width, height), flags=cv2.INTER_LINEAR)
    cover = cv2.warpAffine(np.ones_like(label, np.float32), turn, (width, height), flags=cv2.INTER_LINEAR)[..., None]
    drawn = np.clip(np.rint(rgb * (1 - cover) + ink[..., None] * cover), 0, 255).astype(np.uint8)
    return drawn, cover[..., 0]


def scratches(rgb: np.ndarray, rng: np.random.Generator) -> Drawn:
    """Three to five long, thin, pale lines, nearly upright, as on film."""
    height, width = rgb.shape[:2]
    cover = np.zeros((height, width), np.float32)
    for _ in range(int(rng.integers(3, 6))):
        x, lean = rng.uniform(0.05, 0.95) * width, rng.normal(0, 0.04) * width
        ends = (round(x), 0), (round(x + lean), height)
        cv2.line(cover, *ends, rng.uniform(0.6, 0.9), max(round(0.006 * width), 1), cv2.LINE_AA)
    return _blend(rgb, (240, 235, 220), cover)


def paper_clip(rgb: np.ndarray, rng: np.random.Generator) -> Drawn:
    """A grey clip at the upper edge."""
    height, width = rgb.shape[:2]
    side = min(height, width)
    x, cover = rng.uniform(0.15, 0.85) * width, np.zeros((height, width), np.float32)
    for inset, depth in ((0.0, 0.22), (0.012, 0.17)):
        left, right, low = x - (0.035 - inset) * side, x + (0.035 - inset) * side, depth * side
        points = [(left, 0), (left, low), *_arc(x, low, right - x), (right, low), (right, 0.02 * side)]
        line = np.rint(points).astype(np.int32)
        cv2.polylines(cover, [line], False, 1.0, max(round(0.012 * side), 2), cv2.LINE_AA)
    return _blend(rgb, (150, 155, 165), cover)


def _arc(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    return [(x + radius * np.cos(turn), y + radius * np.sin(turn)) for turn in np.linspace(np.pi, 0, 9)]


def stamp(rgb: np.ndarray, rng: np.random.Generator) -> Drawn:
    """Half a red rubber stamp: two rings and a cross, faint, anywhere."""
    height, width = rgb.shape[:2]
    side = min(height, width)
    centre = (round(rng.uniform(0.2, 0.8) * width), round(rng.uniform(0.2, 0.8) * height))
    cover, radius = np.zeros((height, width), np.float32), 0.11 * side
    for share in (1.0, 0.75):
        cv2.circle(cover, centre, round(radius * share), 1.0, max(round(0.01 * side), 1), cv2.LINE_AA)
    turn = rng.uniform(0, np.pi)
    for more in (0, np.pi / 2):
        along = np.array([np.cos(turn + more), np.sin(turn + more)]) * radius * 0.6
        ends = [tuple(np.rint(np.array(centre) + sign * along).astype(int).tolist()) for sign in (-1, 1)]
        cv2.line(cover, ends[0], ends[1], 1.0, max(round(0.018 * side), 1), cv2.LINE_AA)
    grain = cv2.resize(rng.uniform(0.4, 1.1, (40, 40)).astype(np.float32), (width, height))
    return _blend(rgb, (185, 30, 45), cover * np.clip(grain, 0, 1) * 0.85)


UNNAMED: dict[str, Callable[[np.ndarray, np.random.Generator], Drawn]] = {
    "coffee ring": coffee_ring,
    "corner rosette": corner_rosette,
    "coloured edge": coloured_edge,
    "sensor dust": sensor_dust,
    "barcode": barcode,
    "scratches": scratches,
    "paper clip": paper_clip,
    "stamp": stamp,
}
