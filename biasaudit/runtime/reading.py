"""Files that are read back: regular ones, of a size that they can have."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def bytes_of(path: Path, most: int) -> bytes:
    """What a regular file holds. Raises OSError where there is none, or where it holds more than `most` bytes."""
    data = first_of(path, most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, f"it is larger than {most / 1e6:g} MB", str(path))
    return data


def first_of(path: Path, most: int) -> bytes:
    """The first bytes of a regular file. Raises OSError where there is none.

    A pipe would be waited for without end, and a device has none.
    """
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", str(path))
        return stream.read(most)


def begins_with(path: Path, start: bytes) -> bool:
    """Whether there is a regular file that begins so; False where it cannot be read."""
    try:
        return first_of(path, len(start)) == start
    except OSError:
        return False


def text_of(path: Path, most: int) -> str:
    """The same as UTF-8 text. Raises UnicodeDecodeError, a ValueError, too."""
    return bytes_of(path, most).decode("utf-8")
