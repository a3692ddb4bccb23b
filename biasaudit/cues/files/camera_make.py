"""Camera make: who built the camera, as the file has it."""

from __future__ import annotations

from biasaudit.cues.cue import cue
from biasaudit.images.photo import NO_WORD, Photo


@cue(kind="file", question="Was one class taken with another make of camera?", unit="camera make", words=True)
def camera_make(photo: Photo) -> str:
    """Why it matters: a class from one clinic, one photographer or one web site is often a class from one camera,
    whose colours, noise and sharpening every pixel carries. Networks tell the make of an X-ray machine or a scanner
    with ease, and with it the hospital.

    How it is measured: the EXIF field "Make", stripped to printable characters and cut after 40. "(none)" where
    there is none or the EXIF is broken. Of all EXIF only make, model, software and orientation are read.

    What it cannot show: a camera whose EXIF was removed or rewritten; that EXIF is missing from one class is a
    trait all the same. A network that sees pixels alone learns the make by its traces only.

    References: Zech et al. 2018, Variable generalization performance of a deep learning model to detect pneumonia
    in chest radiographs, PLOS Medicine 15; Lukáš, Fridrich & Goljan 2006, Digital camera identification from sensor
    pattern noise, IEEE Transactions on Information Forensics and Security 1.
    """
    return photo.file.camera_make or NO_WORD
