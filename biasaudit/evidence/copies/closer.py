"""A closer look at two pictures that seem one: laid upon one another in finer detail, what differs, where, how much?

Saving, resizing and brightening leave little behind, and leave it where the picture has detail. Something drawn on
leaves much in one place. Another photograph, be it of the same person a moment later, moves edges and has other fine
parts everywhere. What can be left by a copy was measured on planted ones; see `tests/benchmarks/copies.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import cv2
import numpy as np

from biasaudit.evidence.copies.views import viewed
from biasaudit.evidence.maps.alignment import aligned, correlation

SIDE = 224
"""Pixels a side at which two pictures are compared, or the shorter side of the smaller one where that is less."""
ALIGNED_AT, STEPS = 112, 6
"""Pixels a side at which they are laid upon one another, to a twentieth of one, and steps that it takes."""
BLURS = (0.0, 0.6, 1.0, 1.5)
"""By how much one is blurred, in pixels, to be no sharper than the other: a copy that was reduced and enlarged is."""
NOISE = 1.0
"""By how much both are, so that the blocks of a JPEG weigh less."""
PLACES = 16
"""Places a side, each a square of that part of it, and 7 pixels at least; they overlap."""
FINE, COARSE = 13, 7
"""Pixels a side of the square against which a pixel is fine when sharpness is told; and when places are compared, that
part of the picture's side."""
TONES, FEWEST = 32, 20
"""Steps of grey for which the curve of brightness is told, and pixels from which one is."""
EDGE = 2
"""Pixels along the rim of what both show that are left out: there one of them was mixed with what lies outside."""
FAINT = 1.0
"""Grey levels a pixel, added to a place's detail: of plain ground every difference would be many times that."""
UNSURE = 0.5
"""Squared grey levels a pixel, from which edges tell how far they moved."""
OFF, WORST = 0.85, 2.5
"""Largest difference as a share of a place's detail, of nine places in ten and of all: 98 in 100 planted copies have no
more than .6 and 1.5; of photographs of a moment later, half have 1.2 and 3.4 or more."""
MOVED = 1.0
"""Pixels by which the edges of 97 places in 100 may have moved: 98 in 100 planted copies have no more than .76, every
photograph of a moment later, and of another expression, has at least 1.1."""
STANDS_OUT = 20.0
"""Times that the worst place may exceed the usual one: 98 in 100 planted copies have no more than 19; of pictures that
something was drawn on 98 in 100 have at least 21."""
UNLIKE = 0.6
"""Correlation of fine parts that 99 places in 100 must have: 98 in 100 planted copies have .85."""
EDITED_OFF, EDITED_MOVED, EDITED_ALIKE = 0.6, 0.6, 0.9
"""What seven places in ten must have where a picture was only changed in the others, of the three measures above."""
TEXTURED = 2.0
"""Grey levels by which the fine parts of a place spread, from which they are compared."""


@dataclass(frozen=True)
class Differences:
    """What differs between two pictures, once they lie upon one another and are equally bright and sharp.

    A place's difference is taken in grey levels (root of the mean square), and as a share of the detail it has in both:
    grey levels for each by which neighbouring pixels differ.
    """

    share: np.ndarray
    """float (p,): of every place the difference as a share of its detail."""
    moved: np.ndarray
    """float (p,): by how many pixels its edges moved."""
    stands_out: float
    """By how much the worst place exceeds the usual one: times as a share, times in grey levels."""
    agreement: np.ndarray
    """float (q,), -1 to 1: the correlation of fine parts in the places that have some; 1 where none has."""


def judged(found: Differences) -> Literal["same", "edited", "another"]:
    """Whether it is one picture, one that was changed in some part of it, or another photograph."""
    share, moved = np.quantile(found.share, (0.7, 0.9)), np.quantile(found.moved, (0.7, 0.97))
    unlike, mostly = np.quantile(found.agreement, (0.01, 0.3))
    if (
        share[1] <= OFF
        and found.share.max() <= WORST
        and moved[1] <= MOVED
        and found.stands_out <= STANDS_OUT
        and unlike >= UNLIKE
    ):
        return "same"
    return "edited" if share[0] <= EDITED_OFF and moved[0] <= EDITED_MOVED and mostly >= EDITED_ALIKE else "another"


