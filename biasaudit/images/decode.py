"""The one way in which a file becomes pixels: training, cues and report all come through here.

Decoders disagree on EXIF rotation, 16-bit scale, transparency and truncated files, and a disagreement that
goes with the class is a shortcut that is not in the data. Colour profiles are not applied, as most training
pipelines do not apply them either.
"""

from __future__ import annotations

import hashlib
import logging
import os
import stat
import warnings
from pathlib import Path

import numpy as np

# Imported by name, so that Pillow finds every plugin it is allowed and never loads its forty others.
from PIL import (
    BmpImagePlugin,  # noqa: F401
    GifImagePlugin,  # noqa: F401
    Image,
    JpegImagePlugin,
    PngImagePlugin,  # noqa: F401
    TiffImagePlugin,  # noqa: F401
    UnidentifiedImageError,
    WebPImagePlugin,  # noqa: F401
)

from biasaudit.images import words
from biasaudit.images.exif import Exif, read_exif
from biasaudit.images.jpeg import chroma_subsampling, jpeg_quality, table_name
from biasaudit.images.libtiff import quiet_libtiff
from biasaudit.images.photo import WORKING_SIDE, FileFacts, Photo
from biasaudit.images.reasons import Reason, Unreadable
from biasaudit.images.to_rgb import to_rgb

EXTENSIONS = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "PNG": (".png", ".apng"),
    "GIF": (".gif",),
    "WEBP": (".webp",),
    "TIFF": (".tif", ".tiff"),
    "BMP": (".bmp", ".dib"),
}
"""What is opened, by content, and the names that go with it; EPS, FITS and SVG never reach a parser."""

