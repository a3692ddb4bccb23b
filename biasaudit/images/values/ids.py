"""Ids, taken apart: which archive or site gave a name, and in which order, can tell what is in the picture."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from biasaudit.images.values.naming import pattern
from biasaudit.images.values.record import are_an_id
from biasaudit.results import PartName

RUN = re.compile(r"[^\W\d_]+|\d+")
"""A run of letters, or of digits."""
MOST_RUNS = 8
"""Runs of a name beyond which its digits are a code and no number that counts anything."""
MOST_DIGITS = 15
"""Digits of a number that a float holds to the last."""
NEARLY_ALL = 0.95
"""Share of the images whose id must hold a number before it is compared."""
ENOUGH = 1000
"""Ids of many that show whether there is anything in them."""
SENTENCE = re.compile(r"(?:[^\W\d_]{2,}\W+){3,}")
"""Four words or more are no id."""
LONGEST = 200
"""Letters in which they are looked for: the search takes longer than in proportion."""

Texts = tuple[str | None, ...]
Runs = Sequence[re.Match[str]]


def parts_of(words: Sequence[str], counts: np.ndarray) -> tuple[tuple[PartName, Texts], ...]:
    """What can be told of each of the m words: how it begins and ends, its pattern and its number.

    A part has two values or more, which are few but for those of the number, and says nothing that one before
    it says. counts: int (m,), images of each word.
    """
    some = slice(None, None, len(words) // ENOUGH)
    if len(words) > 2 * ENOUGH and not parts_of(words[some], counts[some]):
        return ()
    kept: list[tuple[PartName, Texts]] = []
    said: set[tuple[int, ...]] = set()
    for name, texts in _candidates(words, counts):
        codes = _numbered(texts)
        if len(set(codes)) > 1 and codes not in said:
            said.add(codes)
            kept.append((name, texts))
    return tuple(kept)


def are_sentences(words: Sequence[str]) -> bool:
    """Whether most of the words are free text."""
    return sum(SENTENCE.search(word[:LONGEST]) is not None for word in words) > len(words) / 2


def _candidates(words: Sequence[str], counts: np.ndarray) -> Iterator[tuple[PartName, Texts]]:
    runs = [list(RUN.finditer(word)) for word in words]
    if beginnings := _few_of(words, runs, counts, _first):
        yield "beginning", beginnings[0]
        yield "longer beginning", beginnings[-1]
    if endings := _few_of(words, runs, counts, _last):
        yield "ending", endings[0]
    shapes = tuple(pattern(word.casefold()) for word in words)
    if _are_few(shapes, counts):
        yield "pattern", shapes
    if (numbers := _numbers(runs, counts)) is not None:
        yield "number", numbers


def _few_of(
    words: Sequence[str], runs: Sequence[Runs], counts: np.ndarray, cut: Callable[[str, Runs, int], str]
) -> list[Texts]:
    """The words cut after one run, two runs, and so on, as long as they take few values; and more than one."""
    found: list[Texts] = []
    for n in range(1, MOST_RUNS + 1):
        texts = tuple(cut(word, run, n) for word, run in zip(words, runs, strict=True))
        if len(set(texts)) > 1 and not _are_few(texts, counts):
            break  # a longer one takes no fewer
        if len(set(texts)) > 1:
            found.append(texts)
    return found


def _first(word: str, run: Runs, n: int) -> str:
    """A word up to the end of its nth run."""
    return word[: run[n - 1].end()] if len(run) > n else word


def _last(word: str, run: Runs, n: int) -> str:
    """A word from its nth run from the end."""
    return word[run[-n].start() :] if len(run) > n else word


def _are_few(texts: Texts, counts: np.ndarray) -> bool:
    return not are_an_id(len(set(texts)), int(counts.sum()))


def _numbers(runs: Sequence[Runs], counts: np.ndarray) -> Texts | None:
    """The number in each word: of the first and the last the one that takes more values; None where most have none."""
    digits = [
        [found for each in run if (found := each[0]).isdecimal() and len(found) <= MOST_DIGITS]
        if len(run) <= MOST_RUNS
        else []
        for run in runs
    ]
    if counts[[bool(each) for each in digits]].sum() < NEARLY_ALL * counts.sum():
        return None
    first, last = (tuple(str(int(each[place])) if each else None for each in digits) for place in (0, -1))
    return max((last, first), key=lambda texts: len(set(texts)))


def _numbered(texts: Texts) -> tuple[int, ...]:
    """Which value each has, numbered as they come: the same for two parts that say the same."""
    place: dict[str | None, int] = {}
    return tuple(place.setdefault(text, len(place)) for text in texts)
