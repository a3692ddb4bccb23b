"""How far to turn a knob so that a cue moves by the amount asked for.

A blur of two pixels makes one image a little softer and another much softer. What an intervention needs is an
equal change in the cue's own unit, so inserts search for the strength that gives it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from biasaudit.images.photo import FileFacts, Photo


def as_photo(rgb: np.ndarray) -> Photo:
    """Pixels, uint8 (height, width, 3), as a `Photo`, so that an insert can measure its own work.

    Traits of the file stay unknown.
    """
    height, width = rgb.shape[:2]
    return Photo(rgb, FileFacts(width=width, height=height, n_bytes=0, format="", mode="RGB"))


def touched(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Where two pictures, uint8 (height, width, 3) both, differ in any channel: bool (height, width)."""
    return np.any(before != after, axis=-1)


def move_by(
    amount: float,
    rgb: np.ndarray,
    measure: Callable[[Photo], float],
    change: Callable[[float], np.ndarray],
    *,
    weakest: float = 0.0,
    strongest: float,
    steps: int = 12,
) -> np.ndarray:
    """`change(strength)`, uint8 (height, width, 3), for the strength that moves `measure` by `amount`.

    amount: how far, signed, in the measure's unit. rgb: uint8 (height, width, 3), the picture as it is. change:
    strength, from `weakest` to `strongest`, to a picture of that shape. steps: changes that are tried at most. By false
    position: where one end stays for two steps its error is halved (the Illinois rule; Dowell & Jarratt 1971, BIT 11).

    `weakest` must leave the image as it is, or nearly. Where even the strongest change does not get there (an
    image can't be darker than black), the strongest is returned.
    """
    start = measure(as_photo(rgb))
    if not math.isfinite(start) or amount == 0:
        return rgb.copy()

    def share_done(changed: np.ndarray) -> float:
        reached = (measure(as_photo(changed)) - start) / amount
        return reached if math.isfinite(reached) else 1.0

    closest = change(strongest)
    beyond = share_done(closest) - 1
    if beyond < 0:
        return closest
    gap, low, high, short = beyond, weakest, strongest, -1.0
    side = 0
    for _ in range(steps):
        middle = low - short * (high - low) / (beyond - short) if beyond > 0 else high
        changed = change(middle)
        error = share_done(changed) - 1
        if abs(error) < gap:
            closest, gap = changed, abs(error)
        if gap < 0.01:
            break
        if error < 0:
            low, short, beyond, side = middle, error, beyond / 2 if side < 0 else beyond, -1
        else:
            high, beyond, short, side = middle, error, short / 2 if side > 0 else short, 1
    return closest
