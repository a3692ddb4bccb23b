"""Quantisation table: which program, at which setting, wrote a JPEG file."""

from __future__ import annotations

from biasaudit.cues.cue import cue
from biasaudit.images.photo import NO_WORD, Photo


@cue(
    kind="file",
    question="Were the JPEG files of one class written by another camera or program?",
    unit="name of the JPEG quantisation tables",
    words=True,
)
def quantisation_table(photo: Photo) -> str:
    """Why it matters: the tables by which a JPEG rounds its detail are a signature. Cameras and editors such as
    Photoshop have tables of their own, so that they tell the source where all EXIF was stripped.

    How it is measured: all tables in the header. Where they are those that the Independent JPEG Group's code
    scales from the standard, the name says so ("standard, quality 90"); otherwise it is the start of a checksum
    ("table a1b2c3"), the same for the same tables. Files that are no JPEG: "(none)".

    What it cannot show: which program a checksum stands for, and what happened before the last saving. Cameras
    that fit the tables to each picture give a name to each.

    References: Kee, Johnson & Farid 2011, Digital image authentication from JPEG headers, IEEE Transactions on
    Information Forensics and Security 6; Wallace 1992, The JPEG still picture compression standard, IEEE
    Transactions on Consumer Electronics 38.
    """
    return photo.file.quantisation_table or NO_WORD
