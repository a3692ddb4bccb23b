"""Why a cue cannot be tested where pictures are too small for it: what it misses there is no sign that it is absent."""

from __future__ import annotations

import numpy as np

from biasaudit.cues.cue import Cue
from biasaudit.images.photo import WORKING_SIDE
from biasaudit.results import NOTHING, Sentence, say

LEAST_KNOWN = 0.5
"""Share of the images learnt from in which a cue must have been measured, to be tested."""


def seen_side(sizes: np.ndarray) -> np.ndarray:
    """Shorter sides of pictures as cues look at them, the longer reduced to `WORKING_SIDE` at most: int (n,), pixels.

    sizes: int (n, 2), width and height of the files.
    """
    return np.rint(sizes.min(axis=1) * np.minimum(1, WORKING_SIDE / np.maximum(sizes.max(axis=1), 1))).astype(int)


def missed(cue: Cue, values: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Which pictures the cue was not measured in because they are too small for it, bool (n,).

    values: float (n,), NaN where it was not measured. sizes: int (n, 2), width and height of the files.
    """
    # In a picture of just that size rounding may say so here and not where it was measured.
    return np.isnan(values) & (seen_side(sizes) <= cue.smallest_side)


def too_small(cue: Cue, values: np.ndarray, sizes: np.ndarray, codes: np.ndarray) -> Sentence:
    """Why a cue is not tested, where pictures are too small for it; nothing where enough are large enough.

    Enough are half of them, and some of at least two classes. values, sizes: as `missed` takes them. codes: int (n,),
    the classes.
    """
    small, known = missed(cue, values, sizes), np.isfinite(values)
    of_classes = len(np.unique(codes[known]))
    if not small.any() or (known.mean() >= LEAST_KNOWN and of_classes > 1):
        return NOTHING
    who = say("the pictures")
    if known.any():
        counted = say("{n} of {all} pictures", n=int(small.sum()), all=len(small))
        who = counted if of_classes > 1 else say("the pictures of all classes but one")
    return say(
        "{who} are {side} pixels on their shorter side{reduced}; this cue needs {needed_pixels}",
        who=who,
        side=_range(seen_side(sizes[small])),
        reduced=_reduced(sizes[small]),
        needed_pixels=cue.smallest_side,
    )


def _range(sides: np.ndarray) -> Sentence:
    low, high = int(sides.min()), int(sides.max())
    return say("{side}", side=low) if low == high else say("{low} to {high}", low=low, high=high)


def _reduced(sizes: np.ndarray) -> Sentence:
    if sizes.max() <= WORKING_SIDE:
        return NOTHING
    return say(", once the longer is brought to {side}", side=WORKING_SIDE)
