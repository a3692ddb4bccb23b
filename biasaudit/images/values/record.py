"""What was read of a column of text, and the limits beyond which words are an id."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from biasaudit.results import PartName, Sentence

Kind = Literal["number", "date", "time", "words", "id", "text"]
"""`text` is an id whose values are sentences; both have too many values to be compared as they stand."""

MOST_LEVELS = 100
"""A column of words with more distinct values is an id, not a group."""
LEAST_PER_LEVEL = 5
"""Fewer images a value than this, on average, and the column is an id too."""
NUMBERS = 10
"""Up to so many distinct numbers are levels, each under its own name; more are a measurement, and cut into bands."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """Something that can be told from every cell of a column, and be compared as a column of its own."""

    name: PartName
    text: np.ndarray
    """object (n,), a str, or None where the cell has none."""

    @property
    def values(self) -> int:
        """How many different ones there are."""
        return len(set(self.text) - {None})


@dataclass(frozen=True, kw_only=True, eq=False)
class Values:
    """A column of n images, read."""

    kind: Kind
    numbers: np.ndarray
    """float (n,), NaN where there is none: of dates days since 1970-01-01, of times of day hours since midnight."""
    levels: np.ndarray
    """object (n,): each value as text, by which equal ones are told; None where it is missing."""
    missing: np.ndarray
    """bool (n,)"""
    how: Sentence
    """What was understood, without the column's name: "number, 38 missing"."""
    parts: tuple[Part, ...] = field(default=())
    """Of dates and ids."""

    @property
    def measured(self) -> bool:
        """Whether they are numbers of so many sizes that they are compared by size."""
        return len(np.unique(self.numbers[np.isfinite(self.numbers)])) > NUMBERS


@dataclass(frozen=True, kw_only=True, eq=False)
class Reading:
    """The m distinct words of a column, read one way."""

    kind: Kind
    numbers: np.ndarray
    """float (m,), NaN of a word that is none."""
    told: Sentence
    """What they are: "number in years"."""
    notes: tuple[Sentence, ...] = ()
    """What else must be said."""
    texts: tuple[str, ...] | None = None
    """What to call each of the words, where not as they stand."""
    parts: tuple[tuple[PartName, tuple[str | None, ...]], ...] = ()
    """The text of each part in each of the words."""


def distinct(text: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Which word each image has, int (n,), -1 where it has none, and the words, without the blanks around them.

    text: (n,), each a str, None or NaN.
    """
    numbers, found = pd.factorize(np.asarray(text, dtype=object))
    bare = [value.strip() if isinstance(value, str) else "" for value in found]
    place = {word: number for number, word in enumerate(dict.fromkeys(word for word in bare if word))}
    to = np.array([*(place.get(word, -1) for word in bare), -1])  # factorize's own -1 takes the last
    return to[numbers], list(place)


def are_an_id(levels: int, n: int) -> bool:
    """Whether words of so many values in n images are too many to be compared as they stand."""
    return levels > MOST_LEVELS or n < LEAST_PER_LEVEL * levels
