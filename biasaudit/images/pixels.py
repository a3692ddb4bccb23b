"""Pixels at the size that a network takes: one array on disk, read a batch at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from biasaudit.errors import EnvironmentFault


def resized(rgb: np.ndarray, size: int) -> np.ndarray:
    """uint8 (h, w, 3) -> uint8 (size, size, 3): the whole picture, averaged down or interpolated up."""
    shrinking = min(rgb.shape[:2]) >= size
    return cv2.resize(rgb, (size, size), interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR)


class PixelStore:
    """Images of one size as raw uint8 rows in one file; memory does not grow with their number."""

    def __init__(self, path: Path, n: int, size: int) -> None:
        """n pictures of `size` by `size` pixels in the file at `path`, which `create` makes."""
        self.path, self.n, self.size = path, n, size
        self.row_bytes = size * size * 3
        self.beside: PixelStore | None = None
        """The same images at another size, where a second network takes them."""

    @classmethod
    def create(cls, path: Path, n: int, size: int) -> PixelStore:
        """Reserve the file. Raises EnvironmentFault where the disk has no room."""
        store = cls(path, n, size)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0), 0o600)
            with os.fdopen(handle, "wb") as stream:
                if hasattr(os, "posix_fallocate"):
                    os.posix_fallocate(stream.fileno(), 0, max(1, n * store.row_bytes))
        except OSError as error:
            path.unlink(missing_ok=True)
            raise EnvironmentFault(
                f"No room for {n * store.row_bytes / 1e6:.0f} MB of working pixels at {path.parent}: {error.strerror}. "
                "Free some space or choose another --out."
            ) from error
        return store

    def at(self, size: int) -> PixelStore:
        """The store of that size: this one, or the one beside it. Raises ValueError where neither is."""
        for store in (self, self.beside):
            if store is not None and store.size == size:
                return store
        raise ValueError(f"no pixels of side {size} were kept")

    def take(self, row: int, rgb: np.ndarray) -> None:
        """Put uint8 (h, w, 3), of any size, at `row`, resized to this store's size and that of the one beside it."""
        self.write(row, resized(rgb, self.size))
        if self.beside is not None:
            self.beside.take(row, rgb)

    def write(self, row: int, rgb: np.ndarray) -> None:
        """Put uint8 (size, size, 3) at `row`; processes may write different rows at once."""
        with open(self.path, "r+b") as stream:
            stream.seek(row * self.row_bytes)
            stream.write(np.ascontiguousarray(rgb).tobytes())

    def read(self, rows: np.ndarray) -> np.ndarray:
        """uint8 (m, size, size, 3), of the images at rows, int (m,)."""
        pixels = np.empty((len(rows), self.size, self.size, 3), dtype=np.uint8)
        with open(self.path, "rb") as stream:
            for place, row in enumerate(rows):
                stream.seek(int(row) * self.row_bytes)
                stream.readinto(pixels[place].data)
        return pixels

    def batches(self, rows: np.ndarray, batch: int = 32) -> Iterator[np.ndarray]:
        """uint8 (up to batch, size, size, 3): `read` in pieces."""
        for start in range(0, len(rows), batch):
            yield self.read(rows[start : start + batch])

    def discard(self) -> None:
        """Remove the file: working pixels do not outlive the run."""
        self.path.unlink(missing_ok=True)
        if self.beside is not None:
            self.beside.discard()
