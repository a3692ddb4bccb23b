"""The kinds that Pillow reads, each by the one plugin that is meant for it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib import import_module
from typing import BinaryIO

import numpy as np
from PIL import Image, JpegImagePlugin, TiffImagePlugin, features

from biasaudit.images import words
from biasaudit.images.exif import Exif, read_exif
from biasaudit.images.kinds.kind import Kind, Opened, Scale, begins_with, check_size
from biasaudit.images.photo import WORKING_SIDE
from biasaudit.images.quiet import quiet_codec
from biasaudit.images.reasons import Reason, Unreadable

# Pillow logs some refusals; without a handler Python would print them between our progress lines.
logging.getLogger("PIL").addHandler(logging.NullHandler())

BITS_A_SAMPLE = 258
"""The TIFF tag that says how many bits a value has."""


def image_of(stream: BinaryIO, plugin: str, name: str) -> Image.Image:
    """What Pillow opens, its header checked and its pixels not read. Raises Unreadable, and what Pillow raises.

    plugin: Pillow's module; name: what Pillow calls the kind.
    """
    import_module(f"PIL.{plugin}")  # by name: Pillow never loads its forty others, and no other is tried
    image = Image.open(stream, formats=[name])
    check_size(*image.size)
    if image.mode in ("F", "I"):
        raise Unreadable(Reason.NO_RANGE)
    return image


def reader(plugin: str, name: str) -> Callable[[BinaryIO, Scale], Opened]:
    """A function that reads one kind."""
    return lambda stream, scale: opened(image_of(stream, plugin, name), scale)


def extent_by(plugin: str, name: str) -> Callable[[BinaryIO], tuple[float, float] | None]:
    """A function that tells the values of a grey picture of 16 bits that does not say how many of them it uses."""

    def extent(stream: BinaryIO) -> tuple[float, float] | None:
        image = image_of(stream, plugin, name)
        if not image.mode.startswith("I;16") or _declared_white(image) is not None:
            return None
        with quiet_codec():
            values = np.asarray(image)
        return float(values.min()), float(values.max())

    return extent


def opened(image: Image.Image, scale: Scale) -> Opened:
    """What Pillow opened, loaded."""
    size, mode = image.size, image.mode
    several = getattr(image, "is_animated", False)
    pages = isinstance(image, TiffImagePlugin.TiffImageFile | JpegImagePlugin.JpegImageFile)
    exif, turn = _loaded(image)
    return Opened(
        image=image,
        size=size,
        mode=mode,
        turn=turn,
        white=_declared_white(image) or scale.white,
        exif=exif,
        notes=(words.SEVERAL_PAGES if pages else words.ANIMATED,) if several else (),
    )


def _loaded(image: Image.Image) -> tuple[Exif, int]:
    """Read the pixels, no finer than is needed; the file's EXIF, and how the pixels lie now (1 to 8, 1 is upright)."""
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        # The JPEG decoder halves for nothing; asking for the picture's own shape keeps both sides above twice
        # what we need, so that the fine reduction is always our own.
        ratio = max(1.0, max(image.size) / (2 * WORKING_SIDE))
        image.draft(None, (int(np.ceil(image.width / ratio)), int(np.ceil(image.height / ratio))))
    if isinstance(image, TiffImagePlugin.TiffImageFile):  # Pillow sets it upright, and forgets how it lay
        exif = read_exif(image)
        with quiet_codec():
            image.load()
        return exif, 1
    image.load()
    exif = read_exif(image)
    return exif, exif.orientation or 1


def _declared_white(image: Image.Image) -> int | None:
    """Of a TIFF that says it has 12 bits a value, the largest: Pillow hands them over as they are, in 16."""
    if not image.mode.startswith("I;16") or not isinstance(image, TiffImagePlugin.TiffImageFile):
        return None
    bits = image.tag_v2.get(BITS_A_SAMPLE)
    return 2 ** bits[0] - 1 if isinstance(bits, tuple) and len(bits) == 1 and 8 < bits[0] < 16 else None


def _read_avif(stream: BinaryIO, scale: Scale) -> Opened:
    if not features.check("avif"):
        raise Unreadable(Reason.NO_AVIF)
    return reader("AvifImagePlugin", "AVIF")(stream, scale)


def _is_webp(head: bytes) -> bool:
    return head.startswith(b"RIFF") and head[8:12] == b"WEBP"


def brands(head: bytes) -> set[bytes]:
    """The brands of an ISO media file (HEIC, AVIF, MP4), the major one and the compatible ones; none of other files."""
    if head[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return {head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))}


def _is_avif(head: bytes) -> bool:
    return bool(brands(head) & {b"avif", b"avis"})


TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"MM*\0", b"II\0*")
"""How TIFF and BigTIFF begin, and how two programs write it the wrong way round."""

PILLOW: tuple[Kind, ...] = (
    Kind(
        name="JPEG",
        extensions=(".jpg", ".jpeg", ".jpe", ".jfif"),
        begins=begins_with(b"\xff\xd8\xff"),
        read=reader("JpegImagePlugin", "JPEG"),
    ),
    Kind(
        name="PNG",
        extensions=(".png", ".apng"),
        begins=begins_with(b"\x89PNG\r\n\x1a\n"),
        read=reader("PngImagePlugin", "PNG"),
        extent=extent_by("PngImagePlugin", "PNG"),
    ),
    Kind(
        name="GIF",
        extensions=(".gif",),
        begins=begins_with(b"GIF87a", b"GIF89a"),
        read=reader("GifImagePlugin", "GIF"),
    ),
    Kind(name="WEBP", extensions=(".webp",), begins=_is_webp, read=reader("WebPImagePlugin", "WEBP")),
    Kind(
        name="TIFF",
        extensions=(".tif", ".tiff"),
        begins=begins_with(*TIFF),
        read=reader("TiffImagePlugin", "TIFF"),
        extent=extent_by("TiffImagePlugin", "TIFF"),
    ),
    Kind(name="BMP", extensions=(".bmp", ".dib"), begins=begins_with(b"BM"), read=reader("BmpImagePlugin", "BMP")),
    Kind(name="AVIF", extensions=(".avif", ".avifs"), begins=_is_avif, read=_read_avif),
    Kind(
        name="JPEG 2000",
        extensions=(".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx"),
        begins=begins_with(b"\xff\x4f\xff\x51", b"\0\0\0\x0cjP  \r\n\x87\n"),
        read=reader("Jpeg2KImagePlugin", "JPEG2000"),
        extent=extent_by("Jpeg2KImagePlugin", "JPEG2000"),
    ),
)
