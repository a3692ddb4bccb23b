"""Reads a column: the first of several ways to read it that nearly all of its cells agree with."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from biasaudit.images.values import missing as gone
from biasaudit.images.values import telling
from biasaudit.images.values.dates import EARLY, LATE, read_compact, read_dates, read_times, span
from biasaudit.images.values.ids import Texts, are_sentences, parts_of
from biasaudit.images.values.numbers import read_numbers
from biasaudit.images.values.record import Kind, Part, Reading, Values, are_an_id, distinct
from biasaudit.results import PartName, Sentence, counted, joined, say

Reader = Callable[[Sequence[str], np.ndarray], Reading | None]

READERS: tuple[Reader, ...] = (read_compact, read_numbers, read_dates, read_times)
"""In this order they are asked."""
STAND_INS: dict[Kind, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "number": (gone.BELOW, gone.ABOVE),
    "date": (EARLY, LATE),
}
"""Below and above all others, by which people and programs write "not known"."""
MOST = 0.5
"""Share of the images whose cell must be understood."""
NEARLY_ALL = 0.95
"""The same with words that come back ("refused"), each a value of its own beside the numbers."""
COMES_BACK = 5
"""Images that must share such a word; others are missing beside numbers."""
OTHER_WORDS = 10
"""So many of them at most."""
ENOUGH = 1000
"""Words of a long column that show whether a way to read it is worth trying."""
HARDLY = 0.3
"""Share of them below which it is not."""


def read_values(text: np.ndarray, missing: Sequence[str] = ()) -> Values:
    """What a column holds.

    Args:
        text: object (n,), each a str, or None or NaN where the cell is empty.
        missing: spellings that the user names, which hold nothing in any column, beside the usual ones.
    """
    word_of, written = distinct(text)
    column = Column(word_of, written, np.bincount(word_of[word_of >= 0], minlength=len(written)))
    words = [normalised(word) for word in written]
    never = gone.spelled(words, gone.ALWAYS) | gone.named(words, missing)
    some = np.flatnonzero(~never & ~gone.spelled(words, gone.AMONG_NUMBERS))
    for reader in READERS if len(some) else ():
        reading = _read(reader, [words[each] for each in some], column.counts[some])
        kept = None if reading is None else _understood(reading, [words[each] for each in some], column.counts[some])
        if reading is not None and kept is not None:
            return _measured(column, reading, kept, some)
    return _in_words(column, words, never)


@dataclass(frozen=True, eq=False)
class Column:
    """A column as it is written."""

    word_of: np.ndarray
    """int (n,): which of the words each image has, -1 where it has none."""
    written: list[str]
    """The m words, none twice."""
    counts: np.ndarray
    """int (m,): images of each."""

    def spread(self, of_words: Sequence[str | None]) -> np.ndarray:
        """What is told of each word, of each image; object (n,), None where it has no word."""
        return np.array([*of_words, None], dtype=object)[self.word_of]

    def missing(self, words: np.ndarray, n: int) -> list[Sentence]:
        """What is said of n cells that hold nothing; words: int, the places of the words that were read so."""
        return telling.missing(n, [(self.written[word], int(self.counts[word])) for word in words])


def normalised(word: str) -> str:
    """A word with one form of each letter and sign, as the readers take it."""
    return unicodedata.normalize("NFKC", word).replace("−", "-").replace("’", "'").strip()


def _read(reader: Reader, words: list[str], counts: np.ndarray) -> Reading | None:
    """What a reader makes of the words; None where it can do nothing with some of them."""
    if len(words) > ENOUGH:
        some = slice(None, None, len(words) // ENOUGH)
        tried = reader(words[some], counts[some])
        if tried is None or np.isfinite(tried.numbers).mean() < HARDLY:
            return None
    return reader(words, counts)


def _understood(reading: Reading, words: Sequence[str], counts: np.ndarray) -> np.ndarray | None:
    """bool (m,): the words that are values, read or as they stand; None where too many are neither."""
    read = np.isfinite(reading.numbers)
    back = ~read & (counts >= COMES_BACK) & ~np.array([any(map(str.isdigit, word)) for word in words])
    kept = read | back if back.sum() <= OTHER_WORDS else read
    enough = counts[read].sum() >= MOST * counts.sum() and counts[kept].sum() >= NEARLY_ALL * counts.sum()
    return kept if enough else None


def _measured(column: Column, reading: Reading, kept: np.ndarray, some: np.ndarray) -> Values:
    """Numbers, dates or times. kept: bool (k,), of the k words that were read, whose places are `some`, the values."""
    known = kept & ~gone.stand_ins(reading.numbers, column.counts[some], *STAND_INS.get(reading.kind, ((), ())))
    numbers = np.full(len(column.written) + 1, np.nan)
    numbers[some] = np.where(known, reading.numbers, np.nan)
    own = reading.texts or [column.written[word] for word in some]
    levels = column.spread(_placed(own, some, known, len(column.written)))
    lost = levels == None  # noqa: E711
    notes = [reading.told, *reading.notes]
    if reading.kind == "date":
        notes.insert(1, span(numbers[np.isfinite(numbers)]))
    notes += telling.beside([column.written[word] for word in some[known & ~np.isfinite(reading.numbers)]])
    spelled = np.setdiff1d(np.arange(len(column.written)), some[known])
    return Values(
        kind=reading.kind,
        numbers=numbers[column.word_of],
        levels=levels,
        missing=lost,
        how=joined([*notes, *column.missing(spelled, int(lost.sum()))]),
        parts=_parts(column, reading.parts, some, known),
    )


def _in_words(column: Column, words: Sequence[str], never: np.ndarray) -> Values:
    """Words as they stand, or an id; never: bool (m,), the words that hold nothing."""
    levels = column.spread([None if lost else word for word, lost in zip(column.written, never, strict=True)])
    lost = levels == None  # noqa: E711
    there, n = np.flatnonzero(~never), len(levels)
    notes = column.missing(np.flatnonzero(never), int(lost.sum()))
    values = counted(len(there), say("value"))
    kind: Kind = "words"
    parts: tuple[Part, ...] = ()
    if are_an_id(len(there) + bool(lost.any()), n) and len(there) > 1:
        found = [words[each] for each in there.tolist()]
        kind = "text" if are_sentences(found) else "id"
        parts = _parts(column, parts_of(found, column.counts[there]), there, np.ones(len(there), dtype=bool))
        what = say("free text") if kind == "text" else say("id")
        told = say("{what}: {values} in {images}", what=what, values=values, images=counted(n, say("image")))
        if parts:
            told = say("{told}; {parts}", told=told, parts=telling.compared(parts))
    else:
        told = say("words: {values}", values=values) if len(there) else say("empty")
    return Values(
        kind=kind, numbers=np.full(n, np.nan), levels=levels, missing=lost, how=joined([told, *notes]), parts=parts
    )


def _parts(
    column: Column, parts: Iterable[tuple[PartName, Texts]], some: np.ndarray, known: np.ndarray
) -> tuple[Part, ...]:
    """Parts of some of the words, as they are spread over the images."""
    placed = ((name, _placed(texts, some, known, len(column.written))) for name, texts in parts)
    return tuple(Part(name=name, text=column.spread(texts)) for name, texts in placed)


def _placed(texts: Sequence[str | None], some: np.ndarray, known: np.ndarray, of: int) -> list[str | None]:
    """Texts of some of `of` words at their places, None elsewhere and where not `known`; known: bool, of the some."""
    placed: list[str | None] = [None] * of
    for text, word, there in zip(texts, some.tolist(), known.tolist(), strict=True):
        placed[word] = text if there else None
    return placed
