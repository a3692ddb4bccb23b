"""Which pairs of pictures are worth a closer look: the nearest of each, as it is, mirrored, or with an edge cut off.

Each picture becomes 256 numbers, its fine parts at 16 x 16, and each pair one product of two such rows: for ten
thousand pictures a few matrix products, in batches whose memory does not grow with the square.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

SIDE = 16
CUT = 0.05
CROPS = (
    (0.0, 0.0, 0.0, 0.0), (CUT, CUT, CUT, CUT), (CUT, 0.0, 0.0, 0.0), (0.0, CUT, 0.0, 0.0), (0.0, 0.0, CUT, 0.0),
    (0.0, 0.0, 0.0, CUT),
)  # fmt: skip
"""Shares cut off at left, right, top and bottom before a picture is compared with the others."""
NEAREST = 4
"""Neighbours that a picture is compared with: of 525 planted copies each was the nearest."""
ALIKE = 0.8
"""Correlation from which a neighbour is looked at; the least of the planted copies had .84."""
BATCH = 512


@dataclass(frozen=True, eq=False)
class Lookalikes:
    """m pairs of pictures: the second as it is, the first cut and mirrored so that they are most alike."""

    first: np.ndarray
    """int (m,), like `second`; no pair stands there twice."""
    second: np.ndarray
    crop: np.ndarray
    """int (m,): which of CROPS, as seen before the mirror."""
    mirrored: np.ndarray
    """bool (m,)."""


def _described(pictures: np.ndarray) -> np.ndarray:
    """uint8 (n, side, side) -> float32 (n, 256) of unit length: 16 x 16 less its own blur; zeros where it is flat."""
    rows = np.empty((len(pictures), SIDE, SIDE), dtype=np.float32)
    for row, picture in zip(rows, pictures, strict=True):
        coarse = cv2.resize(picture.astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        row[:] = coarse - cv2.GaussianBlur(coarse, (0, 0), SIDE / 6)
    flat = rows.reshape(len(rows), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    return flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-3)


def _cropped(pictures: np.ndarray, crop: tuple[float, float, float, float]) -> np.ndarray:
    side = pictures.shape[1]
    left, right, top, bottom = (round(side * share) for share in crop)
    return pictures[:, top : side - bottom, left : side - right]


def _mirrored(rows: np.ndarray) -> np.ndarray:
    return rows.reshape(-1, SIDE, SIDE)[:, :, ::-1].reshape(len(rows), -1)


def lookalikes(pictures: np.ndarray) -> Lookalikes:
    """The pairs whose correlation reaches `ALIKE`, of each picture at most `NEAREST`.

    pictures: uint8 (n, side, side).
    """
    n, whole = len(pictures), _described(pictures)
    found: dict[tuple[int, int], tuple[float, int, int, int]] = {}
    for start in range(0, n, BATCH):
        part = slice(start, start + BATCH)
        seen = [rows for crop in CROPS for rows in _both_ways(_described(_cropped(pictures[part], crop)))]
        best, way = _best(seen, whole)
        own = np.arange(len(best))
        best[own, start + own] = -1.0
        nearest = np.argpartition(-best, min(NEAREST, n) - 1, axis=1)[:, :NEAREST]
        for row, others in enumerate(nearest):
            for other in others[best[row, others] >= ALIKE].tolist():
                pair = min(start + row, other), max(start + row, other)
                match = float(best[row, other]), start + row, other, int(way[row, other])
                found[pair] = max(found.get(pair, match), match)
    table = np.array([found[pair][1:] for pair in sorted(found)], dtype=int).reshape(-1, 3)
    return Lookalikes(table[:, 0], table[:, 1], table[:, 2] // 2, table[:, 2] % 2 == 1)


def _both_ways(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return rows, _mirrored(rows)


def _best(seen: list[np.ndarray], whole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of the ways in which a few pictures were seen the best match with each picture, and which way that was."""
    best, way = seen[0] @ whole.T, np.zeros((len(seen[0]), len(whole)), dtype=np.int8)
    for number, rows in enumerate(seen[1:], 1):
        likeness = rows @ whole.T
        better = likeness > best
        best[better], way[better] = likeness[better], number
    return best, way
