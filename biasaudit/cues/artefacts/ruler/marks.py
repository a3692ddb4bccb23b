"""Loose parallel marks near the frame: a ruler of which the picture shows only a corner."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from biasaudit.cues.artefacts.ruler.lines import odd
from biasaudit.cues.components import components

MARGIN = 0.16
"""Loose marks are looked for this near the frame, as a share of the longest side."""


class _Marks(NamedTuple):
    x: np.ndarray
    y: np.ndarray
    direction: np.ndarray
    long: np.ndarray
    thin: np.ndarray
    weber: np.ndarray
    cut_off: np.ndarray


def _loose_marks(gray: np.ndarray) -> tuple[_Marks, float]:
    """Short straight dark strokes near the frame, and how many specks there are for them to arise from."""
    height, width = gray.shape
    side = max(height, width)
    ground = cv2.morphologyEx(gray, cv2.MORPH_CLOSE, np.ones((odd(side / 34),) * 2, np.uint8))
    dark = (cv2.subtract(ground, gray) > np.maximum(ground, 48) >> 2).view(np.uint8)  # Weber contrast 1/4
    found = components(dark)
    area = found.area
    corner, extent = np.stack([found.left, found.top], axis=1), np.stack([found.width, found.height], axis=1)
    y, x = np.divmod(found.at, width)
    centre = (
        np.stack([np.bincount(found.of, each, area.size) for each in (x, y)], axis=1) / np.maximum(area, 1)[:, None]
    )
    speck = (np.minimum(centre, [width - 1, height - 1] - centre).min(axis=1) < MARGIN * side) & (area >= 8)
    speck &= extent.max(axis=1) >= 5
    speck[0] = False  # the ground
    chosen = np.flatnonzero(speck & (extent.max(axis=1) <= 0.14 * side))
    place = np.full(area.size, -1)
    place[chosen] = np.arange(chosen.size)
    which = place[found.of]
    y, x, which = (a[which >= 0] for a in (y, x, which))

    def mean(values: np.ndarray) -> np.ndarray:
        return np.bincount(which, values, chosen.size) / area[chosen]

    cx, cy = mean(x), mean(y)
    dx, dy = x - cx[which], y - cy[which]
    xx, yy, xy = mean(dx * dx), mean(dy * dy), mean(dx * dy)
    spread, middle = np.hypot((xx - yy) / 2, xy), (xx + yy) / 2
    long, thin = np.sqrt(12 * (middle + spread) + 1), np.sqrt(12 * np.maximum(middle - spread, 0) + 1)
    corner, extent = corner[chosen], extent[chosen]
    cut_off = (corner <= 1).any(axis=1) | (corner + extent >= [width - 1, height - 1]).any(axis=1)
    straight = (area[chosen] > 0.75 * long * thin) & (thin < 0.035 * side)
    straight &= long > thin * np.where(cut_off, 1.5, 2.2)
    weber = mean(1 - gray[y, x] / np.maximum(ground[y, x], 48.0))
    traits = np.stack([cx, cy, 0.5 * np.arctan2(2 * xy, xx - yy), long, thin, weber, cut_off])
    keep = np.flatnonzero(straight)
    keep = keep[np.argsort(-(long * weber)[keep], kind="stable")[:24]]
    # A long hair could break into many strokes, so the ink counts, not only the number of specks.
    typical = float(np.mean(long[keep] * thin[keep])) if keep.size else 1.0
    return _Marks(*traits[:, keep]), max(float(speck.sum()), float(area[speck].sum()) / typical)


def marks_at_the_frame(gray: np.ndarray) -> float:
    """Nats, at least 0, by which loose parallel marks at even steps near the frame beat chance.

    gray: float32 (height, width), luma, 0 to 255.
    """
    height, width = gray.shape
    side = max(height, width)
    mark, n_specks = _loose_marks(gray)
    if not mark.x.size:
        return 0.0
    margin = height * width * (1 - (1 - 2 * MARGIN) ** 2)
    # One mark cut off by the frame says a little, where few specks are about.
    cut_by_chance = np.minimum(mark.long * (height + width) / margin, 1)
    lone = float((-np.log(n_specks * cut_by_chance) * mark.cut_off).max(initial=0.0))

    turn = np.abs((mark.direction[:, None] - mark.direction + np.pi / 2) % np.pi - np.pi / 2)
    longer = np.maximum(mark.long, mark.long[:, None])
    shorter = np.minimum(mark.long, mark.long[:, None])
    alike = turn < np.maximum(1.5 / shorter, 0.12)
    for trait, ratio in ((mark.thin, 1.8), (mark.weber, 1.7)):
        alike &= np.maximum(trait / trait[:, None], trait[:, None] / trait) < ratio
    dx, dy = mark.x - mark.x[:, None], mark.y - mark.y[:, None]
    cos, sin = np.cos(mark.direction)[:, None], np.sin(mark.direction)[:, None]
    step, slip = dy * cos - dx * sin, np.abs(dx * cos + dy * sin)
    # The frame cuts marks off, so their centres need not lie on a line across them.
    alike &= slip < 0.8 * longer + 3 + 0.1 * np.abs(step)
    first, second = np.nonzero(alike & (step > 0.015 * side) & (step < 0.2 * side))
    if not first.size:
        return lone
    # Each such pair sets a comb; which other marks fall on its teeth?
    period = step[first, second]
    tooth = np.rint(step[first] / period[:, None])
    slack = np.maximum(0.1 * period, 1.5)
    hit = alike[first] & (np.abs(tooth) <= 12)
    hit &= np.abs(step[first] - tooth * period[:, None]) < slack[:, None]
    taken = np.zeros((first.size, 25), bool)
    comb, other = np.nonzero(hit)
    taken[comb, tooth[comb, other].astype(int) + 12] = True
    taken[:, 12] = True
    n_taken = taken.sum(axis=1)
    n_teeth = 25 - taken.argmax(axis=1) - taken[:, ::-1].argmax(axis=1)
    # Expected number, among so many specks, of such pairs and of further marks on a given tooth, by accident.
    place = 0.09 * n_specks * 2 * (0.8 * mark.long[first] + 3) / margin  # 0.09: parallel within 8 degrees
    pairs, further = place * (n_specks - 1) / 2 * 0.2 * side, place * 2 * slack
    nats = -np.log(np.maximum(pairs, 1e-9)) - (n_taken - 2) * np.log(further) - 2.0 * (n_teeth - n_taken)
    return max(float(nats.max()), lone)
