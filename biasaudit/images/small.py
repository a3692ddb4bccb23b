"""A picture so small that ten thousand fit into 24 MB, kept on disk: what copies of it are told by."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

SIDE = 48
"""Pixels a side, whatever the picture's shape: a copy that was squashed or stretched looks the same."""


def small_of(gray: np.ndarray) -> bytes:
    """float32 (height, width), 0 to 255 -> SIDE * SIDE bytes, row by row, each the mean of what it covers."""
    return np.rint(cv2.resize(gray, (SIDE, SIDE), interpolation=cv2.INTER_AREA)).astype(np.uint8).tobytes()


def smalls(rows: Iterable[bytes]) -> np.ndarray:
    """What `small_of` kept of n pictures, as uint8 (n, SIDE, SIDE), 0 to 255."""
    return np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(-1, SIDE, SIDE)


class SmallStore:
    """Small pictures as rows of one file: `store[rows]` reads some, as an array of them would be asked.

    Read and not mapped: what is mapped counts as memory of the process that looks at it.
    """

    def __init__(self, path: Path, rows: np.ndarray) -> None:
        """rows: int (n,), which rows of the file are the pictures."""
        self.path, self.rows = path, rows

    @classmethod
    def create(cls, path: Path, n: int) -> SmallStore:
        """A file of n black pictures, in place of what lies there. Raises OSError where it cannot be written."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0), 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.truncate(n * SIDE * SIDE)
        return cls(path, np.arange(n))

    @property
    def whole(self) -> bool:
        """Whether the file is there, with all of its rows."""
        return self.path.is_file() and self.path.stat().st_size == len(self.rows) * SIDE * SIDE

    def write(self, start: int, pictures: bytes) -> None:
        """Put pictures, one after another as `small_of` made them, from row `start` of the file on."""
        with open(self.path, "r+b") as stream:
            stream.seek(start * SIDE * SIDE)
            stream.write(pictures)

    def __len__(self) -> int:
        return len(self.rows)

    def of(self, rows: np.ndarray) -> SmallStore:
        """Some of the pictures, still on disk. rows: int, places among these, or bool (n,)."""
        return SmallStore(self.path, self.rows[rows])

    def __getitem__(self, rows: np.ndarray | slice) -> np.ndarray:
        """uint8 (m, SIDE, SIDE), 0 to 255, of the pictures at rows: int (m,), bool (n,) or a slice."""
        chosen = self.rows[rows]
        pictures = np.empty((len(chosen), SIDE, SIDE), dtype=np.uint8)
        with open(self.path, "rb") as stream:
            for place, row in enumerate(chosen):
                stream.seek(int(row) * SIDE * SIDE)
                if stream.readinto(pictures[place].data) != SIDE * SIDE:
                    raise OSError(f"{self.path.name} was cut short while it was read")
        return pictures


Pictures = np.ndarray | SmallStore
"""uint8 (n, side, side), 0 to 255, in memory or on disk."""


def pictures_of(pictures: Pictures, rows: np.ndarray) -> Pictures:
    """Some of the pictures, left in memory or on disk. rows: int (m,), or bool (n,)."""
    return pictures.of(rows) if isinstance(pictures, SmallStore) else pictures[rows]
