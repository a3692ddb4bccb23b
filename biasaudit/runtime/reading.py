"""Files that are read back: regular ones, of a size that they can have."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def bytes_of(path: Path, most: int) -> bytes:
    """What a regular file holds. Raises OSError where there is none, or where it holds more than `most` bytes."""
    data = _first_of(path, most + 1)
    if len(data) > most:
        raise _too_large(path, most)
    return data


def _first_of(path: Path, most: int) -> bytes:
    """The first bytes of a regular file. Raises OSError where there is none.

    A pipe would be waited for without end, and a device has none.
    """
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as stream:
        told = os.fstat(handle)
        _check(told, path)
        return stream.read(min(most, told.st_size + 1))


def check_regular(path: Path, most: int | None = None) -> None:
    """Raise OSError where there is no regular file, or it holds more than `most` bytes: for who opens it by name."""
    told = path.stat()
    _check(told, path)
    if most is not None and told.st_size > most:
        raise _too_large(path, most)


def _check(told: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(told.st_mode):
        raise OSError(errno.EINVAL, "it is no regular file", str(path))


def _too_large(path: Path, most: int) -> OSError:
    return OSError(errno.EFBIG, f"it is larger than {most / 1e6:g} MB", str(path))


def text_of(path: Path, most: int) -> str:
    """The same as UTF-8 text. Raises UnicodeDecodeError, a ValueError, too."""
    return bytes_of(path, most).decode("utf-8")
