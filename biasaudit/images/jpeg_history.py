"""What earlier savings as JPEG left in the pixels, whatever the file's own header says."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from biasaudit.images.jpeg import standard_steps

BLOCK = 8
PLACES = ((0, 1), (1, 0), (2, 0), (1, 1), (0, 2), (0, 3), (1, 2), (2, 1), (3, 0))
"""Frequencies, down and across, that are looked at: higher ones are zero in most blocks and say nothing."""
QUALITIES = np.arange(5, 93)
"""Qualities that are told apart: from 93 on steps are as small as the rounding to whole numbers."""
MOST = 256
"""Side in pixels of the middle that is looked at."""
FEWEST = 12
"""Coefficients of a frequency that are not zero, from which on it says something."""
DISTINCT = 8
"""Values that they must take, rounded: those of a pattern that repeats are few, and fit some steps by chance."""
LEAST_PLACES = 3
SURE = 0.4
"""How closely the coefficients must keep to multiples of a quality's steps: 1 exactly, 0 not at all."""
AS_GOOD = 0.8
"""Of the best: a coarser quality whose steps fit nearly as well is it, since what keeps to steps of 20 keeps to 10."""
LEAST_STEP = 3
_WAVES = np.array(
    [
        [np.sqrt((1 if k == 0 else 2) / BLOCK) * np.cos((2 * n + 1) * k * np.pi / (2 * BLOCK)) for n in range(BLOCK)]
        for k in range(4)
    ],
    np.float32,
)
_STEPS = standard_steps(QUALITIES)[:, [BLOCK * down + across for down, across in PLACES]].astype(np.float32)
_ASKED = [np.unique(steps, return_inverse=True) for steps in _STEPS.T]
"""At each place the steps to try, float32 (steps,), and which of them each quality has, int (qualities,)."""


class Grid(NamedTuple):
    """Where the corners of the blocks lie: pixels from the picture's upper left corner, 0 to 7."""

    down: int
    across: int


def earlier_quality(rgb: np.ndarray) -> float | None:
    """The coarsest JPEG quality, 5 to 92, whose steps the pixels still keep to; None where they keep to none.

    rgb: uint8 (height, width, 3), in the pixels of the file: once resized nothing is left. Coefficients of blocks that
    were quantised lie at multiples of the steps, also after a finer saving (Fan & de Queiroz 2003). The standard's
    luminance tables are tried, on the blocks' own grid, which a crop shifts.
    """
    luma = _middle(rgb).astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32) - 128
    if min(luma.shape) < 4 * BLOCK:
        return None
    found = [fit for grid in {Grid(0, 0), grid_of(luma)} if (fit := _fit(luma, grid)) is not None]
    return min(found, default=None)


def _middle(rgb: np.ndarray) -> np.ndarray:
    """The middle of a picture, cut out at whole blocks."""
    down, across = (max(extent - MOST, 0) // 2 // BLOCK * BLOCK for extent in rgb.shape[:2])
    return rgb[down : down + MOST, across : across + MOST]


def grid_of(luma: np.ndarray) -> Grid:
    """Where neighbouring pixels differ most from what goes on at either side of them: at the edges of the blocks.

    luma: float32 (height, width).
    """
    places = []
    for upright in (luma, luma.T):
        jump = np.abs(np.diff(upright, axis=0))
        beside = np.abs(
            upright[1:-2] - upright[2:-1] - (upright[:-3] - upright[1:-2] + upright[2:-1] - upright[3:]) / 2
        )
        clear = np.minimum(beside, 8).mean(axis=1) if len(jump) > 3 else np.zeros(0)
        at = (np.arange(len(clear)) + 2) % BLOCK
        means = np.bincount(at, clear, BLOCK) / np.maximum(np.bincount(at, minlength=BLOCK), 1)
        places.append(int(means.argmax()))
    return Grid(*places)


def _fit(luma: np.ndarray, grid: Grid) -> float | None:
    frequencies = _coefficients(luma[grid.down :, grid.across :])
    said = np.stack([_keeping(values, *asked) for values, asked in zip(frequencies, _ASKED, strict=True)])
    fits = np.where(np.isfinite(said).sum(axis=0) >= LEAST_PLACES, _mean_of_known(said), -1.0)
    coarse = fits[::2]  # a quality beside one that fits hardly fits less
    if coarse.max() < SURE:
        return None
    place = 2 * int(np.flatnonzero(coarse >= AS_GOOD * coarse.max())[0])
    while place + 1 < len(fits) and fits[place + 1] > fits[place]:  # up to the top of its peak
        place += 1
    return float(QUALITIES[place])


def _coefficients(luma: np.ndarray) -> np.ndarray:
    """float32 (places, blocks): the cosine transform of each block at `PLACES`."""
    down, across = (extent // BLOCK for extent in luma.shape)
    whole = np.ascontiguousarray(luma[: BLOCK * down, : BLOCK * across])
    blocks = whole.reshape(down, BLOCK, across, BLOCK).transpose(0, 2, 1, 3).reshape(-1, BLOCK, BLOCK)
    waves = _WAVES @ blocks @ _WAVES.T
    return np.stack([waves[:, v, u] for v, u in PLACES])


def _keeping(values: np.ndarray, steps: np.ndarray, of_quality: np.ndarray) -> np.ndarray:
    """How closely a frequency's coefficients keep to multiples of each quality's step, float (qualities,), each in
    -1 to 1; NaN where too few would say.

    values: float32 (blocks,); steps and of_quality: as in `_ASKED`.
    """
    order = np.argsort(-np.abs(values), kind="stable")
    sizes = np.abs(values[order])
    first = np.zeros(len(values), bool)
    first[np.unique(np.rint(values[order]), return_index=True)[1]] = True
    distinct = np.cumsum(first)  # among the largest ones up to each
    told = len(sizes) - np.searchsorted(sizes[::-1], steps / 2 + 0.5, side="right")  # those other than zero
    asked = np.flatnonzero((steps >= LEAST_STEP) & (told >= FEWEST) & (distinct[told - 1] >= DISTINCT))
    kept = np.full(len(steps), np.nan)
    if asked.size:
        waves = np.cos(sizes[: told[asked].max()] * (np.float32(2 * np.pi) / steps[asked, None]))
        counted = np.arange(waves.shape[1]) < told[asked, None]
        kept[asked] = np.where(counted, waves, 0).sum(axis=1) / told[asked]
    return kept[of_quality]


def _mean_of_known(values: np.ndarray) -> np.ndarray:
    """Mean of each column of float (n, m), of what is finite; 0 where nothing is."""
    known = np.isfinite(values)
    return np.where(known, values, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
