"""One frame of a DICOM file, decoded: its stored values, before anything is made of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from biasaudit.images.quiet import quiet_codec
from biasaudit.images.reasons import Reason, Unreadable

EXTENDED, RLE = "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.5"
JPEG = {"1.2.840.10008.1.2.4.50", EXTENDED}
LOSSLESS = {f"1.2.840.10008.1.2.4.{end}" for end in (57, 70, 80, 81)}
"""JPEG without loss, and JPEG-LS."""
JPEG_2000 = {f"1.2.840.10008.1.2.4.{end}" for end in (90, 91, 201, 202, 203)}
READERS: dict[str, tuple[tuple[str, ...], str]] = {
    **dict.fromkeys(JPEG, (("pillow", "pylibjpeg"), "pylibjpeg-libjpeg")),
    **dict.fromkeys(LOSSLESS, (("pylibjpeg",), "pylibjpeg-libjpeg")),
    **dict.fromkeys(JPEG_2000, (("pylibjpeg", "pillow"), "pylibjpeg-openjpeg")),
    RLE: (("pylibjpeg", "pydicom"), "pylibjpeg-rle"),
}
"""Compressed transfer syntax -> those of pydicom's plugins that may see it, in their order, and the package to ask for.

The other plugins see nothing: on damaged frames `gdcm` ends the process, and `pyjpegls` never ends. `pylibjpeg-libjpeg`
is under the GPL, so that no extra of ours brings it; who has installed it may use it."""
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
        if decoder.is_encapsulated and place.syntax not in READERS:
            raise NotImplementedError
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
    if decoder.is_encapsulated:
        return _decoded(decoder, place, frame, options)
    _check_length(header, place.file, frames)
    return decoder.as_array(place.file, index=frame, **options)[0]


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

    plugins = _plugins(decoder, place.syntax, options["bits_stored"])
    offsets = options.pop("extended_offsets", None)
    packed = get_frame(place.file, frame, number_of_frames=options["number_of_frames"], extended_offsets=offsets)
    if place.syntax == RLE:
        _check_runs(packed, options, bounded=plugins[0] == "pylibjpeg")
    elif shape_of(packed) != (options["columns"], options["rows"], options["samples_per_pixel"]):
        raise Unreadable(Reason.DAMAGED, "its sizes disagree")
    options["number_of_frames"] = 1
    one = encapsulate([packed])
    for plugin in plugins[:-1]:
        try:
            return _by(plugin, decoder, one, options)
        except MemoryError:
            raise
        except Exception:  # what one reader takes for damage another may be able to read
            continue
    return _by(plugins[-1], decoder, one, options)


def _by(plugin: str, decoder: Any, one: bytes, options: dict[str, Any]) -> np.ndarray:
    """The frame as one plugin reads it."""
    try:
        with quiet_codec():
            return decoder.as_array(one, index=0, decoding_plugin=plugin, **options)[0]
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # of a reader in Rust, and no Exception to Python
            raise Unreadable(Reason.DAMAGED, "its reader gave up") from None
        raise


def _plugins(decoder: Any, syntax: str, bits: int) -> list[str]:
    """The plugins that are installed and may read it. Raises Unreadable where there are none."""
    allowed, package = READERS[syntax]
    found = [name for name in allowed if name in decoder.available_plugins]
    if syntax == EXTENDED and bits > 8:  # of which Pillow reads 8 alone
        found = [name for name in found if name != "pillow"]
    if not found:
        raise Unreadable(Reason.NO_CODEC, package)
    return found


def _check_runs(packed: bytes, options: dict[str, Any], bounded: bool) -> None:
    """Raise Unreadable where runs may grow without end. bounded: whether their reader stops at the picture's end."""
    plain = options["rows"] * options["columns"] * options["samples_per_pixel"] * options["bits_allocated"] // 8
    if len(packed) > plain + plain // 64 + 1024:  # what cannot be shortened grows by one byte in 128
        raise Unreadable(Reason.DAMAGED, "its sizes disagree")
    if not bounded and len(packed) > MAX_RLE:
        raise Unreadable(Reason.NO_CODEC, READERS[RLE][1])


def shape_of(packed: bytes) -> tuple[int, int, int]:
    """Width, height and samples a pixel of a JPEG, JPEG-LS or JPEG 2000 picture by its own header; zeros of no such."""
    if packed.startswith((CODESTREAM, JP2)):
        shapes = {_shape_at(packed, found.end()) for found in re.finditer(re.escape(CODESTREAM), packed)}
        return shapes.pop() if len(shapes) == 1 else (0, 0, 0)  # a box before the picture may hold another's header
    at = 2
    while packed[at : at + 1] == b"\xff" and at + 10 <= len(packed):
        marker = packed[at + 1]
        if marker in FRAME_MARKERS:
            height, width = _number(packed, at + 5, 2), _number(packed, at + 7, 2)
            return width, height, packed[at + 9]
        at += 2 + _number(packed, at + 2, 2) if marker != 0xFF else 1
    return 0, 0, 0


def _shape_at(packed: bytes, at: int) -> tuple[int, int, int]:
    """The same of JPEG 2000; at: just after its first two markers (ITU-T T.800, A.5.1)."""
    right, lower, left, upper = (_number(packed, place, 4) for place in range(at + 4, at + 20, 4))
    return right - left, lower - upper, _number(packed, at + 36, 2)


def _number(packed: bytes, at: int, size: int) -> int:
    return int.from_bytes(packed[at : at + size], "big")
