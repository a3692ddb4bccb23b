"""JPEG quality: how coarsely the file was compressed."""

from __future__ import annotations

import math

import numpy as np

from biasaudit.cues.amounts import touched
from biasaudit.cues.compressing import saved_as_jpeg
from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import smooth_field
from biasaudit.images.photo import Photo

ASSUMED_QUALITY = 95
"""Pixels do not tell the quality that they were saved at; inserts count down from a good camera's setting."""


@cue(kind="file", question="Was one class saved at a lower JPEG quality?", unit="JPEG quality, 1 to 100")
def jpeg_quality(photo: Photo) -> float:
    """Why it matters: each web site, archive and export button has its own quality setting, and the blocks and
    ringing it leaves are visible to a network. Detectors of generated images were found to tell JPEG from PNG.

    How it is measured: from the quantisation table in the file, compared with those of the standard's scale.

    What it cannot show: earlier compressions (a poor JPEG saved again at 95 counts as 95), and anything in files
    that are no JPEG (NaN); whether a class is all PNG is a question of its own. Cameras' own tables only
    approximate the scale.

    References: Wallace 1992, The JPEG still picture compression standard, IEEE Transactions on Consumer
    Electronics 38; Dodge & Karam 2016, Understanding how image quality affects deep neural networks, QoMEX;
    Grommelt et al. 2024, Fake or JPEG? Revealing common biases in generated image detection datasets, arXiv
    2403.17608.
    """
    return math.nan if photo.file.jpeg_quality is None else float(photo.file.jpeg_quality)


@jpeg_quality.inserts(directions=(-1,), placebo=smooth_field)
def _compress(rgb: np.ndarray, amount: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The image compressed again, `amount` steps of quality below `ASSUMED_QUALITY`."""
    changed = saved_as_jpeg(rgb, ASSUMED_QUALITY - abs(amount))
    return changed, touched(rgb, changed)
