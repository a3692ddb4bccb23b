"""What the header of a JPEG file tells of the program that wrote it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image

# Annex K of the JPEG standard, in row order: luminance (K.1) and chrominance (K.2).
_BASE = np.array(
    [
        [
            *(16, 11, 10, 16, 24, 40, 51, 61),
            *(12, 12, 14, 19, 26, 58, 60, 55),
            *(14, 13, 16, 24, 40, 57, 69, 56),
            *(14, 17, 22, 29, 51, 87, 80, 62),
            *(18, 22, 37, 56, 68, 109, 103, 77),
            *(24, 35, 55, 64, 81, 104, 113, 92),
            *(49, 64, 78, 87, 103, 121, 120, 101),
            *(72, 92, 95, 98, 112, 100, 103, 99),
        ],
        [
            *(17, 18, 24, 47, 99, 99, 99, 99),
            *(18, 21, 26, 66, 99, 99, 99, 99),
            *(24, 26, 56, 99, 99, 99, 99, 99),
            *(47, 66, 99, 99, 99, 99, 99, 99),
            *[99] * 32,
        ],
    ]
)

_RATIOS = {(1, 1): "4:4:4", (2, 1): "4:2:2", (2, 2): "4:2:0", (1, 2): "4:4:0", (4, 1): "4:1:1", (4, 2): "4:1:0"}


def _ijg_tables() -> np.ndarray:
    """int, (100, 2, 64): the tables that the Independent JPEG Group's code writes for qualities 1 to 100."""
    quality = np.arange(1, 101)[:, None, None]
    percent = np.where(quality < 50, 5000 // quality, 200 - 2 * quality)
    return np.clip((_BASE * percent + 50) // 100, 1, 255)


_TABLES = _ijg_tables()


def standard_steps(qualities: np.ndarray) -> np.ndarray:
    """int (n, 64): the luminance steps, row by row, that libjpeg writes for qualities, int (n,), each 1 to 100."""
    return np.asarray(_TABLES[np.asarray(qualities) - 1, 0])


def jpeg_quality(table: Sequence[int] | None) -> float | None:
    """1 to 100: the quality whose table is nearest `table` (64 values, row order); None where there is none.

    Exact for files written by libjpeg and what follows it; cameras with tables of their own get the nearest.
    """
    if table is None or len(table) != _BASE.shape[1]:
        return None
    return float(np.abs(_TABLES[:, 0] - np.asarray(table)).sum(axis=1).argmin() + 1)


def table_name(tables: Mapping[int, Sequence[int]]) -> str:
    """A name for a file's quantisation tables: "standard, quality 90", or "table a1b2c3"; "" where there are none."""
    found = [tuple(int(step) for step in tables[place]) for place in sorted(tables)]
    if not found:
        return ""
    quality = jpeg_quality(found[0])
    if quality is not None:
        standard = [tuple(table) for table in _TABLES[int(quality) - 1].tolist()]
        # Some writers give Cb and Cr a table each, and they are the same.
        if found[0] == standard[0] and all(table == standard[1] for table in found[1:]):
            return f"standard, quality {quality:.0f}"
    return f"table {hashlib.sha256(repr(found).encode()).hexdigest()[:6]}"


def chroma_subsampling(image: Image.Image) -> str:
    """How the colour of a JPEG file is stored: 4:4:4 in full, 4:2:0 at half the width and height; "" if not known."""
    layers = getattr(image, "layer", None) or []
    if len(layers) < 3:
        return ""
    (_, across, down, *_), *chroma = layers
    ratios = {(across / max(layer[1], 1), down / max(layer[2], 1)) for layer in chroma[:2]}
    return _RATIOS.get(ratios.pop(), "unusual") if len(ratios) == 1 else "unusual"