MAX_BYTES = 1 << 30
MAX_SIDE = 20_000
MAX_PIXELS = 100_000_000
MAX_ASPECT = 200
SMALL_SIDE = 8

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation (tag 274) -> what sets the picture upright."""

# Pillow logs some refusals; without a handler Python would print them between our progress lines.
logging.getLogger("PIL").addHandler(logging.NullHandler())


def decode(path: Path) -> Photo:
    """Read an image file: uint8 (height, width, 3), 0 to 255, upright, on white, longest side at most `WORKING_SIDE`.

    Only the first frame or page is read. The header is checked before any pixel is decoded.
    Raises `Unreadable` for whatever cannot be audited, and nothing else but MemoryError.
    """
    n_bytes = _size_of_regular_file(path)
    try:
        with warnings.catch_warnings(), path.open("rb") as stream:
            warnings.simplefilter("ignore")
            with Image.open(stream, formats=list(EXTENSIONS)) as image:
                return _photo(image, path, n_bytes)
    except (Unreadable, MemoryError):
        raise
    except UnidentifiedImageError:
        raise Unreadable(Reason.OTHER_KIND, ", ".join(EXTENSIONS)) from None
    except Image.DecompressionBombError:
        raise Unreadable(Reason.TOO_MANY_PIXELS, MAX_PIXELS // 1_000_000) from None
    except PermissionError:
        raise Unreadable(Reason.NO_PERMISSION) from None
    except Exception as error:  # a hostile file can raise anything inside a parser
        if "truncated" in str(error).lower():
            raise Unreadable(Reason.TRUNCATED) from None
        raise Unreadable(Reason.DAMAGED, type(error).__name__) from None


def _size_of_regular_file(path: Path) -> int:
    try:
        status = path.stat()
    except OSError as error:
        raise Unreadable(Reason.CANNOT_OPEN, os.strerror(error.errno or 0)) from None
    except ValueError:  # NUL in the name
        raise Unreadable(Reason.CANNOT_OPEN, "no such name") from None
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable(Reason.NOT_REGULAR)
    if status.st_size == 0:
        raise Unreadable(Reason.EMPTY)
    if status.st_size > MAX_BYTES:
        raise Unreadable(Reason.TOO_MANY_BYTES, MAX_BYTES >> 20)
    return status.st_size


def _photo(image: Image.Image, path: Path, n_bytes: int) -> Photo:
    _check_header(image)
    (width, height), mode = image.size, image.mode
    kind = "JPEG" if image.format == "MPO" else image.format or ""
    tables = getattr(image, "quantization", None) or {}
    notes = _notes_on_header(image, kind, path)
    exif, turn = _loaded(image, kind)
    alpha = image.has_transparency_data  # asked after loading: a PNG's may stand anywhere before its pixels
    rgb, seen = to_rgb(image)
    if turn in _UPRIGHT:
        rgb = np.asarray(Image.fromarray(rgb).transpose(_UPRIGHT[turn]))
    if turn >= 5:
        width, height = height, width
    notes += [*seen, *_notes_on_picture(rgb, min(width, height))]
    facts = FileFacts(
        width=width,
        height=height,
        n_bytes=n_bytes,
        format=kind,
        mode=mode,
        has_alpha=alpha,
        jpeg_quality=jpeg_quality(tables.get(0)),
        quantisation_table=table_name(tables),
        chroma_subsampling=chroma_subsampling(image),
        camera_make=exif.make,
        camera_model=exif.model,
        software=exif.software,
        orientation=exif.orientation,
        name=path.stem,
        folder=path.absolute().parent.name,
        notes=tuple(notes),
    )
    return Photo(np.ascontiguousarray(rgb), facts)


def _check_header(image: Image.Image) -> None:
    short, long = sorted(image.size)
    if short < 1:
        raise Unreadable(Reason.NO_PIXELS)
    if long > MAX_SIDE:
        raise Unreadable(Reason.TOO_LONG, MAX_SIDE)
    if short * long > MAX_PIXELS:
        raise Unreadable(Reason.TOO_MANY_PIXELS, MAX_PIXELS // 1_000_000)
    if long > MAX_ASPECT * short:
        raise Unreadable(Reason.TOO_NARROW, MAX_ASPECT)
    if image.mode in ("F", "I"):
        raise Unreadable(Reason.NO_RANGE)


def _loaded(image: Image.Image, kind: str) -> tuple[Exif, int]:
    """Read the pixels, no finer than is needed; the file's EXIF, and how the pixels lie now (1 to 8, 1 is upright)."""
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        # The JPEG decoder halves for nothing; asking for the picture's own shape keeps both sides above twice
        # what we need, so that the fine reduction is always our own.
        ratio = max(1.0, max(image.size) / (2 * WORKING_SIDE))
        image.draft(None, (int(np.ceil(image.width / ratio)), int(np.ceil(image.height / ratio))))
    if kind == "TIFF":  # Pillow sets it upright on loading, and forgets how it lay
        exif = read_exif(image)
        with quiet_libtiff():
            image.load()
        return exif, 1
    image.load()
    exif = read_exif(image)
    return exif, exif.orientation or 1


def _notes_on_header(image: Image.Image, kind: str, path: Path) -> list[str]:
    notes = []
    extension = path.suffix.lower()
    if extension not in EXTENSIONS[kind] and any(extension in names for names in EXTENSIONS.values()):
        notes.append(words.misnamed(kind))
    if getattr(image, "is_animated", False):
        notes.append(words.SEVERAL_PAGES if kind in ("TIFF", "JPEG") else words.ANIMATED)
    return notes


def _notes_on_picture(rgb: np.ndarray, short: int) -> list[str]:
    """rgb: uint8 (h, w, 3). short: the shorter side of the file's own picture, in pixels."""
    notes = [words.tiny(SMALL_SIDE)] if short < SMALL_SIDE else []
    if (rgb[0] == rgb[0, 0]).all() and (rgb == rgb[0, 0]).all():
        notes.append(words.ONE_COLOUR)
    return notes


def content_hash(path: Path) -> str:
    """sha256 of the file's bytes in hex, read as a stream."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
