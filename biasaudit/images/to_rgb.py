"""Whatever the colour mode of a file, the same 8-bit RGB at the working size."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

from biasaudit.images import words
from biasaudit.images.kinds.kind import WHITE
from biasaudit.images.photo import WORKING_SIDE

BAND = 512
"""Rows of a transparent picture that are worked on at a time."""


def to_rgb(image: Image.Image, white: int) -> tuple[np.ndarray, list[str]]:
    """The picture as uint8 (height, width, 3), 0 to 255, longest side at most `WORKING_SIDE`; and notes on how.

    image: loaded, of any mode and size; what is transparent is laid on white, and `white` of 16 bits becomes 255.
    Raises what Pillow raises for a mode that it cannot convert.
    """
    if image.mode.startswith("I;16"):
        return _of_sixteen_bits(np.asarray(image).astype(np.uint16, copy=False), white)
    notes = []
    if image.has_transparency_data:
        image, hides = _on_white(image)
        notes += [words.HIDDEN_PIXELS] if hides else []
    elif image.mode == "CMYK":
        notes.append(words.FROM_CMYK)
    if image.mode not in ("L", "RGB"):
        image = image.convert("L" if image.mode == "1" else "RGB")
    coarse = max(image.size) // (2 * WORKING_SIDE)
    if coarse > 1:
        image = image.reduce(coarse)  # whole-number averages, before grey takes four times the memory as RGB
    return _shrink(np.asarray(image.convert("RGB"))), notes


def _of_sixteen_bits(deep: np.ndarray, white: int) -> tuple[np.ndarray, list[str]]:
    """deep: uint16 (height, width)."""
    notes = [words.SIXTEEN_BITS if white == WHITE else words.stretched(white.bit_length())]
    if deep.max() > white:
        notes.append(words.CUT_OFF)
    # Rounded. Where 65535 is white, each step is 257: the whole range keeps its place, nothing is clipped.
    gray = (_shrink(deep).astype(np.uint32) * 510 + white) // (2 * white)
    return np.repeat(np.minimum(gray, 255).astype(np.uint8)[:, :, None], 3, axis=2), notes


def _on_white(image: Image.Image) -> tuple[Image.Image, bool]:
    """The image laid on white, and whether its fully transparent pixels carry a picture of their own."""
    canvas = Image.new("RGB", image.size, "white")
    hidden = np.zeros((3, 256), dtype=int)
    for top in range(0, image.height, BAND):  # in bands, as each step is a copy of what it works on
        band = image.crop((0, top, image.width, min(top + BAND, image.height))).convert("RGBA")
        alpha = band.getchannel("A")
        invisible = alpha.point([255] + [0] * 255)
        hidden += np.reshape(band.convert("RGB").histogram(invisible), (3, 256))
        canvas.paste(band, (0, top), mask=alpha)
    return canvas, bool(((hidden > 0).sum(axis=1) > 1).any())


def _shrink(pixels: np.ndarray) -> np.ndarray:
    """uint8 or uint16 (height, width[, 3]) -> the same, its longest side at most `WORKING_SIDE`, by area averages."""
    height, width = pixels.shape[:2]
    ratio = WORKING_SIDE / max(height, width)
    if ratio >= 1:
        return pixels
    size = max(1, round(width * ratio)), max(1, round(height * ratio))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
