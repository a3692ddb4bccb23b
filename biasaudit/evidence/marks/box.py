"""Where a mark is: the smallest part of a picture in which its detector still sees it."""

from __future__ import annotations

import cv2
import numpy as np

from biasaudit.cues.amounts import as_photo
from biasaudit.cues.cue import Cue
from biasaudit.cues.resizing import with_longest_side
from biasaudit.results import Region

SIDE = 512
"""Longest side at which a mark is looked for, in pixels; larger pictures are reduced first."""
KEPT, LARGE = (0.75, 0.5, 0.0), 0.25
"""Share of the whole picture's value that what is left must keep, if that is above the threshold: the next smaller one
where the box still takes more than that share of the picture, as around two scales, one at either edge."""
STEPS = (1 / 4, 1 / 8, 1 / 16)
"""How far a side of the box moves in at a time, as a share of the picture's side: the coarse steps first."""
BLURRED = 1 / 12
"""Standard deviation of the blur outside of the box, as a share of the longest side: no mark is left of it."""
WHOLE = 0.8
"""Share of the picture from which on a box says nothing of where."""


def box_of(cue: Cue, rgb: np.ndarray) -> Region | None:
    """The box of one mark of an artefact cue, or None where it is not seen, or is not in one place.

    rgb: uint8 (height, width, 3). The sides of a box move in as long as the cue still measures enough in the picture
    that is blurred outside of it: of several marks one is left. Needs nothing but the cue's measure.
    """
    if cue.threshold is None:
        return None
    rgb = np.ascontiguousarray(with_longest_side(rgb, SIDE, 1.0))
    value = float(cue.measure(as_photo(rgb)))
    if not value >= cue.threshold:
        return None
    without = cv2.GaussianBlur(rgb, (0, 0), BLURRED * max(rgb.shape))
    if float(cue.measure(as_photo(without))) >= cue.threshold:  # a blur does not take it away, so that no box shows it
        return None
    box = [0.0, 0.0, 1.0, 1.0]
    for kept in KEPT:
        if _area(box) > LARGE:
            box = _shrunk(box, cue, rgb, without, max(cue.threshold, kept * value))
    left, upper, right, lower = box
    return None if _area(box) > WHOLE else (left, upper, right, lower)


def _area(box: list[float]) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _shrunk(box: list[float], cue: Cue, rgb: np.ndarray, without: np.ndarray, enough: float) -> list[float]:
    """The box with its sides moved in as far as the cue still measures `enough`."""
    for step in STEPS:
        moved = True
        while moved:
            moved = False
            for side in range(4):
                tried = box.copy()
                tried[side] += step if side < 2 else -step
                if tried[side % 2 + 2] - tried[side % 2] >= step and _seen(cue, rgb, without, tried) >= enough:
                    box, moved = tried, True
    return box


def _seen(cue: Cue, rgb: np.ndarray, without: np.ndarray, box: list[float]) -> float:
    """What the cue measures where only the box is as it was."""
    height, width = rgb.shape[:2]
    inside = np.zeros((height, width), np.float32)
    left, right = (round(edge * width) for edge in box[::2])
    upper, lower = (round(edge * height) for edge in box[1::2])
    inside[upper:lower, left:right] = 1
    soft = cv2.blur(inside, (5, 5))[..., None]  # a sharp edge around it would be a mark of its own
    shown = without + soft * (rgb.astype(np.float32) - without)
    value = float(cue.measure(as_photo(np.rint(shown).astype(np.uint8))))
    return value if np.isfinite(value) else -np.inf
