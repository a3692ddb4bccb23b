"""Draws words and lays them over a picture."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

SIZE = 64
"""Size of type, in pixels, in which words are drawn before they are reduced: soft edges, thin strokes."""

BOLD = 2
"""Pixels by which the strokes of bold type grow to every side at `SIZE`."""


def word(text: str, height: float, rng: np.random.Generator) -> np.ndarray:
    """A word whose capitals are `height` pixels high, cropped to the ink: its coverage, float32 (h, w), 0 to 1."""
    face = str(rng.choice(["plain", "bold", "stroke"], p=[0.6, 0.1, 0.3]))
    drawn = _large(text, face)
    zoom = max(height, 1.0) / _large("H", face).shape[0]
    size = [max(round(extent * zoom), 1) for extent in drawn.shape[::-1]]
    return cv2.resize(drawn, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def _large(text: str, face: str) -> np.ndarray:
    """The word at `SIZE`, uint8, cropped to its ink: in Pillow's type, or in that of OpenCV's plotter."""
    canvas = np.zeros((3 * SIZE, SIZE * (len(text) + 2)), np.uint8)
    if face == "stroke":
        cv2.putText(canvas, text, (SIZE, 2 * SIZE), cv2.FONT_HERSHEY_SIMPLEX, SIZE / 30, 255, SIZE // 13, cv2.LINE_AA)
    else:
        page = Image.fromarray(canvas)
        bold = BOLD if face == "bold" else 0
        font = ImageFont.load_default(SIZE)
        ImageDraw.Draw(page).text((SIZE, SIZE), text, fill=255, font=font, stroke_width=bold)
        canvas = np.asarray(page)
    x, y, width, height = cv2.boundingRect(canvas)
    return canvas[y : y + height, x : x + width]


def place(coverage: np.ndarray, shape: tuple[int, int], top: float = 0, left: float = 0) -> np.ndarray:
    """Coverage of a whole picture of `shape`, float32 (height, width), 0 to 1, by a drawing at (top, left), clipped.

    coverage: float32 (h, w), 0 to 1, the drawing. shape: (height, width). top, left: where its corner lies, in pixels.
    """
    full = np.zeros(shape, np.float32)
    top, left = round(top), round(left)
    height, width = coverage.shape
    rows = slice(max(top, 0), min(top + height, shape[0]))
    columns = slice(max(left, 0), min(left + width, shape[1]))
    if rows.start < rows.stop and columns.start < columns.stop:
        full[rows, columns] = coverage[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    return full


def lay(rgb: np.ndarray, coverage: np.ndarray, colour: np.ndarray, opacity: float) -> np.ndarray:
    """The picture under ink of a colour, uint8 (height, width, 3).

    rgb: uint8 (height, width, 3). coverage: float32 (height, width), 0 to 1. colour: float (3,), 0 to 255. opacity: 0
    to 1.
    """
    over = (opacity * coverage)[..., None]
    return np.clip(np.rint(rgb + over * (np.asarray(colour, np.float32) - rgb)), 0, 255).astype(np.uint8)
