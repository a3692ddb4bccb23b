"""HEIC, as telephones write it, by libheif (`pip install 'biasaudit[heif]'`)."""

from __future__ import annotations

from dataclasses import replace
from typing import BinaryIO

from biasaudit.images import words
from biasaudit.images.exif import orientation
from biasaudit.images.kinds.kind import Kind, Opened, Scale, check_size
from biasaudit.images.kinds.pillow import brands, opened
from biasaudit.images.reasons import Reason, Unreadable

CODED = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
"""Brands of files whose pictures are coded as HEVC."""
CONTAINER = {b"mif1", b"msf1"}
"""Brands of files that do not say how their pictures are coded."""


def read(stream: BinaryIO, scale: Scale) -> Opened:
    """The main picture, as libheif turns it. Raises Unreadable, and what libheif raises."""
    try:
        import pillow_heif
    except ImportError:
        raise Unreadable(Reason.NO_HEIF) from None
    # The processes that read are as many as the cores already; nothing but the main picture is wanted.
    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.options.THUMBNAILS = pillow_heif.options.DEPTH_IMAGES = pillow_heif.options.AUX_IMAGES = False
    image = pillow_heif.HeifImageFile(stream)
    several = image.n_frames > 1
    # libheif has set it upright by what the container says, which goes before the EXIF: that one is told, not obeyed.
    stored = orientation(image.info.get("original_orientation"))
    check_size(*image.size)
    found = opened(image, scale)
    notes = (words.SEVERAL_PICTURES,) if several else ()
    return replace(found, exif=replace(found.exif, orientation=stored), turn=1, notes=notes)


def _begins(head: bytes) -> bool:
    found = brands(head)
    return bool(found & CODED) or head[8:12] in found & CONTAINER


HEIF = Kind(name="HEIC", extensions=(".heic", ".heif", ".hif", ".heics", ".heifs"), begins=_begins, read=read)
