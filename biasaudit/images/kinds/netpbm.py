"""PPM, PGM and PBM. Pillow reads their headers, and NumPy what Pillow would read a value at a time in Python."""

from __future__ import annotations

from typing import BinaryIO

import numpy as np
from PIL import Image, PpmImagePlugin

from biasaudit.images.kinds.kind import Kind, Opened, Scale, check_size
from biasaudit.images.kinds.pillow import opened
from biasaudit.images.reasons import Reason, Unreadable

MAX_WRITTEN_OUT = 10_000_000
"""Pixels of a file that writes its values out as text: a second for each million."""


def read(stream: BinaryIO, scale: Scale) -> Opened:
    """A picture of any of the six forms, scaled by the largest value that its header names. Raises what Pillow does."""
    image = Image.open(stream, formats=[PpmImagePlugin.PpmImageFile.format])
    check_size(*image.size)
    if image.mode == "F":
        raise Unreadable(Reason.NO_RANGE)
    tile = image.tile[0]
    if tile.codec_name == "ppm_plain" and image.width * image.height > MAX_WRITTEN_OUT:
        raise Unreadable(Reason.TOO_MANY_PIXELS, MAX_WRITTEN_OUT // 1_000_000)
    if tile.codec_name == "ppm_plain" and image.mode == "I":
        return _deep(np.asarray(image).astype(np.uint16), 65_535)  # Pillow has scaled it
    if tile.codec_name == "ppm" or image.mode == "I":
        return _binary(stream, image.size, 3 if image.mode == "RGB" else 1, tile.offset, _largest(tile.args))
    return opened(image, scale)


def _largest(args: object) -> int:
    """The largest value, of the arguments that Pillow keeps for its decoder: (mode, largest), or a mode of 16 bits."""
    if isinstance(args, tuple) and len(args) == 2 and isinstance(args[1], int):
        return args[1]
    return 65_535


def _binary(stream: BinaryIO, size: tuple[int, int], bands: int, offset: int, largest: int) -> Opened:
    width, height = size
    kind = np.dtype(">u2" if largest > 255 else "u1")
    stream.seek(offset)
    content = stream.read(width * height * bands * kind.itemsize)
    if len(content) < width * height * bands * kind.itemsize:
        raise Unreadable(Reason.TRUNCATED)
    values = np.frombuffer(content, dtype=kind).reshape(height, width, bands)
    if bands == 1 and largest > 255:
        return _deep(values[..., 0].astype(np.uint16), largest)
    eight = np.rint(np.minimum(np.arange(2 ** (8 * kind.itemsize)), largest) * (255 / largest)).astype(np.uint8)
    image = Image.fromarray(eight[values[..., 0] if bands == 1 else values])
    return Opened(image=image, size=size, mode=image.mode)


def _deep(values: np.ndarray, white: int) -> Opened:
    """values: uint16 (height, width), of which `white` is white."""
    image = Image.fromarray(values)
    return Opened(image=image, size=image.size, mode=image.mode, white=white)


def _begins(head: bytes) -> bool:
    return head[:1] == b"P" and head[1:2] in b"123456f" and head[2:3] in (b" ", b"\t", b"\n", b"\r", b"#")


NETPBM = Kind(name="PPM", extensions=(".ppm", ".pgm", ".pbm", ".pnm", ".pfm"), begins=_begins, read=read)
