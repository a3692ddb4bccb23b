"""Entropy: how evenly the image uses the steps between black and white."""

from __future__ import annotations

import cv2
import numpy as np

from biasaudit.cues.amounts import move_by, touched
from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import opposite_halves
from biasaudit.images.photo import Photo


@cue(
    kind="property",
    question="Is one class poorer in tones than the others?",
    unit="bits, 0 to 8",
)
def entropy(photo: Photo) -> float:
    """Why it matters: few tones are left after scanning line art, converting to a palette, hard "levels" or saving
    from a screen; many tones after local equalisation. Both are habits of a source. Collections of drawings,
    renderings and screenshots differ from photographs in it first.

    How it is measured: Shannon's entropy of the histogram of luma in 256 steps: 0 is one tone, 8 all tones alike.

    What it cannot show: where the tones are; shuffled pixels have the same entropy. It follows the contrast, and
    noise fills empty steps: where those differ between the classes, this follows. Plain backgrounds lower it. The
    insert takes tones away only: which tones to add, an image does not tell.

    References: Shannon 1948, A mathematical theory of communication, Bell System Technical Journal 27; Zuiderveld
    1994, Contrast limited adaptive histogram equalization, Graphics Gems IV; Rahane & Subramanian 2020, Measures
    of complexity for large scale image datasets, ICAIIC.
    """
    shares = photo.tones[photo.tones > 0] / photo.luma.size
    return float(abs((shares * np.log2(shares)).sum()))


@entropy.inserts(directions=(-1,), placebo=opposite_halves)
def _posterise(rgb: np.ndarray, amount: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Luma rounded to fewer, even steps, as in a palette. Brightness and contrast stay."""
    luma = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)

    def posterise(strength: float) -> np.ndarray:
        step = 1 + strength
        rounded = np.rint(luma / step) * step
        return np.clip(np.rint(rgb + (rounded - luma)[..., None]), 0, 255).astype(np.uint8)

    changed = move_by(-abs(amount), rgb, entropy.measure, posterise, strongest=126)
    return changed, touched(rgb, changed)
