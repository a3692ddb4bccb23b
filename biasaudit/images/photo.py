"""What is known of one image once it is decoded: its pixels and the traits of its file."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np

WORKING_SIDE = 512
"""Longest side in pixels at which cues are measured; larger images are reduced to it, smaller ones kept."""


@dataclass(frozen=True, kw_only=True)
class FileFacts:
    """Traits of the file itself, read before its pixels are touched."""

    width: int
    """Upright width in pixels, as stored in the file, before any reduction."""
    height: int
    """Upright height in pixels."""
    n_bytes: int
    """Size of the file in bytes."""
    format: str
    """What the content is, whatever the name says: JPEG, PNG, WEBP, GIF, TIFF, BMP."""
    mode: str
    """Colour mode in the file: RGB, L, CMYK, P, RGBA, I;16, ..."""
    jpeg_quality: float | None = None
    """1 to 100, estimated from the quantisation table; None where the file is no JPEG."""
    notes: tuple[str, ...] = field(default=())
    """What a reader should know: "name says .jpg, content is PNG", "animated: first of 12 frames", ..."""


@dataclass(frozen=True, eq=False)
class Photo:
    """One decoded image. Cues read it; nothing keeps it after its shard is done."""

    rgb: np.ndarray
    """uint8, (height, width, 3), sRGB, upright, transparency composited on white, longest side at most 512."""
    file: FileFacts

    @cached_property
    def gray(self) -> np.ndarray:
        """float32, (height, width), luma 0 to 255."""
        return cv2.cvtColor(self.rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)

    @cached_property
    def lab(self) -> np.ndarray:
        """float32, (height, width, 3), CIE L*a*b* with L* 0 to 100."""
        return cv2.cvtColor(self.rgb.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB)
