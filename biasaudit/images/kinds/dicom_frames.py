"""One frame of a DICOM file, decoded: its stored values, before anything is made of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from biasaudit.images.quiet import quiet_codec
from biasaudit.images.reasons import Reason, Unreadable

EXTENDED = "1.2.840.10008.1.2.4.51"
SUGGESTED = {
    EXTENDED: "pylibjpeg-libjpeg",
    "1.2.840.10008.1.2.4.57": "python-gdcm",
    "1.2.840.10008.1.2.4.70": "python-gdcm",
    "1.2.840.10008.1.2.4.80": "pyjpegls",
    "1.2.840.10008.1.2.4.81": "pyjpegls",
    "1.2.840.10008.1.2.4.90": "pylibjpeg-openjpeg",
    "1.2.840.10008.1.2.4.91": "pylibjpeg-openjpeg",
    "1.2.840.10008.1.2.4.201": "pylibjpeg-openjpeg",
    "1.2.840.10008.1.2.4.202": "pylibjpeg-openjpeg",
    "1.2.840.10008.1.2.4.203": "pylibjpeg-openjpeg",
}
"""Transfer syntax (JPEG of 12 bits and without loss, JPEG-LS, JPEG 2000) -> the package that lets pydicom read it.
That for 12 bits is under the GPL, so that no extra of ours can bring it."""
RLE = "1.2.840.10008.1.2.5"
CODESTREAM, JP2 = b"\xff\x4f\xff\x51", b"\0\0\0\x0cjP  "
"""How JPEG 2000 begins, as it should stand in DICOM and as it stands in files of its own."""
FRAME_MARKERS = {*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC}
"""Markers of a JPEG after which its size stands (ITU-T T.81 table B.1; T.87 for JPEG-LS)."""
MAX_RLE = 16 << 20
"""Bytes of a frame up to which pydicom's own RLE decoder may have it: it makes sixty-four of one, and counts last."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the pixels of a DICOM file are."""

    file: Any
    """Open, at the first byte of the pixels."""
    syntax: Any
    """pydicom's UID of how they are stored."""
    kind: str
    """Their value representation: OB or OW."""


def frame_at(header: Any, place: Place, frame: int, frames: int) -> np.ndarray:
    """The stored values of frame `frame` of `frames`: integers, (rows, columns), or (rows, columns, 3) of RGB.

    header: a pydicom data set whose size has been checked. Raises Unreadable, and whatever a decoder raises.
    """
    from pydicom.pixels import as_pixel_options, get_decoder
    from pydicom.uid import AllTransferSyntaxes

    try:
        decoder = get_decoder(place.syntax)
    except NotImplementedError:
        name = place.syntax.name if place.syntax in AllTransferSyntaxes else "unknown"
        raise Unreadable(Reason.NO_DECODER, name) from None
    options = as_pixel_options(
        header,
        pixel_keyword="PixelData",
        pixel_vr=place.kind,
        transfer_syntax_uid=place.syntax,
        number_of_frames=frames,
    )
    if not decoder.is_encapsulated:
        _check_length(header, place.file, frames)
        return decoder.as_array(place.file, index=frame, **options)[0]
    if not decoder.is_available or _is_beyond(decoder, place, header):
        raise Unreadable(Reason.NO_CODEC, SUGGESTED.get(place.syntax, "python-gdcm"))
    return _decoded(decoder, place, frame, options)


def _is_beyond(decoder: Any, place: Place, header: Any) -> bool:
    """Whether it is JPEG of 12 bits, which one reader alone knows; the others are there for 8."""
    return place.syntax == EXTENDED and int(header.BitsStored) > 8 and "pylibjpeg" not in decoder.available_plugins


def _check_length(header: Any, file: Any, frames: int) -> None:
    """Raise Unreadable where pixels that are stored as they are would reach past the end of the file."""
    samples = 2 if header.PhotometricInterpretation == "YBR_FULL_422" else int(header.SamplesPerPixel)
    bits = int(header.Rows) * int(header.Columns) * samples * int(header.BitsAllocated) * frames
    start, end = file.tell(), file.seek(0, 2)
    file.seek(start)
    if bits > 8 * (end - start):
        raise Unreadable(Reason.TRUNCATED)


def _decoded(decoder: Any, place: Place, frame: int, options: dict[str, Any]) -> np.ndarray:
    """One frame of those that are compressed, each by itself, once it is known to be as large as the header says."""
    from pydicom.encaps import encapsulate, get_frame

    offsets = options.pop("extended_offsets", None)
    packed = get_frame(place.file, frame, number_of_frames=options["number_of_frames"], extended_offsets=offsets)
    plugin = ""
    if place.syntax == RLE:
        plugin = _rle_plugin(decoder, packed, options)
    elif size_of(packed) != (options["columns"], options["rows"]):
        raise Unreadable(Reason.DAMAGED, "its sizes disagree")
    options["number_of_frames"] = 1
    with quiet_codec():
        return decoder.as_array(encapsulate([packed]), index=0, decoding_plugin=plugin, **options)[0]


def _rle_plugin(decoder: Any, packed: bytes, options: dict[str, Any]) -> str:
    """Which decoder may unpack a frame, so that it cannot grow without end."""
    if "pylibjpeg" in decoder.available_plugins:
        return "pylibjpeg"
    if len(packed) > MAX_RLE:
        raise Unreadable(Reason.NO_CODEC, "pylibjpeg-rle")
    plain = options["rows"] * options["columns"] * options["samples_per_pixel"] * options["bits_allocated"] // 8
    if len(packed) > plain + plain // 64 + 1024:  # what cannot be shortened grows by one byte in 128
        raise Unreadable(Reason.DAMAGED, "its sizes disagree")
    return "pydicom"


def size_of(packed: bytes) -> tuple[int, int]:
    """Width and height of a JPEG, JPEG-LS or JPEG 2000 picture by its own header; (0, 0) where that is not one."""
    if packed.startswith((CODESTREAM, JP2)):
        sizes = {_size_at(packed, found.end()) for found in re.finditer(re.escape(CODESTREAM), packed)}
        return sizes.pop() if len(sizes) == 1 else (0, 0)  # a box before the picture may hold another one's header
    at = 2
    while packed[at : at + 1] == b"\xff" and at + 9 <= len(packed):
        marker = packed[at + 1]
        if marker in FRAME_MARKERS:
            return int.from_bytes(packed[at + 7 : at + 9], "big"), int.from_bytes(packed[at + 5 : at + 7], "big")
        at += 2 + int.from_bytes(packed[at + 2 : at + 4], "big") if marker != 0xFF else 1
    return 0, 0


def _size_at(packed: bytes, at: int) -> tuple[int, int]:
    """The size that a JPEG 2000 header tells; at: where its length and capabilities stand (ITU-T T.800, A.5.1)."""
    numbers = [int.from_bytes(packed[place : place + 4], "big") for place in range(at + 4, at + 20, 4)]
    right, lower, left, upper = numbers
    return right - left, lower - upper
