"""Thin curves in a picture: ridges of brightness, linked where they run on in about one direction."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from biasaudit.cues.vectors import magnitude

FAINT = 1.0
"""Curvature in grey levels per square pixel that counts as none, so that noise on an even ground links nothing."""
CLEAR = 1.5
"""How many times more curved than its surroundings (and `FAINT`) the brightness must be along a curve."""
SURROUNDINGS = 31
"""Side in pixels of the square that makes up a pixel's surroundings."""
N_SECTORS = 6
"""Sectors of direction, 30 degrees each. Pixels are linked within two neighbouring ones: crossing curves stay apart."""
SHORTEST = 0.05
"""The shortest curve that is kept, in lengths of the image's longest side."""
BESIDE = 4
"""Pixels from a curve's middle to the ground beside it."""


class Curves(NamedTuple):
    """The curves of one image, one row each."""

    x: np.ndarray
    """Column of the middle, pixels."""
    y: np.ndarray
    """Row of the middle, pixels."""
    along: np.ndarray
    """Unit vectors along the curves, (n, 2) as x, y."""
    length: np.ndarray
    """Length in pixels."""
    from_straight: np.ndarray
    """Root mean square distance from a straight line, pixels."""
    from_bent: np.ndarray
    """Root mean square distance from an evenly bent line (a parabola), pixels."""
    polarity: np.ndarray
    """1 dark, -1 light."""
    depth: np.ndarray
    """Grey levels between the curve and that side of it which is more like it."""
    step: np.ndarray
    """Grey levels between its two sides."""
    opaque: np.ndarray
    """Least contrast in any colour channel over the largest: 1 for black and grey, near 0 for ink and vessels."""


class _Ridges(NamedTuple):
    x: np.ndarray
    y: np.ndarray
    across: np.ndarray
    polarity: np.ndarray


def _ridges(gray: np.ndarray) -> _Ridges:
    """Crests of thin dark and light strokes, one pixel wide, with the direction across them, 0 to pi."""
    xx, yy, xy = (cv2.Sobel(gray, cv2.CV_32F, i, j, ksize=5, scale=1 / 16) for i, j in ((2, 0), (0, 2), (1, 1)))
    # Eigenvalues are (total +- spread) / 2. The larger one less the smaller: ridges stay, blobs and saddles go.
    total = cv2.add(xx, yy)
    difference = cv2.subtract(xx, yy, dst=xx)
    xy *= 2
    strength = np.minimum(np.abs(total), magnitude(difference, xy, yy))
    surroundings: np.ndarray = cv2.blur(strength, (SURROUNDINGS, SURROUNDINGS))
    surroundings += FAINT
    inner = strength[1:-1, 1:-1] > CLEAR * surroundings[1:-1, 1:-1]
    width = gray.shape[1]
    rows, columns = np.divmod(np.flatnonzero(inner), width - 2)
    at = (rows + 1) * width + columns + 1
    sign = np.where(total.ravel()[at] > 0, 1, -1)
    across = 0.5 * np.arctan2(sign * xy.ravel()[at], sign * difference.ravel()[at]) % np.pi
    neighbour = np.array([1, width + 1, width, width - 1])[np.rint(across * 4 / np.pi).astype(int) % 4]
    flat = strength.ravel()
    crest = (flat[at] >= flat[at + neighbour]) & (flat[at] >= flat[at - neighbour])
    y, x = np.divmod(at[crest], width)
    return _Ridges(x, y, across[crest], sign[crest])


