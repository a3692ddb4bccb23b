"""What a kind of file is: how its content begins, and how a picture is read from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from PIL import Image

from biasaudit.images.exif import Exif
from biasaudit.images.reasons import Reason, Unreadable

HEAD = 1024
"""Bytes at the beginning of a file that tell its kind."""

MAX_SIDE = 20_000
MAX_PIXELS = 100_000_000
MAX_ASPECT = 200

WHITE = 65_535
"""The value that is white where a grey picture has 16 bits a pixel and nothing says otherwise."""


@dataclass(frozen=True)
class Scale:
    """What becomes black and white where a file does not say it. It is one for a whole data set: by each file's own
    values, a dark picture would be made bright beside a bright one, and a class could be told by that."""

    white: int = WHITE
    """The value of a grey picture of 16 bits that is white."""
    span: tuple[float, float] | None = None
    """Of DICOM without a window: the values, as the machine means them, that are black and white. None: the least and
    the greatest that could be stored."""


AS_STORED = Scale()


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A picture that was read, as it lies in the file."""

    image: Image.Image
    """Loaded, no finer than is needed, of any mode that `to_rgb` takes."""
    size: tuple[int, int]
    """Width and height in pixels, as stored."""
    mode: str
    """Colour mode in the file, in Pillow's words."""
    turn: int = 1
    """How the pixels of `image` lie, as EXIF counts it: 1 to 8, 1 is upright."""
    white: int = WHITE
    """Of 16 bits: the value that is white."""
    exif: Exif = field(default_factory=Exif)
    tags: Mapping[str, str] = field(default_factory=dict)
    """DICOM keyword -> its value as text, of those that identify nobody."""
    notes: tuple[str, ...] = ()
    """In the words of `images.words`."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of file. It is known by its content; a name only raises a note where it says otherwise."""

    name: str
    extensions: tuple[str, ...]
    """In lower case, the usual one first."""
    begins: Callable[[bytes], bool]
    """Whether a file that begins with these bytes, `HEAD` of them or fewer, is of this kind."""
    read: Callable[[BinaryIO, Scale], Opened]
    """From an open file, at its beginning, and the data set's scale. Checks the header before any pixel is decoded, and
    imports what it needs no sooner. Raises Unreadable, and whatever its reader raises of a hostile file."""
    extent: Callable[[BinaryIO], tuple[float, float] | None] = lambda _: None
    """The least and the greatest value of a picture whose file does not say which are black and white; None of others,
    whose pixels are not decoded. Raises as `read` does."""


def begins_with(*starts: bytes) -> Callable[[bytes], bool]:
    """The test whether a file begins with one of these."""
    return lambda head: head.startswith(starts)


def check_size(width: int, height: int) -> None:
    """Raise Unreadable where a picture of so many pixels cannot be audited."""
    short, long = sorted((width, height))
    if short < 1:
        raise Unreadable(Reason.NO_PIXELS)
    if long > MAX_SIDE:
        raise Unreadable(Reason.TOO_LONG, MAX_SIDE)
    if short * long > MAX_PIXELS:
        raise Unreadable(Reason.TOO_MANY_PIXELS, MAX_PIXELS // 1_000_000)
    if long > MAX_ASPECT * short:
        raise Unreadable(Reason.TOO_NARROW, MAX_ASPECT)
