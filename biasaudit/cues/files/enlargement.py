"""Enlargement: from how much smaller a picture the pixels were once made, whatever the size of the file is now."""

from __future__ import annotations

import cv2
import numpy as np

from biasaudit.cues.amounts import touched
from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import smooth_field
from biasaudit.images.photo import Photo
from biasaudit.images.resampling import enlarged_from

NONE = 100.0
"""The value where nothing tells of an enlargement."""


@cue(
    kind="file",
    question="Was one class once enlarged from smaller pictures?",
    unit="% of its width and height from which it was enlarged",
    in_pixels=True,
)
def enlargement(photo: Photo) -> float:
    """Why it matters: previews, pictures off the web and old scanners' are small, and are enlarged to the size of all
    others when a set is made. The files look alike then, and the pixels do not: a network tells such a class by what
    was put between the pixels, and by the detail that is not there.

    How it is measured: a pixel put between others is a mean of them, so that differences between neighbours rise and
    fall in a rhythm over the whole picture, which the factor decides. It is looked for from 40% to 86% of the present
    size, along rows and columns together, apart from the rhythm of JPEG's blocks. 100: none was found.

    What it cannot show: enlargements by less than a sixth or to more than two and a half times the size, or from 5/8 or
    3/4, whose rhythm is that of JPEG; those before a strong compression; and none in files larger than 512 pixels,
    which are looked at reduced. A reduction may leave a rhythm too. Where things were cut out and brought to one size
    it tells how large they were.

    References: Gallagher 2005, Detection of linear and cubic interpolation in JPEG compressed images, CRV; Mahdian &
    Saic 2008, Blind authentication using periodic properties of interpolation, IEEE Transactions on Information
    Forensics and Security 3.
    """
    reduced = max(photo.file.width, photo.file.height) > max(photo.rgb.shape)
    found = None if reduced else enlarged_from(photo.gray)
    return NONE if found is None else round(100 * found, 1)


@enlargement.inserts(directions=(-1,), placebo=smooth_field)
def _enlarge(rgb: np.ndarray, amount: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The picture reduced by `amount` percent of its width and height, and enlarged to what it was."""
    share = 1 - min(abs(amount), NONE - 5) / NONE
    height, width = rgb.shape[:2]
    small = [max(round(extent * share), 1) for extent in (width, height)]
    reduced = cv2.resize(rgb, small, interpolation=cv2.INTER_AREA)
    changed = cv2.resize(reduced, (width, height), interpolation=cv2.INTER_CUBIC)
    return changed, touched(rgb, changed)
