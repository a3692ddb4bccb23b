"""Kinds of files: each is known by how its content begins, and only its own reader ever sees it.

A new one is a file here and a place in `KINDS`. EPS, FITS and SVG have none, so that they never reach a parser.
"""

from __future__ import annotations

from biasaudit.images.kinds.dicom import DICOM
from biasaudit.images.kinds.heif import HEIF
from biasaudit.images.kinds.kind import Kind
from biasaudit.images.kinds.netpbm import NETPBM
from biasaudit.images.kinds.pillow import PILLOW

KINDS: tuple[Kind, ...] = (DICOM, *PILLOW, HEIF, NETPBM)
"""In this order they are asked. DICOM is known by what stands 128 bytes on, and may begin as a TIFF for old viewers."""

EXTENSIONS = {kind.name: kind.extensions for kind in (*PILLOW, HEIF, NETPBM, DICOM)}
"""What is opened, by content, and the names that go with it."""


def kind_of(head: bytes) -> Kind | None:
    """The kind of a file that begins so; None where it is none that is known."""
    return next((kind for kind in KINDS if kind.begins(head)), None)
