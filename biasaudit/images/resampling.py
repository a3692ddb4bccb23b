"""What an earlier resizing left in the pixels, whatever the size of the file is now."""

from __future__ import annotations

import numpy as np

LEAST = 96
"""Shorter side in pixels from which on it is looked for."""
FINENESS = 1024
STEPS = np.arange(410, 880) / FINENESS
"""Steps from a new pixel to the next, in old ones. Nearer to 1 the rhythm is as slow as a subject's."""
BLOCK = 8
STANDS_OUT, ANYWHERE = 5.5, 6.5
"""Strengths from which on a rhythm counts, chosen on photographs, of which about one in a hundred has as much: where
it lies as in a picture that was resized whole, and wherever it lies, as after a crop."""
EITHER, OF_THE_OTHER = 2.5, 0.3
"""The same along rows and along columns alone, at the least, and this share of what it is the other way: what repeats
one way is shown, not made."""
INSIDE = 8.0
"""The same for a doubling, of places `WITHIN` the blocks of JPEG against those beside them."""
WITHIN = (1, 2, 3)
"""Places in a block of 8 whose third differences, and those at either side, are of pixels of that block alone."""
EDGE = 12.0
"""Differences beyond this are edges of what is shown, and count no further."""
AROUND = 9
"""Pixels over which what changes slowly across a picture is averaged, and taken off."""
ORDERS = {2: 1, 3: -1}
"""Differences that are taken, and the sign of their rhythm: the third are small where the second are large."""
# Change i lies at pixel i + order / 2, and a pixel x of the new picture at (x + 1/2) step - 1/2 of the old one.
_LIES = {order: np.exp(2j * np.pi * ((order + 1) / 2 * np.arange(FINENESS) / FINENESS - 0.5)) for order in ORDERS}


def resampled_at(gray: np.ndarray) -> float | None:
    """The step from a new pixel to the next in old ones, 0.4 to 0.86: 0.5 of a doubled picture; None: no rhythm.

    gray: float32 (height, width), luma in the pixels of the file: reduced ones tell nothing. A pixel put between others
    is a mean of them, so that differences between neighbours rise and fall in a rhythm that the step decides, in all
    rows alike (Gallagher 2005; Mahdian & Saic 2008). Only the rest of a step beyond whole pixels shows, and a step and
    one minus it look alike: 0.2 reads as 0.8, and 1.14 of a reduction as 0.86. Steps of 5/8, 3/4 and 7/8 have the
    rhythm of JPEG's blocks and are not looked for; that of a doubling lies where the one of the blocks does not.
    """
    if min(gray.shape) < LEAST:
        return None
    axes = [{order: _changes(lines, order) for order in ORDERS} for lines in (gray, np.ascontiguousarray(gray.T))]
    if _is_doubled([axis[3] for axis in axes]):
        return 0.5
    places = np.rint(STEPS * FINENESS).astype(int)
    both = np.stack([sum(_rhythm(_without_blocks(z), order)[places] for order, z in axis.items()) for axis in axes])
    for axis, extent in zip(both, gray.shape[::-1], strict=True):
        axis[np.abs(STEPS * BLOCK - np.rint(STEPS * BLOCK)) < 2 * BLOCK / extent] = 0
    step = _clearest(both.real, both.real.sum(axis=0) / 2, STANDS_OUT)
    return step or _clearest(np.abs(both), np.sqrt((np.abs(both) ** 2).sum(axis=0)) / 2, ANYWHERE)


def _clearest(each: np.ndarray, joint: np.ndarray, least: float) -> float | None:
    """The step of the strongest rhythm that both axes have. each: float (2, steps); joint: float (steps,)."""
    both_ways = each.min(axis=0) >= np.maximum(EITHER * np.sqrt(2), OF_THE_OTHER * each.max(axis=0))
    strength = np.where(both_ways, joint, 0.0)
    return float(STEPS[strength.argmax()]) if strength.max() >= least else None


def _is_doubled(axes: list[np.ndarray]) -> bool:
    """Whether third differences rise and fall from pixel to pixel, and within the blocks of JPEG as well, which after
    a blur do the same at their edges. axes: `_changes` along rows and columns."""
    whole = sum(_rhythm(changes, 3)[FINENESS // 2].real for changes in axes) / np.sqrt(2)
    if whole < STANDS_OUT:
        return False
    inside = 0.0
    for changes in axes:
        at = np.arange(1, len(changes) - 1)
        risen = (changes[at] - (changes[at - 1] + changes[at + 1]) / 2) * np.where(at % 2, -1, 1)
        risen = risen[np.isin(at % BLOCK, WITHIN)]
        inside += risen.mean() / (risen.std() / np.sqrt(len(risen)) + 1e-6)
    return inside / np.sqrt(2) >= INSIDE


def _changes(lines: np.ndarray, order: int) -> np.ndarray:
    """float (n,): how strongly neighbours along the lines differ at each place, log, less what goes on around it."""
    differences = np.clip(np.diff(lines, order, axis=1), -EDGE, EDGE)
    differences -= differences.mean(axis=0)  # stripes of what is shown have a sign, the same in all lines
    logs = np.log(np.abs(differences).mean(axis=0) + 0.05)
    around = np.convolve(np.pad(logs, AROUND // 2, mode="reflect"), np.full(AROUND, 1 / AROUND), "valid")
    return logs - around


def _without_blocks(changes: np.ndarray) -> np.ndarray:
    """Less outliers, and then less what every eighth place has in common, so that a few lines leave nothing."""
    most = 4 * 1.4826 * np.median(np.abs(changes))
    rest, at = np.clip(changes, -most, most), np.arange(len(changes)) % BLOCK
    return rest - (np.bincount(at, rest, BLOCK) / np.bincount(at, minlength=BLOCK))[at]


def _rhythm(changes: np.ndarray, order: int) -> np.ndarray:
    """complex (1024,): by step the rhythm's strength, about 1 by chance; real where it lies as in a whole picture."""
    strength = np.conj(np.fft.fft(changes, FINENESS)) * _LIES[order] * np.sqrt(2 / len(changes))
    return ORDERS[order] * strength / (changes.std() + 1e-6)
