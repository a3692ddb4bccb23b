"""Camera model: which camera took the picture, as the file has it."""

from __future__ import annotations

from biasaudit.cues.cue import cue
from biasaudit.images.photo import NO_WORD, Photo


@cue(kind="file", question="Was one class taken with another camera?", unit="camera model", words=True)
def camera_model(photo: Photo) -> str:
    """Why it matters: as for the make, and finer: two models of one maker differ in lens, sensor and processing. A
    class taken with one of them is known by its noise, its colours and its size.

    How it is measured: the EXIF field "Model", stripped to printable characters and cut after 40. "(none)" where
    there is none or the EXIF is broken. Serial numbers are never read: two cameras of one model are one word.

    What it cannot show: a camera whose EXIF was removed or rewritten, the lens or attachment before it, and which
    of two copies of a model it was.

    References: Lukáš, Fridrich & Goljan 2006, Digital camera identification from sensor pattern noise, IEEE
    Transactions on Information Forensics and Security 1; Bondi et al. 2017, First steps toward camera model
    identification with convolutional neural networks, IEEE Signal Processing Letters 24.
    """
    return photo.file.camera_model or NO_WORD
