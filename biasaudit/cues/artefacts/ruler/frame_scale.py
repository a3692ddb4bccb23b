"""A scale along the frame: short ticks at even steps that start at the very edge of the picture."""

from __future__ import annotations

import cv2
import numpy as np

from biasaudit.cues.artefacts.ruler.comb import fit_comb, rhythms
from biasaudit.cues.artefacts.ruler.lines import odd

RIM, DEEP = 2, 0.03
"""Rows at the edge in which ticks are looked for, in pixels; and how deep inside, as a share of the longest side, they
have ended: strokes that reach there are the picture's."""
WIDE = 1 / 80
"""Widest tick, as a share of the longest side."""
ASLANT = 1 / 10
"""Along so much of the longest side strokes that run on aslant, or bricks half a step on, are looked for there."""
FAINTEST = 3.0
"""Luma by which a tick must stand out at least: below are rounding and compression."""
FEWEST = 5
"""Ticks that make a scale, at least."""
N_TRIALS = 2 * 2 * 3 * 2 * 20
"""Combs tried in one picture: pairs of edges, dark or light, one edge or the other or both, faint ticks or strong ones,
and about 20 periods told apart in each. That a rhythm may be found in a part of an edge is not counted: the parts
overlap, and the threshold was looked at on photographs (none of 1,000 everyday ones, leaves, hands, skin and ultrasound
passes by a scale; of 200 of people in action three)."""


def scale_along_the_frame(gray: np.ndarray) -> float:
    """Nats, at least 0, by which the best comb of ticks along an edge beats chance.

    gray: float32 (height, width), luma, 0 to 255, in the picture's own pixels: enlarged, ticks of one pixel smear.
    """
    inner = max(round(DEEP * max(gray.shape)), RIM + 2)
    if min(gray.shape) < 2 * (inner + 3):
        return 0.0
    best = max(_best_comb(_rows(upright, inner)) for upright in (gray, np.ascontiguousarray(gray.T)))
    return max(best - float(np.log(N_TRIALS)), 0.0)


def _rows(gray: np.ndarray, inner: int) -> np.ndarray:
    """float32 (6, width): how far ticks stand out along the top, the bottom and either, light ones, then dark ones."""
    found = []
    for how in (cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT):
        edges = [_standing_out(strip, how, inner) for strip in (gray[: inner + 3], gray[::-1][: inner + 3])]
        found += [*edges, np.maximum(*edges)]  # a scale often runs along both, and either may be crossed by something
    return np.stack(found)


def _standing_out(strip: np.ndarray, how: int, inner: int) -> np.ndarray:
    """float32 (width,): luma of strokes across the first rows of a strip, less that of those further inside."""
    wide = np.ones((1, odd(max(strip.shape) * WIDE + 2)), np.uint8)
    strokes = cv2.morphologyEx(np.ascontiguousarray(strip), how, wide)
    inside = cv2.dilate(strokes[inner:].mean(axis=0)[None], np.ones((1, odd(max(strip.shape) * ASLANT))))[0]
    return np.maximum(strokes[:RIM].mean(axis=0) - inside, 0).astype(np.float32)


def _best_comb(rows: np.ndarray) -> float:
    """Nats that the best comb in any of the rows, float32 (n, width), saves in telling the places of the strokes."""
    least = np.maximum(FAINTEST, 4 * np.median(rows, axis=1, keepdims=True))
    peak = np.where((rows >= cv2.dilate(rows, np.ones((1, 5)))) & (rows > least), rows, 0)
    peak = peak[np.count_nonzero(peak, axis=1) >= FEWEST]
    if not peak.size:
        return 0.0
    peak = np.minimum(peak / np.partition(peak, -FEWEST, axis=1)[:, -FEWEST, None], 1)
    return max(
        (
            fit_comb(np.flatnonzero(peak[rhythm.row] > ink).astype(float), rhythm).nats
            for rhythm in rhythms(peak)
            for ink in (0.15, 0.4)
        ),
        default=0.0,
    )
