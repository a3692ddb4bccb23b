"""Saturation: how colourful the image is."""

from __future__ import annotations

import cv2
import numpy as np

from biasaudit.cues.amounts import move_by, touched
from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import opposite_halves
from biasaudit.cues.vectors import magnitude
from biasaudit.images.photo import Photo


@cue(
    kind="property",
    question="Is one class more colourful than the others?",
    unit="mean chroma in CIE L*a*b*, 0 to about 130",
)
def saturation(photo: Photo) -> float:
    """Why it matters: cameras, phones, scanners and picture agencies each render colour with a strength of their
    own, and grey-scale images often come from one source alone.

    How it is measured: the mean distance of the pixels from grey in CIE L*a*b*, whose distances are near to what
    people see. Unlike the S of HSV, it does not call a nearly black pixel saturated.

    What it cannot show: which colour it is (`colour_cast` shows one axis of that), and whether the camera or the
    subject is colourful. A parrot is not an artefact.

    References: CIE 15:2018, Colorimetry; Hasler & Süsstrunk 2003, Measuring colourfulness in natural images,
    Human Vision and Electronic Imaging VIII.
    """
    a, b = cv2.extractChannel(photo.lab, 1), cv2.extractChannel(photo.lab, 2)
    return float(magnitude(a, b).mean())


@saturation.inserts(directions=(1, -1), placebo=opposite_halves)
def _colour(rgb: np.ndarray, amount: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Every pixel drawn away from the grey of its own luma, or towards it. A grey image has no hue to raise."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)[..., None]
    away = rgb - grey

    def colour(gain: float) -> np.ndarray:
        return np.clip(np.rint(rgb + np.sign(amount) * gain * away), 0, 255).astype(np.uint8)

    changed = move_by(amount, rgb, saturation.measure, colour, strongest=8 if amount > 0 else 1)
    return changed, touched(rgb, changed)
