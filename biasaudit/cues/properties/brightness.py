"""Brightness: how light the whole image is."""

from __future__ import annotations

import numpy as np

from biasaudit.cues.amounts import move_by, touched
from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import opposite_halves
from biasaudit.images.photo import Photo


@cue(kind="property", question="Is one class brighter than the others?", unit="mean luma, 0 to 255")
def brightness(photo: Photo) -> float:
    """Why it matters: exposure belongs to the camera, the lamp and the hour, not to the thing in the picture.
    Where one class was photographed in another room or by another clinic, the mean of all pixels gives it away,
    and it is the first thing that a network can read.

    How it is measured: the mean luma (ITU-R BT.601) over all pixels; 0 is black, 255 white.

    What it cannot show: whether the light or the subject differs. Black cats are darker than white cats under
    any lamp, and a large dark lesion darkens its photograph. Nor does it see light that falls on one side only.

    References: Torralba & Efros 2011, Unbiased look at dataset bias, CVPR; Geirhos et al. 2020, Shortcut
    learning in deep neural networks, Nature Machine Intelligence 2; Recommendation ITU-R BT.601 (luma).
    """
    return float(photo.luma.mean())


@brightness.inserts(directions=(1, -1), placebo=opposite_halves)
def _expose(rgb: np.ndarray, amount: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The same step up or down in every pixel; a longer one where pixels are already white or black."""

    def step(size: float) -> np.ndarray:
        return np.clip(rgb + np.rint(np.sign(amount) * size), 0, 255).astype(np.uint8)

    changed = move_by(amount, rgb, brightness.measure, step, strongest=255)
    return changed, touched(rgb, changed)
