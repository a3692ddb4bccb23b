"""Aspect ratio: whether the image is wide or tall."""

from __future__ import annotations

import math

from biasaudit.cues.cue import cue
from biasaudit.images.photo import Photo


@cue(
    kind="file",
    question="Is one class wider or taller in format than the others?",
    unit="log2 of width over height (0 is square, 1 is twice as wide as high)",
)
def aspect_ratio(photo: Photo) -> float:
    """Why it matters: formats come from cameras, phones held upright and editors' crops. When all images are
    squeezed into one square, a network sees the format as a distortion of everything in it.

    How it is measured: log2 of width over height, upright: 0 is square, 0.58 is 3:2, -0.58 is 2:3.

    What it cannot show: whether the format follows from the subject. Giraffes are photographed upright for a
    good reason. There is no insert: squeezing the picture would change the shape of the subject as well.

    References: Torralba & Efros 2011, Unbiased look at dataset bias, CVPR; Tommasi et al. 2017, A deeper look at
    dataset bias, in Domain Adaptation in Computer Vision Applications.
    """
    return math.log2(max(photo.file.width, 1) / max(photo.file.height, 1))
