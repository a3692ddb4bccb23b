"""Chroma subsampling: how coarsely a JPEG file stores colour."""

from __future__ import annotations

from biasaudit.cues.cue import cue
from biasaudit.images.photo import NO_WORD, Photo


@cue(
    kind="file",
    question="Do the JPEG files of one class store colour more coarsely?",
    unit="chroma subsampling",
    words=True,
)
def chroma_subsampling(photo: Photo) -> str:
    """Why it matters: cameras, phones, editors and web sites each choose once how many pixels share a colour. The
    choice names the last program that wrote the file, and colour that bleeds over edges shows it in the pixels.

    How it is measured: from the sampling factors in the JPEG's header. 4:4:4 keeps every pixel's colour, 4:2:2
    one for two pixels side by side, 4:2:0 one for a block of two by two. Grey and other files: "(none)".

    What it cannot show: a coarser storage in the image's past, before it was saved again. There is no insert:
    at the size at which a network sees it, little of it is left.

    References: Wallace 1992, The JPEG still picture compression standard, IEEE Transactions on Consumer
    Electronics 38; Kee, Johnson & Farid 2011, Digital image authentication from JPEG headers, IEEE Transactions
    on Information Forensics and Security 6.
    """
    return photo.file.chroma_subsampling or NO_WORD
