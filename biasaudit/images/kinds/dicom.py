"""DICOM: the picture as its header says that it is shown, and the few tags that identify nobody.

Overlays are not drawn. Read by pydicom (`pip install 'biasaudit[dicom]'`), which is given nothing that it would have
to believe: sizes are checked against the file before anything is decoded.
"""

from __future__ import annotations

import zlib
from io import BytesIO
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from biasaudit.images import words
from biasaudit.images.kinds.dicom_display import has_window, modality, shown
from biasaudit.images.kinds.dicom_frames import Place, frame_at
from biasaudit.images.kinds.dicom_tags import tags_of
from biasaudit.images.kinds.kind import MAX_PIXELS, Kind, Opened, Scale, check_size
from biasaudit.images.reasons import Reason, Unreadable

PREAMBLE = 128
"""Bytes of anything before the four letters by which a DICOM file is known (PS3.10, 7.1)."""
MAX_INFLATED = 4 * MAX_PIXELS
"""Bytes that a file whose whole content is deflated may grow to."""
LONGEST = 2 << 20
"""Bytes of one value of a header: a table has 131,072 at most, what is said of a frame one or two thousand."""
UNSAID = 0xFFFFFFFF
"""The length of a sequence that ends where it says so (PS3.5, 7.1.2)."""
MOST_READS = 1_000_000
"""How often a header is read from before it is given up: pydicom takes a few bytes at a time, and seconds for all."""
PIXELS = 0x7FE00010
OF_PIXELS = (PIXELS, 0x7FE00008, 0x7FE00009)
"""Whole numbers, and the two kinds of fractions, of which nothing says what is black and what is white."""

WANTED = (
    *("SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration", "NumberOfFrames", "Rows", "Columns"),
    *("BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation"),
    *("ModalityLUTSequence", "RescaleSlope", "RescaleIntercept"),
    *("VOILUTSequence", "WindowCenter", "WindowWidth", "VOILUTFunction"),
    *(
        f"{colour}PaletteColorLookupTable{part}"
        for colour in ("Red", "Green", "Blue")
        for part in ("Descriptor", "Data")
    ),
    *(f"Segmented{colour}PaletteColorLookupTableData" for colour in ("Red", "Green", "Blue")),
    *("ExtendedOffsetTable", "ExtendedOffsetTableLengths"),
    *("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"),
)
"""What is read for the picture's sake. No more is read of a header, but for what `dicom_tags` allows."""


