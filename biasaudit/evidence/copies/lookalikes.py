"""Which pairs of pictures are worth a closer look: the nearest of each, as it is, mirrored, or with an edge cut off.

Each picture becomes 256 numbers, its fine parts at 16 x 16, and each pair one product of two such rows: for ten
thousand pictures a few matrix products, in batches whose memory does not grow with the square. Of more pictures each
is compared with those in the cells around it only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import pandas as pd

from biasaudit.evidence.copies.neighbourhoods import Neighbourhoods
from biasaudit.images.small import Pictures, SmallStore

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
COMPARED = 4_000
"""Pictures up to which each is compared with all others: beyond it that would take longer than to measure them."""


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


def lookalikes(pictures: Pictures) -> Lookalikes:
    """The pairs whose correlation reaches `ALIKE`, of each picture at most `NEAREST`.

    pictures: uint8 (n, side, side), in memory or on disk.
    """
    found = _among_all(pictures) if len(pictures) <= COMPARED else _among_near(pictures)
    return _each_once(list(found))


@dataclass(frozen=True, eq=False)
class _Matches:
    """Rows that were seen, in some way, beside others that they are alike; a pair may stand there twice."""

    seen: np.ndarray
    """int32 (m,), like `other`."""
    other: np.ndarray
    way: np.ndarray
    """int8 (m,)."""
    alike: np.ndarray
    """float32 (m,)."""


def _matches(seen: np.ndarray, other: np.ndarray, way: np.ndarray, alike: np.ndarray) -> _Matches:
    return _Matches(seen.astype(np.int32), other.astype(np.int32), way.astype(np.int8), alike.astype(np.float32))


def _each_once(found: Sequence[_Matches]) -> Lookalikes:
    """Each pair in the way in which it is most alike, in the order of the pairs."""
    names = "seen", "other", "way", "alike"
    nothing = _matches(*np.zeros((4, 0)))
    seen, other, way, alike = (np.concatenate([getattr(each, name) for each in (*found, nothing)]) for name in names)
    first, second = np.minimum(seen, other), np.maximum(seen, other)
    order = np.lexsort((way, seen, alike, second, first))
    last = np.r_[(np.diff(first[order]) != 0) | (np.diff(second[order]) != 0), True][: len(order)]
    kept = order[last]
    return Lookalikes(seen[kept].astype(int), other[kept].astype(int), way[kept].astype(int) // 2, way[kept] % 2 == 1)


def _among_all(pictures: Pictures) -> Iterator[_Matches]:
    n, whole = len(pictures), np.concatenate([_described(part) for part in _batches(pictures)])
    for start, part in zip(range(0, n, BATCH), _batches(pictures), strict=True):
        best, way = _best(_seen(part), whole)
        own = np.arange(len(best))
        best[own, start + own] = -1.0
        nearest = np.argpartition(-best, min(NEAREST, n) - 1, axis=1)[:, :NEAREST]
        row, place = np.nonzero(np.take_along_axis(best, nearest, axis=1) >= ALIKE)
        other = nearest[row, place]
        yield _matches(start + row, other, way[row, other], best[row, other])


def _among_near(pictures: Pictures) -> Iterator[_Matches]:
    folder = pictures.path.parent if isinstance(pictures, SmallStore) else None
    described, rng = (lambda rows: _described(pictures[rows])), np.random.default_rng(0)
    with Neighbourhoods(len(pictures), described, rng, folder) as cells:
        for start in range(0, len(pictures), BATCH):
            rows = cells.order[start : start + BATCH]  # neighbours ask the same cells
            seen = _seen(pictures[rows])
            asked, other, alike = cells.nearest(np.concatenate(seen), NEAREST + 1, ALIKE)
            way, place = np.divmod(asked, len(rows))
            table = pd.DataFrame({"row": rows[place], "other": other, "way": way, "alike": alike})
            table = table[table["row"] != table["other"]].sort_values(["alike", "way"], ascending=[False, True])
            nearest = table.drop_duplicates(["row", "other"]).groupby("row", sort=False).head(NEAREST)
            yield _matches(*(nearest[name].to_numpy() for name in ("row", "other", "way", "alike")))


def _batches(pictures: Pictures) -> Iterator[np.ndarray]:
    return (pictures[slice(start, start + BATCH)] for start in range(0, len(pictures), BATCH))


def _seen(pictures: np.ndarray) -> list[np.ndarray]:
    """The descriptions of some pictures in each of the ways in which a copy may show them: twice as many as CROPS."""
    return [rows for crop in CROPS for rows in _both_ways(_described(_cropped(pictures, crop)))]


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
