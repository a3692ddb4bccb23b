"""The four EXIF fields that tell a source: camera make and model, software, orientation. No other is ever read out.

EXIF also holds places, owners, serial numbers and comments. They are none of an audit's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image, TiffImagePlugin

LONGEST_WORD = 40
"""Characters of a text that are kept."""

MAKE, MODEL, SOFTWARE, ORIENTATION = 0x010F, 0x0110, 0x0131, 0x0112


@dataclass(frozen=True, kw_only=True)
class Exif:
    """What is kept of a file's EXIF; the defaults where it has none or it is broken."""

    make: str = ""
    model: str = ""
    software: str = ""
    orientation: int | None = None
    """1 to 8 as stored; None where there is none."""


def printable(value: object, longest: int = LONGEST_WORD) -> str:
    """A text as one short line: control characters and invisible ones dropped, spaces joined. "" for no text."""
    if not isinstance(value, str):
        return ""
    shown = "".join(letter if letter.isprintable() else " " for letter in value[: 10 * longest])
    return " ".join(shown.split())[:longest].strip()


def read_exif(image: Image.Image) -> Exif:
    """The EXIF of an opened image; of a TIFF before it is loaded, as Pillow then turns it and forgets how it lay."""
    return Exif(
        make=printable(_tag(image, MAKE)),
        model=printable(_tag(image, MODEL)),
        software=printable(_tag(image, SOFTWARE)) or printable(image.info.get("Software")),  # PNG: a text chunk
        orientation=orientation(_tag(image, ORIENTATION)),
    )


def _tag(image: Image.Image, tag: int) -> object:
    """One value, or None where it cannot be had: a broken entry says nothing of the others."""
    try:
        tags: Mapping[int, Any] = image.tag_v2 if isinstance(image, TiffImagePlugin.TiffImageFile) else image.getexif()
        return tags.get(tag)
    except MemoryError:
        raise
    except Exception:  # a hostile block can raise anything inside the parser
        return None


def orientation(value: object) -> int | None:
    """A value of the EXIF's orientation; None where it is none."""
    return value if isinstance(value, int) and 1 <= value <= 8 else None
