"""Which quality setting a JPEG was saved with, from its luminance quantisation table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

# Annex K.1 of the JPEG standard, in row order.
_BASE = np.array(
    [
        *(16, 11, 10, 16, 24, 40, 51, 61),
        *(12, 12, 14, 19, 26, 58, 60, 55),
        *(14, 13, 16, 24, 40, 57, 69, 56),
        *(14, 17, 22, 29, 51, 87, 80, 62),
        *(18, 22, 37, 56, 68, 109, 103, 77),
        *(24, 35, 55, 64, 81, 104, 113, 92),
        *(49, 64, 78, 87, 103, 121, 120, 101),
        *(72, 92, 95, 98, 112, 100, 103, 99),
    ]
)


def _ijg_tables() -> np.ndarray:
    """int, (100, 64): the tables that the Independent JPEG Group's code writes for qualities 1 to 100."""
    quality = np.arange(1, 101)[:, None]
    percent = np.where(quality < 50, 5000 // quality, 200 - 2 * quality)
    return np.clip((_BASE * percent + 50) // 100, 1, 255)


_TABLES = _ijg_tables()


def jpeg_quality(table: Sequence[int] | None) -> float | None:
    """1 to 100: the quality whose table is nearest `table` (64 values, row order); None where there is none.

    Exact for files written by libjpeg and what follows it; cameras with tables of their own get the nearest.
    """
    if table is None or len(table) != _BASE.size:
        return None
    return float(np.abs(_TABLES - np.asarray(table)).sum(axis=1).argmin() + 1)
