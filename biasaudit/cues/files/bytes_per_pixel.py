"""Bytes per pixel: how much the file spends on each pixel."""

from __future__ import annotations

import math

from biasaudit.cues.cue import cue
from biasaudit.images.photo import Photo


@cue(
    kind="file",
    question="Are the files of one class compressed more than the others?",
    unit="bytes per pixel",
)
def bytes_per_pixel(photo: Photo) -> float:
    """Why it matters: it sums up in one number what a source did to its files: format, quality setting, earlier
    compressions, noise, sharpness. A tie to the label that no single cue explains often shows here first.

    How it is measured: the size of the file over its width times height. About 3 is uncompressed colour, 1 to 2
    a PNG photograph, 0.1 to 0.5 a JPEG.

    What it cannot show: the cause. It follows the complexity of the subject as well: at one quality setting,
    foliage needs more bytes than a wall. Embedded thumbnails and profiles count too, most of all in tiny files.
    NaN where the size of the file is not known. There is no insert: bytes are not visible, their causes are.

    References: Wallace 1992, The JPEG still picture compression standard, IEEE Transactions on Consumer
    Electronics 38; Machado et al. 2015, Computerized measures of visual complexity, Acta Psychologica 160.
    """
    pixels = photo.file.width * photo.file.height
    return photo.file.n_bytes / pixels if pixels > 0 and photo.file.n_bytes > 0 else math.nan
