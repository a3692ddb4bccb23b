"""Image size: how many pixels the file holds."""

from __future__ import annotations

import math

import cv2
import numpy as np

from biasaudit.cues.amounts import touched
from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import smooth_field
from biasaudit.images.photo import Photo


@cue(kind="file", question="Does one class come in larger files than the others?", unit="log2 of megapixels")
def image_size(photo: Photo) -> float:
    """Why it matters: sources deliver in sizes of their own. Every image is brought to one size before a network
    sees it, but enlarging leaves softness and reducing leaves crispness behind, so that the size stays legible.

    How it is measured: log2 of the file's megapixels, before any reduction: 0 is a million pixels, each step
    down is half as many.

    What it cannot show: whether the pixels hold detail. A thumbnail that was enlarged before it was saved counts
    as large (`sharpness` sees that). Nor that a model uses it: the insert imitates the loss of detail alone.

    References: Touvron et al. 2019, Fixing the train-test resolution discrepancy, NeurIPS; Grommelt et al. 2024,
    Fake or JPEG? Revealing common biases in generated image detection datasets, arXiv 2403.17608.
    """
    return math.log2(max(photo.file.width * photo.file.height, 1) / 1e6)


@image_size.inserts(directions=(-1,), placebo=smooth_field)
def _reduce(rgb: np.ndarray, amount: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The detail of an image with 2 ** amount times the pixels, enlarged again to the old size."""
    height, width = rgb.shape[:2]
    factor = 2 ** (-abs(amount) / 2)
    reduced = (max(round(width * factor), 1), max(round(height * factor), 1))
    small = cv2.resize(rgb, reduced, interpolation=cv2.INTER_AREA)
    changed = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    return changed, touched(rgb, changed)
