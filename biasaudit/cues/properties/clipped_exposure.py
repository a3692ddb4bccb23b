"""Clipped exposure: how much of the image is burnt out or black."""

from __future__ import annotations

import cv2
import numpy as np

from biasaudit.cues.amounts import move_by, touched
from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import opposite_halves
from biasaudit.images.photo import Photo

BLACK, WHITE = 4, 251
"""Luma up to the first and from the second counts as lost; JPEG moves clipped pixels by so much."""

SHOULDER = 8
"""Luma over which the inserted tone curve goes from the picture to white or black: a hard end, with no halo."""


@cue(
    kind="property",
    question="Is more of one class burnt out or lost in black?",
    unit="share of the pixels at the black or the white end, 0 to 1",
)
def clipped_exposure(photo: Photo) -> float:
    """Why it matters: a flash, a poor exposure, a scanner's levels or a cut-out on white end in pixels without
    detail. They come with the equipment, and large patches of pure white or black are plain to a network.

    How it is measured: the share of the pixels whose luma is at most 4 or at least 251, of 255.

    What it cannot show: which end it is; whether a white page or a black frame was in the picture or the exposure
    was wrong; a single channel that is full while the others are not; detail lost before the image was darkened.

    References: Guo et al. 2010, Correcting over-exposure in photographs, CVPR; Afifi et al. 2021, Learning
    multi-scale photo exposure correction, CVPR; Geirhos et al. 2020, Shortcut learning in deep neural networks,
    Nature Machine Intelligence 2.
    """
    return 1 - float(photo.tones[BLACK + 1 : WHITE].sum()) / photo.luma.size


@clipped_exposure.inserts(placebo=opposite_halves)
def _clip(rgb: np.ndarray, amount: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The lightest pixels go to white, or the darkest to black, whichever are nearer; the rest keep their tones."""
    luma = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    low, high = np.quantile(luma, [0.05, 0.95])
    end = 255.0 if 255 - high <= low else 0.0
    depth = np.abs(end - luma)  # distance from the end at which pixels are lost

    def clip(reach: float) -> np.ndarray:
        lost = np.clip((reach - depth) / SHOULDER, 0, 1)[..., None]
        return np.rint(rgb + lost * (end - rgb)).astype(np.uint8)

    changed = move_by(abs(amount), rgb, clipped_exposure.measure, clip, strongest=255 + SHOULDER, steps=16)
    return changed, touched(rgb, changed)
