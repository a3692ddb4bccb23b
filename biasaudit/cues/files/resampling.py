"""Resampling: whether the pixels were once put between those of a picture of another size, and how far apart."""

from __future__ import annotations

import cv2
import numpy as np

from biasaudit.cues.amounts import touched
from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import smooth_field
from biasaudit.images.photo import Photo
from biasaudit.images.resampling import resampled_at

NOT_RESAMPLED = 100.0
"""The value where nothing tells of a resizing."""


@cue(
    kind="file",
    question="Was one class resized in another way than the others?",
    unit="% of an old pixel from one new pixel to the next",
    in_pixels=True,
)
def resampling(photo: Photo) -> float:
    """Why it matters: previews, pictures off the web and old scanners' have sizes of their own, and are brought to the
    size of all others when a set is made. The files look alike then, and the pixels do not: a network tells such a
    class by what was put between the pixels, and by the detail that is not there.

    How it is measured: a pixel put between others is a mean of them, so that differences between neighbours rise and
    fall in a rhythm over the whole picture, which the factor decides: 50 where a picture was doubled, 67 where it was
    enlarged from two thirds. It is looked for from 40 to 86, along rows and columns together, apart from the rhythm of
    JPEG's blocks. 100: none was found.

    What it cannot show: how much a picture was enlarged by more, or whether it was reduced, since a step and one minus
    it look alike, and whole steps not at all (enlarged from a fifth reads as 80, reduced to seven eighths as 86). It
    misses factors of 5/8, 3/4 and 7/8, whose rhythm is that of JPEG; resizing by one factor along rows and another
    along columns; a doubling that was cropped by an odd number of pixels; what was strongly compressed since; and all
    files larger than 512 pixels, which are looked at reduced, or smaller than 96. Where things were cut out and
    brought to one size it tells how large they were.

    References: Gallagher 2005, Detection of linear and cubic interpolation in JPEG compressed images, CRV; Mahdian &
    Saic 2008, Blind authentication using periodic properties of interpolation, IEEE Transactions on Information
    Forensics and Security 3.
    """
    found = None if photo.is_reduced else resampled_at(photo.gray)
    return NOT_RESAMPLED if found is None else round(100 * found, 1)


@resampling.inserts(directions=(-1,), placebo=smooth_field)
def _enlarge(rgb: np.ndarray, amount: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The picture reduced by `amount` percent of its width and height, and enlarged to what it was."""
    share = 1 - min(abs(amount), NOT_RESAMPLED - 5) / NOT_RESAMPLED
    height, width = rgb.shape[:2]
    small = [max(round(extent * share), 1) for extent in (width, height)]
    reduced = cv2.resize(rgb, small, interpolation=cv2.INTER_AREA)
    changed = cv2.resize(reduced, (width, height), interpolation=cv2.INTER_CUBIC)
    return changed, touched(rgb, changed)
