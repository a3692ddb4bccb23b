"""Where to look for the nearest of very many rows: in the cells around it, and not among all.

An inverted file (Sivic and Zisserman, 2003; Jegou et al., 2011): a few rows are made centres, each row belongs to the
cell of its nearest centre, and a question is put to the rows of the few cells whose centres lie nearest to it. The work
grows with n to the power of 1.5 and not with its square; the rows lie on disk, cell by cell.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import numpy as np

PROBES = 12
"""Cells that are looked into."""
ROUNDS = 4
"""Of moving each centre to the mean of its cell."""
SAMPLE = 20
"""Rows a centre that centres are found with."""
PIECE = 1024
"""Rows, and questions, that are multiplied at once."""


class Neighbourhoods:
    """n rows of unit length in cells; a context manager, for the file that they lie in.

    Of rows that hardly differ all may share a cell: finding them costs the square of their number.
    """

    def __init__(
        self, n: int, described: Callable[[np.ndarray], np.ndarray], rng: np.random.Generator, folder: Path | None
    ) -> None:
        """described: int (m,) -> float32 (m, d), rows of unit length. folder: for the file; a temporary one if None."""
        few = 2 * int(np.sqrt(n))
        self.centres = _centres(_all_of(np.sort(rng.permutation(n)[: SAMPLE * few]), described), few)
        cells = np.concatenate([self._cells(described(rows), 1)[:, 0] for rows in _pieces(n)])
        self.order = np.argsort(cells, kind="stable").astype(np.int32)
        """int32 (n,): the rows, cell by cell."""
        self.ends = np.searchsorted(cells[self.order], np.arange(few + 1))
        self.file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
        for places in _pieces(n):
            self.file.write(described(self.order[places]).astype(np.float16).tobytes())
        self.width = self.centres.shape[1]

    def __enter__(self) -> Neighbourhoods:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def nearest(self, questions: np.ndarray, most: int, least: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Which question, which row and their product: int32 (k,), int32 (k,), float32 (k,), question by question.

        Of each question the `most` largest products in the cells looked into, the largest first, none under `least`.

        Args:
            questions: float32 (m, d) of unit length.
        """
        cells = self._cells(questions, PROBES)
        asked, place = np.divmod(np.argsort(cells.ravel(), kind="stable").astype(np.int32), cells.shape[1])
        starts = np.searchsorted(cells[asked, place], np.arange(len(self.centres) + 1))
        found = [
            self._among(questions, some, begin, min(begin + PIECE, self.ends[cell + 1]), most, least)
            for cell in np.flatnonzero(np.diff(starts))
            for begin in range(self.ends[cell], self.ends[cell + 1], PIECE)
            for some in np.split(
                asked[starts[cell] : starts[cell + 1]], range(PIECE, starts[cell + 1] - starts[cell], PIECE)
            )
        ]
        one, other, product = (np.concatenate(each) for each in zip(*found, strict=True))
        order = np.lexsort((-other, -product, one))
        first = np.searchsorted(one[order], np.arange(len(questions)))
        order = order[np.arange(len(order)) - first[one[order]] < most]
        return one[order], other[order], product[order]

    def _among(
        self, questions: np.ndarray, some: np.ndarray, begin: int, end: int, most: int, least: float
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        self.file.seek(2 * begin * self.width)
        rows = np.frombuffer(self.file.read(2 * (end - begin) * self.width), dtype=np.float16)
        products = questions[some] @ rows.reshape(-1, self.width).T.astype(np.float32)
        hit = np.flatnonzero((products >= least).any(axis=1))
        most = min(most, end - begin)
        best = np.argpartition(-products[hit], most - 1, axis=1)[:, :most]
        product = np.take_along_axis(products[hit], best, axis=1)
        near = product >= least
        return np.repeat(some[hit], near.sum(axis=1)), self.order[begin + best[near]], product[near]

    def _cells(self, rows: np.ndarray, most: int) -> np.ndarray:
        found = np.empty((len(rows), most), dtype=np.int32)
        for piece in _pieces(len(rows)):
            found[piece] = np.argpartition(-rows[piece] @ self.centres.T, most - 1, axis=1)[:, :most]
        return found


def _pieces(n: int) -> Iterator[np.ndarray]:
    return (np.arange(start, min(start + PIECE, n)) for start in range(0, n, PIECE))


def _all_of(rows: np.ndarray, described: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """The descriptions of some rows, float32 (m, d), made a piece at a time."""
    found: np.ndarray | None = None
    for piece in _pieces(len(rows)):
        some = described(rows[piece])
        found = np.empty((len(rows), some.shape[1]), dtype=np.float32) if found is None else found
        found[piece] = some
    assert found is not None
    return found


def _centres(rows: np.ndarray, few: int) -> np.ndarray:
    """float32 (few, d) of unit length: k-means of some rows on the sphere, begun at the first of them."""
    stride = max(1, len(rows) // few)
    centres = rows[::stride][:few]
    for _ in range(ROUNDS):
        cells = np.concatenate([np.argmax(rows[piece] @ centres.T, axis=1) for piece in _pieces(len(rows))])
        sums = np.zeros_like(centres)
        np.add.at(sums, cells, rows)
        length = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.where(length > 1e-6, sums / np.maximum(length, 1e-6), centres)
    return centres
