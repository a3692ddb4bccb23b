"""How round and how sharply coloured the outline of a region is."""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np

FRAME = 4
"""Pixels at the picture's edge in which an outline is the frame's and not the region's."""

FEWEST = 12
"""Places on an outline that a circle is fitted to at least."""

STEP_WIDTH, WIDE = 3.5, 7.0
"""Pixels inside and outside of the outline at which the colours are compared; where the step is much larger at the
second distance, the edge is soft."""

TOUCH = 2
"""Pixels within which the region comes to its convex hull where it fills it."""

WEAK_PART = 0.15
"""The colour step of an outline is that of its weak parts: this quantile of the steps along it."""

RADII = (0.07, 1.0)
"""Least and largest radius in longest sides: smaller are buttons, lamps and moles, larger are nearly straight."""

ROUNDNESS = 1.2
"""Mean distance to the circle, in pixels, at which the value falls to 1/e."""

ALIKE = 15.0
"""Largest distance in a*b* of pixels that have the patch's hue too."""

ISOLATION = 3.0
"""How fast the value falls with the share of the rest that has the patch's hue: at a third of it, nothing is left."""


class Circle(NamedTuple):
    """A circle in pixels of the working image."""

    x: float
    y: float
    radius: float

    def beyond(self, places: np.ndarray) -> np.ndarray:
        """Signed distance from the circle in pixels, float (n,), positive outside, of places as x, y: float (n, 2)."""
        return np.hypot(places[:, 0] - self.x, places[:, 1] - self.y) - self.radius


def _fitted(places: np.ndarray) -> Circle:
    """The circle with the least squared power of the places (Kasa 1976)."""
    middle = places.mean(axis=0)
    offsets = places - middle
    left = np.column_stack([2 * offsets, np.ones(len(offsets))])
    solution = np.linalg.lstsq(left.T @ left, left.T @ (offsets**2).sum(axis=1), rcond=None)[0]
    centre = solution[:2] + middle
    return Circle(float(centre[0]), float(centre[1]), math.sqrt(max(solution[2] + solution[:2] @ solution[:2], 1e-9)))


def _robustly_fitted(places: np.ndarray) -> Circle:
    """Fitted again twice to the places that lie near: hairs and highlights dent the outline of a patch."""
    circle = _fitted(places)
    for _ in range(2):
        off = np.abs(circle.beyond(places))
        near = off < max(1.5 * float(np.median(off)), 1.0)
        if near.sum() < FEWEST:
            break
        circle = _fitted(places[near])
    return circle


def _colour_steps(circle: Circle, places: np.ndarray, lab: np.ndarray, width: float) -> np.ndarray:
    """Distance in a*b* between `width` pixels within the circle and as many beyond it, beside each of the places."""
    centre = np.array([circle.x, circle.y])
    outward = places - centre
    outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-9)
    sides = []
    for shift in (-width, width):
        at = np.rint(centre + outward * (circle.radius + shift)).astype(int)
        columns, rows = at[:, 0].clip(0, lab.shape[1] - 1), at[:, 1].clip(0, lab.shape[0] - 1)
        sides.append(lab[rows, columns, 1:])
    return np.linalg.norm(sides[0] - sides[1], axis=1)


def _hull(region: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The region's convex hull as a mask, and the places on its outline that are not the frame's, (n, 2) as x, y.

    The hull closes what a hair, a highlight or a second sticker on top takes out of a sticker.
    """
    filled = np.zeros_like(region)
    outlines, _ = cv2.findContours(region, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return filled, np.empty((0, 2))
    cv2.fillConvexPoly(filled, cv2.convexHull(max(outlines, key=len)), 1)
    outlines, _ = cv2.findContours(filled, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    places = outlines[0][:, 0].astype(np.float64)
    beyond = np.array(region.shape[::-1]) - FRAME
    return filled, places[np.all((places >= FRAME) & (places < beyond), axis=1)]


def roundness(region: np.ndarray, lab: np.ndarray) -> float:
    """The colour step along the region's outline; less, the less this is a circle, sharp, filled, and alone.

    region: uint8 (height, width), 0 or 1. lab: float32 (height, width, 3), CIE L*a*b*. Returns CIE a*b* units, at least
    0.
    """
    region = cv2.morphologyEx(region, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    region = cv2.morphologyEx(region, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5)))
    hull, places = _hull(region)
    if len(places) < FEWEST:
        return 0.0
    circle = _robustly_fitted(places)
    off = float(np.abs(circle.beyond(places)).mean())
    if off > 2 * ROUNDNESS or not RADII[0] <= circle.radius / max(region.shape) <= RADII[1]:
        return 0.0
    steps = _colour_steps(circle, places, lab, STEP_WIDTH)
    sharp = float(np.median(steps)) / max(float(np.median(_colour_steps(circle, places, lab, WIDE))), 1e-6)
    columns, rows = places.astype(int).T
    reached = float(cv2.dilate(region, np.ones((2 * TOUCH + 1,) * 2, np.uint8))[rows, columns].mean())
    overlap, alike = _overlap_and_likeness(circle, hull, region, lab)
    round_ = math.exp(-((off / ROUNDNESS) ** 2)) * overlap**2 * reached**2
    return float(np.quantile(steps, WEAK_PART)) * round_ * min(sharp, 1.0) ** 2 * max(1 - ISOLATION * alike, 0.0)


def _overlap_and_likeness(circle: Circle, hull: np.ndarray, region: np.ndarray, lab: np.ndarray) -> tuple[float, float]:
    """The share that disc and hull have in common of both, and the share of the rest that has the region's hue."""
    disc = np.zeros_like(region)
    centre = (round(circle.x * 16), round(circle.y * 16))
    cv2.circle(disc, centre, round(circle.radius * 16), 1, -1, cv2.LINE_8, 4)
    either = cv2.bitwise_or(disc, hull)
    overlap = cv2.countNonZero(cv2.bitwise_and(disc, hull)) / max(cv2.countNonZero(either), 1)
    hue = np.median(lab[..., 1:][region > 0], axis=0)
    rest = lab[..., 1:][either == 0]
    if len(rest) == 0:
        return overlap, 1.0
    return overlap, float((np.linalg.norm(rest - hue, axis=1) < ALIKE).mean())
