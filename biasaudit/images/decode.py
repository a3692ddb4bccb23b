"""The one way in which a file becomes pixels: training, cues and report all come through here.

Decoders disagree on EXIF rotation, 16-bit scale, transparency and truncated files, and a disagreement that
goes with the class is a shortcut that is not in the data. Colour profiles are not applied, as most training
pipelines do not apply them either.
"""

from __future__ import annotations

import hashlib
import os
import stat
import warnings
from pathlib import Path

import numpy as np
from PIL import Image

from biasaudit.images import words
from biasaudit.images.jpeg import chroma_subsampling, jpeg_quality, table_name
from biasaudit.images.kinds import EXTENSIONS, Kind, kind_of
from biasaudit.images.kinds.foreign import told
from biasaudit.images.kinds.kind import AS_STORED, HEAD, MAX_PIXELS, Opened, Scale
from biasaudit.images.photo import FileFacts, Photo
from biasaudit.images.reasons import Reason, Unreadable
from biasaudit.images.to_rgb import to_rgb

MAX_BYTES = 1 << 30
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


def decode(path: Path, scale: Scale = AS_STORED) -> Photo:
    """Read an image file: uint8 (height, width, 3), 0 to 255, upright, on white, longest side at most `WORKING_SIDE`.

    Of several frames or pages one is read, which a note tells. The header is checked before any pixel is decoded.
    `scale` is what is black and white where the file does not say it: `scale_of` finds it for a data set.
    Raises `Unreadable` for whatever cannot be audited, and nothing else but MemoryError.
    """
    n_bytes = _size_of_regular_file(path)
    try:
        with warnings.catch_warnings(), path.open("rb") as stream:
            warnings.simplefilter("ignore")
            kind = _kind_of(stream.read(HEAD))
            stream.seek(0)
            return _photo(kind.read(stream, scale), kind, path, n_bytes)
    except (Unreadable, MemoryError):
        raise
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


def _kind_of(head: bytes) -> Kind:
    """The kind of a file that begins so. Raises Unreadable, with what it is where that can be told."""
    kind = kind_of(head)
    if kind is not None:
        return kind
    if what := told(head):
        raise Unreadable(Reason.FOREIGN, what)
    raise Unreadable(Reason.OTHER_KIND, ", ".join(EXTENSIONS))


def _photo(found: Opened, kind: Kind, path: Path, n_bytes: int) -> Photo:
    image, (width, height) = found.image, found.size
    tables = getattr(image, "quantization", None) or {}
    alpha = image.has_transparency_data  # asked after loading: a PNG's may stand anywhere before its pixels
    rgb, seen = to_rgb(image, found.white)
    if found.turn in _UPRIGHT:
        rgb = np.asarray(Image.fromarray(rgb).transpose(_UPRIGHT[found.turn]))
    if found.turn >= 5:
        width, height = height, width
    facts = FileFacts(
        width=width,
        height=height,
        n_bytes=n_bytes,
        format=kind.name,
        mode=found.mode,
        has_alpha=alpha,
        jpeg_quality=jpeg_quality(tables.get(0)),
        quantisation_table=table_name(tables),
        chroma_subsampling=chroma_subsampling(image),
        camera_make=found.exif.make,
        camera_model=found.exif.model,
        software=found.exif.software,
        orientation=found.exif.orientation,
        tags=found.tags,
        name=path.stem,
        folder=path.absolute().parent.name,
        notes=(
            *_notes_on_name(kind, path),
            *found.notes,
            *seen,
            *_notes_on_picture(rgb, min(width, height)),
        ),
    )
    return Photo(np.ascontiguousarray(rgb), facts)


def _notes_on_name(kind: Kind, path: Path) -> list[str]:
    extension = path.suffix.lower()
    misnamed = extension not in kind.extensions and any(extension in names for names in EXTENSIONS.values())
    return [words.misnamed(kind.name)] if misnamed else []


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