def differences(one: np.ndarray, other: np.ndarray, view: int, fit: np.ndarray) -> Differences:
    """Compare two grey pictures, uint8 (height, width), of any size and shape.

    Args:
        one: lies upon the other once it is turned.
        other: stays as it is.
        view: how the first is turned, as in `views`.
        fit: float (4,): how it lies then, as `alignment.laid_over` takes it.
    """
    n = min(SIDE, *one.shape, *other.shape)
    laid, fixed, where = _laid(_square(viewed(one[None], view)[0], n), _square(other, n), fit)
    return _compared(*_equally_bright(*_equally_sharp(laid, fixed, where), where), where)


def _square(grey: np.ndarray, n: int) -> np.ndarray:
    smaller = n <= min(grey.shape)
    way = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return cv2.resize(np.ascontiguousarray(grey, dtype=np.float32), (n, n), interpolation=way)


def _blurred(picture: np.ndarray, width: float) -> np.ndarray:
    return cv2.GaussianBlur(picture, (0, 0), width, borderType=cv2.BORDER_REFLECT)


def _laid(moving: np.ndarray, fixed: np.ndarray, fit: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The moving picture as it lies on the fixed one, that one, and where it covers it: float32 and bool (n, n)."""
    n = len(fixed)
    few = min(n, ALIGNED_AT)
    still, turned = (_blurred(_square(each, few), 1.2)[None] for each in (fixed, moving))
    stretch_x, shift_x, stretch_y, shift_y = aligned(still, turned, np.asarray(fit, dtype=float)[None], STEPS)[0][0]
    middle = (n - 1) / 2
    to_moving = np.array(
        [
            [stretch_x, 0, middle * (1 - stretch_x) + shift_x * n / 2],
            [0, stretch_y, middle * (1 - stretch_y) + shift_y * n / 2],
        ]
    )
    way = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    laid = cv2.warpAffine(moving, to_moving, (n, n), flags=way, borderMode=cv2.BORDER_REPLICATE)
    covered = cv2.warpAffine(
        np.ones((n, n), np.uint8), to_moving, (n, n), flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    )
    rim = np.ones((2 * EDGE + 1, 2 * EDGE + 1), np.uint8)
    return laid, fixed, cv2.erode(covered, rim, borderType=cv2.BORDER_CONSTANT, borderValue=0).astype(bool)


def _less_its_mean(picture: np.ndarray, reach: int) -> np.ndarray:
    """Fine parts: less the mean of the square around each pixel, that many pixels a side."""
    return picture - cv2.blur(picture, (reach | 1, reach | 1), borderType=cv2.BORDER_REFLECT)


def _equally_sharp(one: np.ndarray, other: np.ndarray, where: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The two, the sharper blurred until they agree most."""
    blurred = [[_blurred(each, float(np.hypot(NOISE, width))) for width in BLURS] for each in (one, other)]
    fine = [np.stack([_less_its_mean(each, FINE) for each in some]) for some in blurred]
    ways = [(width, 0) for width in range(len(BLURS))] + [(0, width) for width in range(1, len(BLURS))]
    first, second = (fine[k][[way[k] for way in ways]] for k in (0, 1))
    best = ways[int(np.argmax(correlation(first, second, np.repeat(where[None], len(ways), axis=0))))]
    return blurred[0][best[0]], blurred[1][best[1]]


def _equally_bright(one: np.ndarray, other: np.ndarray, where: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The two, one of them with its greys changed into the other's: the way that leaves least, since white that was cut
    off cannot be told back."""
    both = [(_in_tones_of(one, other, where), other), (one, _in_tones_of(other, one, where))]
    left = [float(np.std((a - b)[where])) / max(float(np.std((other, one)[way][where])), 1e-3)
            for way, (a, b) in enumerate(both)]  # fmt: skip
    return both[int(np.argmin(left))]


def _in_tones_of(one: np.ndarray, other: np.ndarray, where: np.ndarray) -> np.ndarray:
    """The first with each of its greys changed into what most often stands there in the other."""
    x, y = one[where], other[where]
    spread = float(np.var(x))
    if spread < 1e-3:
        return np.full_like(one, np.median(y))
    step = np.clip(x * (TONES / 256), 0, TONES - 1).astype(np.int32)
    order = np.argsort(step, kind="stable")
    ends = np.searchsorted(step[order], np.arange(TONES + 1))
    enough = max(FEWEST, len(x) // 500)
    some = [order[start:end] for start, end in pairwise(ends) if end - start >= enough]
    if len(some) < 2:
        some = [order]
    at, become = ([float(np.median(values[each])) for each in some] for values in (x, y))
    # Greys that are rarer still follow the line through all.
    slope = float(np.clip(np.mean((x - x.mean()) * (y - y.mean())) / spread, 0.2, 5.0))
    at = [at[0] - 300, *at, at[-1] + 300]
    become = [become[0] - 300 * slope, *become, become[-1] + 300 * slope]
    return np.clip(np.interp(one, at, become), 0, 255).astype(np.float32)


def _slopes(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Grey levels a pixel, across and down."""
    across, down = (cv2.Sobel(picture, cv2.CV_32F, *way, ksize=3) / 8 for way in ((1, 0), (0, 1)))
    return across, down


def _compared(one: np.ndarray, other: np.ndarray, where: np.ndarray) -> Differences:
    """float32 (n, n) twice, and where both are told, bool (n, n)."""
    n = len(one)
    side = max(7, n // PLACES) | 1
    covered = np.maximum(cv2.blur(where.astype(np.float32), (side, side)), 1e-3)

    def mean(values: np.ndarray) -> np.ndarray:
        return cv2.blur(np.where(where, values, 0).astype(np.float32), (side, side)) / covered

    def root(values: np.ndarray) -> np.ndarray:
        return np.sqrt(np.maximum(mean(values), 0))

    apart = one - other
    slopes = _slopes(one), _slopes(other)
    grey, detail = root(apart**2), np.minimum(*(root(x**2 + y**2) for x, y in slopes))
    share = grey / (FAINT + detail)
    told = covered > 0.7
    if not told.any():
        return Differences(np.full(1, np.inf), np.full(1, np.inf), np.inf, np.full(1, -1.0))
    usual, usual_grey = float(np.median(share[told])), float(np.median(grey[told]))
    stands_out = (share / (usual + 0.05)) * (grey / (usual_grey + 1.5))
    fine = _less_its_mean(one, n // COARSE), _less_its_mean(other, n // COARSE)
    spread = mean(fine[0] ** 2), mean(fine[1] ** 2)
    agreement = mean(fine[0] * fine[1]) / np.sqrt(np.maximum(spread[0] * spread[1], 1e-6))
    textured = told & (np.maximum(*spread) > TEXTURED**2)
    return Differences(
        share=share[told],
        moved=_moved(apart, [(a + b) / 2 for a, b in zip(*slopes, strict=True)], mean)[told],
        stands_out=float(stands_out[told].max()),
        agreement=agreement[textured] if textured.any() else np.ones(1),
    )


def _moved(apart: np.ndarray, slopes: list[np.ndarray], mean: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """float32 (n, n): how far each place's edges moved, in pixels, by what moving them would change."""
    across, down = slopes
    xx, xy, yy = mean(across**2) + UNSURE, mean(across * down), mean(down**2) + UNSURE
    x, y = mean(across * apart), mean(down * apart)
    return np.hypot(yy * x - xy * y, xx * y - xy * x) / (xx * yy - xy**2)
