"""What was measured in n images, a column for each measure, filled a shard at a time in any order.

For a shard a few arrays travel, and nothing is held an image but numbers and short words: of words that are equal one
is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from biasaudit.cues.cue import Cue

SIZES = ("width", "height")
TEXTS = ("hash", "format", "notes", "unreadable")
FACTS = ("hash", "width", "height", "format", "notes", "unreadable")
"""The columns after those of the cues."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Shard:
    """What was measured in m images that follow one another."""

    start: int
    """Row of the first of them."""
    numbers: np.ndarray
    """float (m, cues that are numbers), NaN where a file could not be read."""
    sizes: np.ndarray
    """int32 (m, 2): width and height in pixels."""
    texts: tuple[tuple[str | None, ...], ...]
    """Of each cue of words, and of each of TEXTS: a text an image, or None."""


def shard_of(start: int, records: Sequence[dict[str, Any]], cues: Sequence[Cue]) -> Shard:
    """A shard of one record an image: cue id or fact -> value; what a record lacks is missing."""
    numbers, words = [cue.id for cue in cues if not cue.words], [cue.id for cue in cues if cue.words]
    measured = [[record.get(name, np.nan) for name in numbers] for record in records]
    return Shard(
        start=start,
        numbers=np.array(measured, dtype=float).reshape(len(records), len(numbers)),
        sizes=np.array([[record.get(name, 0) for name in SIZES] for record in records], dtype=np.int32),
        texts=tuple(tuple(record.get(name) for record in records) for name in (*words, *TEXTS)),
    )


class Columns:
    """Room for n images."""

    def __init__(self, n: int, cues: Sequence[Cue]) -> None:
        self.order = [*(cue.id for cue in cues), *FACTS]
        self.numbers = {cue.id: np.full(n, np.nan) for cue in cues if not cue.words}
        self.sizes = {name: np.zeros(n, dtype=np.int32) for name in SIZES}
        self.texts = {name: np.full(n, None) for name in (*(cue.id for cue in cues if cue.words), *TEXTS)}
        self._one: dict[str | None, str | None] = {}

    def fill(self, shard: Shard) -> None:
        """Put a shard in its place."""
        rows = slice(shard.start, shard.start + len(shard.sizes))
        for column, numbers in zip(self.numbers.values(), shard.numbers.T, strict=True):
            column[rows] = numbers
        for column, sizes in zip(self.sizes.values(), shard.sizes.T, strict=True):
            column[rows] = sizes
        for name, texts in zip(self.texts, shard.texts, strict=True):
            # Hashes differ in every image: there is nothing to share.
            self.texts[name][rows] = texts if name == "hash" else [self._one.setdefault(text, text) for text in texts]

    def frame(self) -> pd.DataFrame:
        """The table: a column a cue, then FACTS."""
        columns = self.numbers | self.sizes | self.texts
        return pd.DataFrame({name: columns[name] for name in self.order}, copy=False)
