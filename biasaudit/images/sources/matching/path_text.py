"""What the text of a path in a table says before any file is looked for: its name, its number, that it leads out."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath, PureWindowsPath

# fmt: off
ENDINGS = frozenset({
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".gif", ".webp", ".tif", ".tiff", ".bmp", ".dib",
    ".dcm", ".dicom", ".heic", ".heif", ".avif", ".jp2", ".j2k", ".ppm", ".pgm", ".pbm", ".npy",
})
# fmt: on
"""How names of pictures end: a table may name the original, where a copy of another format lies in the folder."""


def folded(path: str) -> str:
    """In one Unicode form and without case."""
    return unicodedata.normalize("NFC", path).casefold()


def within(path: str) -> str:
    """A path without what leads out at its beginning, and an address without its question; "" where nothing is left
    that a file may be called.
    """
    written = path.strip().replace("\\", "/").removeprefix("./")
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", written):
        return re.split(r"[?#]", written)[0]
    if not leads_out(path):
        return written
    parts = [part for part in written.removeprefix(PureWindowsPath(written).drive).split("/") if part not in ("", ".")]
    while parts and parts[0] == "..":
        del parts[0]
    return "" if ".." in parts or "\0" in path else "/".join(parts)


def number_of(text: str) -> int | None:
    """The number that a name is, as a table may have lost its leading zeros."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def is_count(text: str) -> bool:
    """Whether a text is a number as counts are written: its zeros do not tell that it is a name."""
    number = number_of(text.removesuffix(".0"))
    return number is not None and text.removesuffix(".0") == str(number)


def stem_of(name: str) -> str:
    """The name without the ending of a picture."""
    ending = PurePosixPath(name).suffix
    return name[: -len(ending)] if ending in ENDINGS and len(name) > len(ending) else name


def is_picture_name(text: str) -> bool:
    """Whether a text is called as pictures are, in a folder and not at an address."""
    return "://" not in text and PurePosixPath(folded(text.strip())).suffix in ENDINGS


def leads_out(path: str) -> bool:
    """Whether a path is absolute, has a drive, climbs with "..", or hides something behind a NUL."""
    parts = PureWindowsPath(path)  # knows both kinds of slash
    return bool(parts.anchor) or ".." in parts.parts or "\0" in path
