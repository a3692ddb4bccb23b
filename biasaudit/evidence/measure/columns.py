"""What was measured in n images, a column for each measure, filled a shard at a time in any order.

For a shard a few arrays travel, and nothing is held an image but numbers, the file's hash and for each word the number
of the word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from biasaudit.cues.cue import Cue

SIZES = ("width", "height")
TEXTS = ("hash", "format", "notes", "unreadable")
FACTS = ("hash", "width", "height", "format", "notes", "unreadable")
"""The columns after those of the cues."""
HASH = 64
"""Characters of a file's sha256."""
SHARED, RARE = 5, "(rare)"
"""Images that must share a word for it to be kept, and what stands for the others."""


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
    numbers, words = [cue.id for cue in cues if not cue.words], _words(cues)
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
        self.order, self.words = [*(cue.id for cue in cues), *FACTS], _words(cues)
        self.numbers = {cue.id: np.full(n, np.nan) for cue in cues if not cue.words}
        self.sizes = {name: np.zeros(n, dtype=np.int32) for name in SIZES}
        self.hashes = np.zeros(n, dtype=f"S{HASH}")
        self.texts = {name: np.full(n, -1, dtype=np.int32) for name in (*_words(cues), *TEXTS) if name != "hash"}
        self.distinct: dict[str, dict[str, int]] = {name: {} for name in self.texts}

    def fill(self, shard: Shard) -> None:
        """Put a shard in its place."""
        rows = slice(shard.start, shard.start + len(shard.sizes))
        for column, numbers in zip(self.numbers.values(), shard.numbers.T, strict=True):
            column[rows] = numbers
        for column, sizes in zip(self.sizes.values(), shard.sizes.T, strict=True):
            column[rows] = sizes
        for name, texts in zip((*self.words, *TEXTS), shard.texts, strict=True):
            if name == "hash":  # it differs in every image: there is nothing to share
                self.hashes[rows] = [text or "" for text in texts]
            else:
                number_of = self.distinct[name]
                numbers = [-1 if text is None else number_of.setdefault(text, len(number_of)) for text in texts]
                self.texts[name][rows] = numbers

    def frame(self, groups: np.ndarray) -> pd.DataFrame:
        """The table: a column a cue, then FACTS; words, each held once, as categories, and rare ones `lumped`.

        groups: int (n,), patients or images.
        """
        columns: dict[str, Any] = self.numbers | self.sizes | {"hash": _texts(self.hashes)}
        for name, numbers in self.texts.items():
            words = list(self.distinct[name])
            if name in self.words:
                numbers, words = lumped(numbers, words, groups)
            columns[name] = pd.Categorical.from_codes(numbers, categories=pd.Index(words, dtype="str"))
        return pd.DataFrame({name: columns[name] for name in self.order}, copy=False)


def lumped(numbers: np.ndarray, words: list[str], groups: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """The numbers, and the words that they stand for, with those of fewer than `SHARED` images or of one group as RARE.

    What one person's pictures alone carry tells nothing of the classes, and may tell on that person.

    Args:
        numbers: int (n,), which word each image has, -1 where there is none.
        words: the words, none twice; "" is no word, and stays.
        groups: int (n,), patients or images.
    """
    known = np.flatnonzero(numbers >= 0)
    counts = np.bincount(numbers[known], minlength=len(words))
    pairs = np.unique(numbers[known].astype(np.int64) * (int(groups.max(initial=0)) + 1) + groups[known])
    sharing = np.bincount(pairs // (int(groups.max(initial=0)) + 1), minlength=len(words))
    few = (counts < SHARED) | (sharing < 2)
    kept = [word for word, rare in zip(words, few, strict=True) if word in ("", RARE) or not rare]
    place = {word: number for number, word in enumerate([*kept, RARE] if RARE not in kept else kept)}
    to = np.array([place.get(word, place[RARE]) for word in words] + [-1], dtype=np.int32)  # -1 takes the last
    return to[numbers], list(place)


def _words(cues: Sequence[Cue]) -> list[str]:
    return [cue.id for cue in cues if cue.words]


def _texts(hashes: np.ndarray) -> Any:
    """bytes (n,), "" where there is none -> a column of text, four bytes an image more than the text itself."""
    return pd.array(pa.array(hashes, mask=hashes == b"").cast(pa.string()), dtype="str")
