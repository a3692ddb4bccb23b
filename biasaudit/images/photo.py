"""What is known of one image once it is decoded: its pixels and the traits of its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np

WORKING_SIDE = 512
"""Longest side in pixels at which cues are measured; larger images are reduced to it, smaller ones kept."""

COLOUR_SIDE = 256
"""The same where colours are measured."""

NO_WORD = "(none)"
"""What a cue that gives a word says where there is nothing to tell."""


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
    """What the content is, whatever the name says: JPEG, PNG, HEIC, DICOM, ..."""
    mode: str
    """Colour mode in the file: RGB, L, CMYK, P, RGBA, I;16, ..."""
    has_alpha: bool = False
    """Whether the file can hold transparent pixels, be they used or not."""
    jpeg_quality: float | None = None
    """1 to 100, estimated from the quantisation table; None where the file is no JPEG."""
    quantisation_table: str = ""
    """A short name of the JPEG's tables, the same for the same tables; "" where there are none."""
    chroma_subsampling: str = ""
    """4:4:4, 4:2:2, 4:2:0, ... of a JPEG in colour; "" in all other files."""
    camera_make: str = ""
    """As in the EXIF, printable and at most 40 characters; "" where there is none, like the next two."""
    camera_model: str = ""
    software: str = ""
    orientation: int | None = None
    """EXIF orientation as stored, 1 to 8, before the image was set upright; None where there is none."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """DICOM keyword -> its value as a short text, of the tags that identify nobody; of other files none."""
    name: str = ""
    """The file's name without its extension."""
    folder: str = ""
    """The name of the folder that the file lies in, most often its class."""
    notes: tuple[str, ...] = field(default=())
    """What a reader should know, in the words of `images.words`."""


@dataclass(frozen=True, eq=False)
class Photo:
    """One decoded image. Cues read it; nothing keeps it after its shard is done."""

    rgb: np.ndarray
    """uint8, (height, width, 3), 0 to 255, sRGB, upright, transparency laid on white, longest side at most 512."""
    file: FileFacts

    @property
    def is_reduced(self) -> bool:
        """Whether the file has more pixels than are looked at: what resizing or saving left in them is gone."""
        return max(self.file.width, self.file.height) > max(self.rgb.shape[:2])

    @cached_property
    def luma(self) -> np.ndarray:
        """uint8, (height, width), 0 to 255."""
        return cv2.cvtColor(self.rgb, cv2.COLOR_RGB2GRAY)

    @cached_property
    def gray(self) -> np.ndarray:
        """float32, (height, width), 0 to 255: the same luma, for arithmetic."""
        return self.luma.astype(np.float32)

    @cached_property
    def tones(self) -> np.ndarray:
        """int, (256,): how many pixels have each luma."""
        return cv2.calcHist([self.luma], [0], None, [256], [0, 256]).ravel().astype(int)

    @cached_property
    def lab(self) -> np.ndarray:
        """float32, (h, w, 3), CIE L*a*b* (0 to 100; -127 to 127) of the picture reduced to `COLOUR_SIDE`.

        Colours are of areas: no cue looks at one in finer detail, and the conversion takes longer than most cues.
        """
        scale = COLOUR_SIDE / max(self.rgb.shape)
        size = [max(round(extent * scale), 1) for extent in self.rgb.shape[1::-1]]
        small = cv2.resize(self.rgb, size, interpolation=cv2.INTER_AREA) if scale < 1 else self.rgb
        return cv2.cvtColor(small.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB)