def read(stream: BinaryIO, scale: Scale) -> Opened:
    """The picture, or of several frames the middle one: a film begins and ends with next to nothing to be seen.

    Raises Unreadable, and whatever pydicom raises of a hostile file.
    """
    header, place, frames = _opened(stream)
    stored = frame_at(header, place, frames // 2, frames)
    return Opened(
        image=Image.fromarray(shown(stored, header, scale.span)),
        size=(int(header.Columns), int(header.Rows)),
        mode=_mode(header),
        tags=tags_of(header),
        notes=tuple(_notes(header, frames, scale)),
    )


def extent(stream: BinaryIO) -> tuple[float, float] | None:
    """The least and the greatest value, as the machine means them, of a grey picture that has no window."""
    header, place, frames = _opened(stream)
    if _mode(header) != "I;16" or has_window(header):
        return None
    stored = frame_at(header, place, frames // 2, frames)
    ends, _, _ = modality(np.array([stored.min(), stored.max()], dtype=float), header)
    return float(ends.min()), float(ends.max())


def _opened(stream: BinaryIO) -> tuple[Any, Place, int]:
    """The header with what holds for the middle frame, where the pixels are, and how many frames there are."""
    try:
        import pydicom.pixels  # noqa: F401
    except ImportError:
        raise Unreadable(Reason.NO_DICOM) from None
    header, place = _header(stream)
    check_size(int(header.get("Columns") or 0), int(header.get("Rows") or 0))
    if not 1 <= int(header.BitsStored) <= 16:
        raise Unreadable(Reason.NO_RANGE)
    frames = max(1, int(header.get("NumberOfFrames") or 1))
    _of_the_frame(header, frames // 2)
    return header, place, frames


def _header(stream: BinaryIO) -> tuple[Any, Place]:
    """What is wanted of a header, as a pydicom data set, and where its pixels are."""
    from pydicom.datadict import tag_for_keyword
    from pydicom.filereader import read_dataset
    from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian

    from biasaudit.images.kinds.dicom_tags import OF_PEOPLE, OF_THE_PICTURE

    file: Any = Bounded(stream)
    file.seek(PREAMBLE + len(b"DICM"))
    about = read_dataset(file, False, True, stop_when=lambda tag, *_: tag >> 16 != 2, specific_tags=[0x20010])
    syntax = UID(about.get("TransferSyntaxUID") or ImplicitVRLittleEndian)
    if syntax == DeflatedExplicitVRLittleEndian:
        file = Bounded(BytesIO(_inflated(file.read())))
    implicit, little = _encoding(syntax)
    wanted = [tag for each in (*WANTED, *OF_THE_PICTURE, *OF_PEOPLE) if (tag := tag_for_keyword(each))]

    def at_pixels(tag: int, kind: str | None, length: int) -> bool:
        if tag in wanted and LONGEST < length < UNSAID:
            raise Unreadable(Reason.DAMAGED, "its header is too large")
        return tag in OF_PIXELS

    header = read_dataset(file, implicit, little, stop_when=at_pixels, specific_tags=wanted)
    return header, _place(file, syntax, header)


def _encoding(syntax: Any) -> tuple[bool, bool]:
    """Whether a transfer syntax leaves the kinds of values unsaid, and whether numbers begin with their low byte."""
    from pydicom.uid import AllTransferSyntaxes

    return (syntax.is_implicit_VR, syntax.is_little_endian) if syntax in AllTransferSyntaxes else (False, True)


def _inflated(content: bytes) -> bytes:
    """What was deflated, of up to `MAX_INFLATED` bytes."""
    squeezed = zlib.decompressobj(-zlib.MAX_WBITS)
    found = squeezed.decompress(content, MAX_INFLATED)
    if squeezed.unconsumed_tail:
        raise Unreadable(Reason.TOO_MANY_BYTES, MAX_INFLATED >> 20)
    return found


def _place(file: Any, syntax: Any, header: Any) -> Place:
    """Where the pixels begin; `file` stands at their tag."""
    implicit, little = header.original_encoding
    start = file.read(8 if implicit else 12)
    if len(start) < 8:
        raise Unreadable(Reason.NO_PICTURE if "BitsStored" not in header else Reason.TRUNCATED)
    order: Any = "little" if little else "big"
    tag = int.from_bytes(start[:2], order) << 16 | int.from_bytes(start[2:4], order)
    if tag != PIXELS:
        raise Unreadable(Reason.NO_RANGE)
    kind = "OW" if implicit else start[4:6].decode("ascii")
    return Place(file=file, syntax=syntax, kind=kind)


def _of_the_frame(header: Any, frame: int) -> None:
    """Lay what a header says of all frames, and then of this one, over the rest (PS3.3 C.7.6.16)."""
    for groups, at in (("SharedFunctionalGroupsSequence", 0), ("PerFrameFunctionalGroupsSequence", frame)):
        items = header.get(groups) or []
        for name in ("PixelValueTransformationSequence", "FrameVOILUTSequence") if at < len(items) else ():
            for item in (items[at].get(name) or [])[:1]:
                header.update({tag: item[tag] for tag in item.keys()})  # noqa: SIM118


def _mode(header: Any) -> str:
    """The colour mode in Pillow's words."""
    if int(header.SamplesPerPixel) > 1:
        return "RGB"
    if header.PhotometricInterpretation == "PALETTE COLOR":
        return "P"
    return "1" if int(header.BitsStored) == 1 else "L" if int(header.BitsStored) <= 8 else "I;16"


def _notes(header: Any, frames: int, scale: Scale) -> list[str]:
    notes = [words.SEVERAL_FRAMES] if frames > 1 else []
    if _mode(header) in ("L", "I;16"):
        if has_window(header):
            notes.append(words.WINDOWED)
        elif int(header.BitsStored) > 8:
            notes.append(words.NO_WINDOW if scale.span is None else words.SHARED_WINDOW)
    return notes


class Bounded:
    """A file of which no more is asked than it holds: a header may promise gigabytes, and Python would make room."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._size, self._reads = stream, stream.seek(0, 2), 0
        self.seek, self.tell = stream.seek, stream.tell
        self.seek(0)

    def read(self, n: int = -1) -> bytes:
        """Up to `n` bytes from here; all that is left where `n` is negative. Raises Unreadable at the limit."""
        self._reads += 1
        if self._reads > MOST_READS:
            raise Unreadable(Reason.DAMAGED, "its header is too large")
        return self._stream.read(min(n, self._size) if n >= 0 else self._size)


def _begins(head: bytes) -> bool:
    return head[PREAMBLE : PREAMBLE + 4] == b"DICM"


DICOM = Kind(name="DICOM", extensions=(".dcm", ".dicom", ".dic", ".ima"), begins=_begins, read=read, extent=extent)
