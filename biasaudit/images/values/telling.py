"""What is said of a column that was read: what is missing from it, and what stands beside its numbers."""

from __future__ import annotations

from collections.abc import Sequence

from biasaudit.images.values.record import Part
from biasaudit.results import NAMED, NOTHING, Name, Sentence, compared_parts, joined, say

SHOWN = 3
"""Spellings that are named."""


def missing(n: int, spellings: Sequence[tuple[str, int]]) -> list[Sentence]:
    """Of n cells that hold nothing, "38 missing (“unknown” 12)"; spellings: words that were read so, and how often."""
    if not n:
        return []
    most = sorted(spellings, key=lambda each: (-each[1], each[0]))[:SHOWN]
    named = [say("“{word:20}” {n:,}", word=Name("value", word), n=count) for word, count in most]
    said = say(" ({named})", named=_and_more(named, len(spellings))) if named else NOTHING
    return [say("{n:,} missing{named}", n=n, named=said)]


def beside(words: Sequence[str]) -> list[Sentence]:
    """Of words that stand beside numbers as values of their own."""
    named = [say("“{word:20}”", word=Name("value", word)) for word in words[:SHOWN]]
    return [say("beside {words}", words=_and_more(named, len(words)))] if words else []


def compared(parts: Sequence[Part]) -> Sentence:
    """ "its beginning (2 values) and number are compared"."""
    return compared_parts(
        [
            NAMED[part.name]
            if part.name == "number"
            else say("{part} ({n} values)", part=NAMED[part.name], n=part.values)
            for part in parts
        ]
    )


def _and_more(named: Sequence[Sentence], of: int) -> Sentence:
    return joined([*named, *([say("...")] if of > len(named) else [])])