def _link(ridges: _Ridges, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, int]:
    """Ridge pixels that belong to curves, the number of each one's curve, and how many curves there are.

    Light curves are linked in the same pass as dark ones that run across them, which saves half of the time.
    """
    sector = (np.floor(ridges.across * N_SECTORS / np.pi) + (ridges.polarity < 0) * N_SECTORS // 2) % N_SECTORS
    pixels, numbers, n_curves = [], [], 0
    canvas, least = np.zeros(shape, np.uint8), SHORTEST * max(shape)
    for first in range(N_SECTORS):
        chosen = np.flatnonzero((sector == first) | (sector == (first + 1) % N_SECTORS))
        canvas[:] = 0
        canvas[ridges.y[chosen], ridges.x[chosen]] = 1
        count, label = cv2.connectedComponents(canvas)
        part = label[ridges.y[chosen], ridges.x[chosen]]
        long = np.hypot(*(_extent(part, places[chosen], count) for places in (ridges.x, ridges.y))) > least
        number = np.where(long, np.cumsum(long) - 1, -1)[part]
        pixels.append(chosen[number >= 0])
        numbers.append(number[number >= 0] + n_curves)
        n_curves += int(long.sum())
    return np.concatenate(pixels), np.concatenate(numbers), n_curves


def _extent(part: np.ndarray, places: np.ndarray, count: int) -> np.ndarray:
    """Pixels from the first to the last place of each part, 0 of one that has none; `part`: the part of each place."""
    first, last = np.full(count, np.iinfo(np.int32).max), np.full(count, -1)
    np.minimum.at(first, part, places)
    np.maximum.at(last, part, places)
    return np.maximum(last - first + 1, 0)


def find_curves(rgb: np.ndarray, gray: np.ndarray) -> Curves:
    """All thin curves of a picture (ridges by the Hessian, as in Steger 1998), lengths and places in its pixels.

    rgb: uint8 (height, width, 3). gray: float32 (height, width), its luma, 0 to 255. Both sides are at least 3.
    """
    ridges = _ridges(gray)
    pixel, curve, n = _link(ridges, gray.shape)
    count = np.maximum(np.bincount(curve, minlength=n), 1)

    def mean(values: np.ndarray) -> np.ndarray:
        return np.bincount(curve, values, minlength=n) / count

    x, y, across = ridges.x[pixel], ridges.y[pixel], ridges.across[pixel]
    mid_x, mid_y = mean(x), mean(y)
    u, v = x - mid_x[curve], y - mid_y[curve]
    angle = 0.5 * np.arctan2(2 * mean(u * v), mean(u * u) - mean(v * v))
    cos, sin = np.cos(angle), np.sin(angle)
    t, w = u * cos[curve] + v * sin[curve], v * cos[curve] - u * sin[curve]
    spread, off = mean(t * t), mean(w * w)
    # What is left of w once a parabola in t is taken off: w has mean 0 and does not go with t.
    bent = t * t - spread[curve] - (mean(t**3) / np.maximum(spread, 1e-6))[curve] * t
    left = off - mean(w * bent) ** 2 / np.maximum(mean(bent * bent), 1e-6)

    height, width = gray.shape
    normal_x, normal_y = np.cos(across), np.sin(across)
    flip = np.where(normal_y * cos[curve] - normal_x * sin[curve] < 0, -1.0, 1.0)

    def beside(side: int) -> np.ndarray:
        row = np.clip(np.rint(y + side * flip * normal_y).astype(int), 0, height - 1)
        column = np.clip(np.rint(x + side * flip * normal_x).astype(int), 0, width - 1)
        return rgb[row, column].astype(np.float32)

    middle, left_side, right_side = rgb[y, x].astype(np.float32), beside(-BESIDE), beside(BESIDE)
    luma = np.array([0.299, 0.587, 0.114], np.float32)
    polarity = np.where(mean(ridges.polarity[pixel]) > 0, 1, -1)
    one, other = (polarity * mean((side - middle) @ luma) for side in (left_side, right_side))
    contrast = np.stack([np.abs(mean(c)) for c in ((left_side + right_side) / 2 - middle).T])
    return Curves(
        x=mid_x,
        y=mid_y,
        along=np.stack([cos, sin], axis=1),
        length=np.sqrt(12 * spread),
        from_straight=np.sqrt(np.maximum(off, 0)),
        from_bent=np.sqrt(np.maximum(left, 0)),
        polarity=polarity,
        depth=np.minimum(one, other),
        step=mean(np.abs((left_side - right_side) @ luma)),
        opaque=contrast.min(axis=0) / np.maximum(contrast.max(axis=0), 1.0),
    )
