"""Orientation: how the camera was held, as the file has it."""

from __future__ import annotations

from biasaudit.cues.cue import cue
from biasaudit.images.photo import NO_WORD, Photo


@cue(kind="file", question="Was the camera held in another way for one class?", unit="EXIF orientation", words=True)
def orientation(photo: Photo) -> str:
    """Why it matters: the field comes with a device and a way of holding it, and many programs strip it. A training
    pipeline that ignores it sees one class lying on its side; here every picture is set upright before anything is
    measured, so that only the field itself is left to tell.

    How it is measured: the EXIF field as stored. "1" is upright, "3" upside down, "6" and "8" lie on a side, 2, 4, 5
    and 7 are mirrored as well; "(none)" where there is none, it is out of range, or the EXIF is broken.

    What it cannot show: pictures that were turned and saved anew, or that lie on a side with no field to say so.
    There is no insert: the upright pixels are the same.

    References: Exchangeable image file format for digital still cameras, JEITA CP-3451 and CIPA DC-008 (tag 274);
    Geirhos et al. 2020, Shortcut learning in deep neural networks, Nature Machine Intelligence 2.
    """
    return NO_WORD if photo.file.orientation is None else str(photo.file.orientation)
