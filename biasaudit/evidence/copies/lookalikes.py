"""Which pairs of pictures are worth a closer look: the nearest of each, however it lies, or with an edge cut off.

Each picture becomes 256 numbers, its fine parts at 16 x 16. The nearest are found by what is the same in all eight
views of a picture, each pair one product of two rows, and only they are compared view by view: for some thousand
pictures a few matrix products, in batches whose memory does not grow with the square. Of more pictures each is compared
with those in the cells around it only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import pandas as pd

from biasaudit.evidence.copies.neighbourhoods import Neighbourhoods
from biasaudit.evidence.copies.views import VIEWS, in_any_view, viewed
from biasaudit.images.small import Pictures, SmallStore

SIDE = 16
CUT = 0.05
CROPS = (
    (0.0, 0.0, 0.0, 0.0), (CUT, CUT, CUT, CUT), (CUT, 0.0, 0.0, 0.0), (0.0, CUT, 0.0, 0.0), (0.0, 0.0, CUT, 0.0),
    (0.0, 0.0, 0.0, CUT),
)  # fmt: skip
"""Shares cut off at left, right, top and bottom before a picture is compared with the others."""
NEIGHBOURS = 16
"""Those nearest in what is the same in all views, with which a picture is compared view by view. So many find the pairs
that a search in each view does; 4 miss some among pictures that are much alike, such as ultrasound."""
NEAREST = 4
"""How many of them, the most alike, are looked at: of 525 planted copies each was the nearest."""
ALIKE, ALIKE_TURNED = 0.8, 0.85
"""Correlation from which a neighbour is looked at, and one that is turned; the least of the planted copies had .84, and
of 438 that were turned and changed otherwise .857."""
BATCH = 512
COMPARED = 4_000
"""Pictures up to which each is compared with all others: beyond it that would take longer than to measure them."""


@dataclass(frozen=True, eq=False)
class Lookalikes:
    """m pairs of pictures: the second as it is, the first cut and then turned so that they are most alike."""

    first: np.ndarray
    """int (m,), like `second`; no pair stands there twice."""
    second: np.ndarray
    crop: np.ndarray
    """int (m,): which of CROPS, as it was cut off before the turn."""
    view: np.ndarray
    """int (m,): how the first lies then, as in `views`."""


@dataclass(frozen=True, eq=False)
class _Asked:
    """Some pictures, and what lies near them."""

    rows: np.ndarray
    """int (b,): which pictures they are."""
    cut: list[np.ndarray]
    """Their descriptions, float32 (b, 256), with each of CROPS cut off."""
    place: np.ndarray
    """int (m,): place of one among them; other: int (m,), the row of what lies near it."""
    other: np.ndarray


@dataclass(frozen=True, eq=False)
class _Matches:
    """Rows that were seen, in some way, beside others that they are alike; a pair may stand there twice."""

    seen: np.ndarray
    """int32 (m,), like `other`."""
    other: np.ndarray
    way: np.ndarray
    """int8 (m,): VIEWS times which of CROPS, and the view."""
    alike: np.ndarray
    """float32 (m,)."""


def lookalikes(pictures: Pictures) -> Lookalikes:
    """The pairs whose correlation reaches `ALIKE`, of each picture at most `NEAREST`.

    pictures: uint8 (n, side, side), in memory or on disk.
    """
    asked = _among_all(pictures) if len(pictures) <= COMPARED else _among_near(pictures)
    return _each_once([_compared(pictures, some) for some in asked])


def _among_all(pictures: Pictures) -> Iterator[_Asked]:
    whole = np.concatenate([in_any_view(_described(part), SIDE) for part in _batches(pictures)])
    for start, part in zip(range(0, len(whole), BATCH), _batches(pictures), strict=True):
        cut, own = _cut(part), np.arange(len(part))
        best = np.full((len(part), len(whole)), -1.0, dtype=np.float32)
        for rows in cut:
            np.maximum(best, in_any_view(rows, SIDE) @ whole.T, out=best)
        best[own, start + own] = -1.0
        nearest = np.argpartition(-best, min(NEIGHBOURS, len(whole)) - 1, axis=1)[:, :NEIGHBOURS]
        place, at = np.nonzero(np.take_along_axis(best, nearest, axis=1) >= ALIKE)
        yield _Asked(start + own, cut, place, nearest[place, at])


def _among_near(pictures: Pictures) -> Iterator[_Asked]:
    folder = pictures.path.parent if isinstance(pictures, SmallStore) else None
    rng = np.random.default_rng(0)

    def described(rows: np.ndarray) -> np.ndarray:
        return in_any_view(_described(pictures[rows]), SIDE)

    with Neighbourhoods(len(pictures), described, rng, folder) as cells:
        for start in range(0, len(pictures), BATCH):
            rows = cells.order[start : start + BATCH]  # neighbours ask the same cells
            cut = _cut(pictures[rows])
            questions = np.concatenate([in_any_view(each, SIDE) for each in cut])
            question, other, product = cells.nearest(questions, NEIGHBOURS + 1, ALIKE)
            table = pd.DataFrame({"place": question % len(rows), "other": other, "product": product})
            table = table[rows[table["place"]] != table["other"]].sort_values(["product", "other"], ascending=False)
            nearest = table.drop_duplicates(["place", "other"]).groupby("place", sort=False).head(NEIGHBOURS)
            yield _Asked(rows, cut, nearest["place"].to_numpy(), nearest["other"].to_numpy())


def _compared(pictures: Pictures, asked: _Asked) -> _Matches:
    """Of what lies near each the most that are alike, in the way in which they are most."""
    others, at = np.unique(asked.other, return_inverse=True)
    whole = _described(pictures[others])[at]
    best, way = np.full(len(whole), -1.0, dtype=np.float32), np.zeros(len(whole), dtype=np.int8)
    for crop, rows in enumerate(asked.cut):
        for view in range(VIEWS):
            turned = viewed(rows.reshape(-1, SIDE, SIDE), view).reshape(rows.shape)
            likeness = np.einsum("ij,ij->i", turned[asked.place], whole)
            better = likeness > best
            best[better], way[better] = likeness[better], VIEWS * crop + view
    alike = np.flatnonzero(best >= np.where(way % VIEWS > 1, ALIKE_TURNED, ALIKE))
    alike = alike[np.lexsort((asked.other[alike], -best[alike]))]
    alike = alike[pd.Series(asked.place[alike]).groupby(asked.place[alike]).cumcount().to_numpy() < NEAREST]
    seen, other = asked.rows[asked.place[alike]], asked.other[alike]
    return _Matches(seen.astype(np.int32), other.astype(np.int32), way[alike], best[alike])


def _each_once(found: Sequence[_Matches]) -> Lookalikes:
    """Each pair in the way in which it is most alike, in the order of the pairs."""
    names = "seen", "other", "way", "alike"
    seen, other, way, alike = (np.concatenate([getattr(each, name) for each in found] or [[]]) for name in names)
    first, second = np.minimum(seen, other), np.maximum(seen, other)
    order = np.lexsort((way, seen, alike, second, first))
    last = np.r_[(np.diff(first[order]) != 0) | (np.diff(second[order]) != 0), True][: len(order)]
    kept = order[last]
    crop, view = np.divmod(way[kept].astype(int), VIEWS)
    return Lookalikes(seen[kept].astype(int), other[kept].astype(int), crop, view)


def _described(pictures: np.ndarray) -> np.ndarray:
    """uint8 (n, side, side) -> float32 (n, 256) of unit length: 16 x 16 less its own blur; zeros where it is flat."""
    rows = np.empty((len(pictures), SIDE, SIDE), dtype=np.float32)
    for row, picture in zip(rows, pictures, strict=True):
        coarse = cv2.resize(picture.astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        row[:] = coarse - cv2.GaussianBlur(coarse, (0, 0), SIDE / 6)
    flat = rows.reshape(len(rows), SIDE * SIDE)
    flat = flat - flat.mean(axis=1, keepdims=True)
    return flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-3)


def _cut(pictures: np.ndarray) -> list[np.ndarray]:
    return [_described(_cropped(pictures, crop)) for crop in CROPS]


def _cropped(pictures: np.ndarray, crop: tuple[float, float, float, float]) -> np.ndarray:
    side = pictures.shape[1]
    left, right, top, bottom = (round(side * share) for share in crop)
    return pictures[:, top : side - bottom, left : side - right]


def _batches(pictures: Pictures) -> Iterator[np.ndarray]:
    return (pictures[slice(start, start + BATCH)] for start in range(0, len(pictures), BATCH))
