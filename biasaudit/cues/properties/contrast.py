"""Contrast: how far apart the light and the dark parts of the image are."""

from __future__ import annotations

import cv2
import numpy as np

from biasaudit.cues.amounts import move_by, touched
from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import opposite_halves
from biasaudit.images.photo import Photo

ROOM = 8
"""Luma that the insert leaves free at the black and at the white end."""


@cue(kind="property", question="Is one class higher in contrast than the others?", unit="luma, 0 to 255")
def contrast(photo: Photo) -> float:
    """Why it matters: flash, haze, film, a monitor photographed and an operator's "auto levels" all set the
    contrast, and they come with the source of an image rather than with its label.

    How it is measured: the distance between the 5th and the 95th percentile of luma. Percentiles, because a
    standard deviation is moved by a small black bar or a white label, which other cues look for.

    What it cannot show: where the contrast is. A dark subject before a light background scores high under a
    flat light; detail that covers less than a twentieth of the image is not seen at all.

    References: Peli 1990, Contrast in complex images, Journal of the Optical Society of America A 7; Geirhos et
    al. 2018, Generalisation in humans and deep neural networks, NeurIPS.
    """
    places = [round(share * (photo.luma.size - 1)) for share in (0.05, 0.95)]
    low, high = np.searchsorted(photo.tones.cumsum(), places, side="right")
    return float(high - low)


@contrast.inserts(directions=(1, -1), placebo=opposite_halves)
def _stretch(rgb: np.ndarray, amount: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Luma drawn away from its mean, or towards it. The same step in all three channels keeps the hue.

    Towards black and white it is held back softly, or the insert would show as clipped exposure as well.
    """
    luma = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    away = luma - luma.mean()
    room = np.maximum(np.where(away > 0, 255 - ROOM - luma, luma - ROOM), 0)

    def stretch(gain: float) -> np.ndarray:
        step = gain * away
        if amount > 0:
            step = np.sign(away) * room * np.tanh(np.abs(step) / np.maximum(room, 1e-3))
        return np.clip(np.rint(rgb + (np.sign(amount) * step)[..., None]), 0, 255).astype(np.uint8)

    changed = move_by(amount, rgb, contrast.measure, stretch, strongest=8 if amount > 0 else 1)
    return changed, touched(rgb, changed)
