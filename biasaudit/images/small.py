"""A picture so small that ten thousand fit into 24 MB: what copies of it are told by."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

SIDE = 48
"""Pixels a side, whatever the picture's shape: a copy that was squashed or stretched looks the same."""


def small_of(gray: np.ndarray) -> bytes:
    """float (height, width), 0 to 255 -> SIDE * SIDE bytes, row by row, each the mean of what it covers."""
    return np.rint(cv2.resize(gray, (SIDE, SIDE), interpolation=cv2.INTER_AREA)).astype(np.uint8).tobytes()


def smalls(rows: Iterable[bytes]) -> np.ndarray:
    """What `small_of` kept of n pictures, as uint8 (n, SIDE, SIDE)."""
    return np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(-1, SIDE, SIDE)
