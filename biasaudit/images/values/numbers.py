"""Numbers as people write them: with units, decimal commas, thousands, signs of comparison and open ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from biasaudit.images.values.notation import read_bodies
from biasaudit.images.values.record import Reading
from biasaudit.images.values.units import KNOWN, agreed, plain_unit
from biasaudit.results import Sentence, say

LONGEST = 40
"""Letters of a cell beyond which it is no number."""
CODE = re.compile(r"0\d+")
"""A code, and no number: its zeros would be lost."""
UP = ("more", "over", "older", "above", "up")
DOWN = ("less", "under", "younger", "below")
RISING = (">", ">=", "≥", "over", "above", "more than", "at least", "older than", "from")
FALLING = ("<", "<=", "≤", "under", "below", "less than", "at most", "up to", "younger than")
ABOUT = ("~", "≈", "about", "approx", "approx.", "ca", "ca.")
SIGN = "|".join(
    re.escape(sign) + ("" if not sign[-1].isalpha() else r"(?=\s)")
    for sign in sorted((*RISING, *FALLING, *ABOUT), key=len, reverse=True)
)
FORM = re.compile(
    rf"(?P<sign>{SIGN})?\s*(?P<body>[+-]?[\d.,][\d.,' ]*(?:e[+-]?\d+)?)\s*(?P<plus>\+)?\s*"
    r"(?P<unit>(?:[^\W\d_]|[%‰°])\S{0,11}?(?: old| of age)?)?\s*"
    rf"(?P<tail>\+|(?:or|and) (?:{'|'.join((*UP, *DOWN))}))?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Cell:
    """One cell, taken apart."""

    body: str
    unit: str
    open: int
    """1 where it says "or more", -1 where it says "or less", else 0."""


def cell(word: str) -> Cell | None:
    """A cell that may be a number; word: normalised, without blanks at its ends."""
    found = FORM.fullmatch(word) if len(word) <= LONGEST else None
    if found is None:
        return None
    sign, tail = (found["sign"] or "").casefold(), (found["plus"] or found["tail"] or "").casefold()
    rising = sign in RISING or tail == "+" or tail.endswith(UP)
    falling = sign in FALLING or tail.endswith(DOWN)
    return Cell(found["body"].strip(), found["unit"] or "", int(rising) - int(falling))


def read_numbers(words: Sequence[str], counts: np.ndarray) -> Reading | None:
    """The words as numbers; None where they are codes with leading zeros (007).

    words: m of them, normalised, none twice. counts: int (m,), images of each.
    """
    plain = np.array([_plain(word) for word in words], dtype=float)
    if any(CODE.fullmatch(word) for word in words):
        return None
    if np.isfinite(plain).all():
        return Reading(kind="number", numbers=plain, told=say("number"))
    cells = [cell(word) for word in words]
    if any(each and CODE.fullmatch(each.body) and plain_unit(each.unit) not in KNOWN for each in cells):
        return None
    some = np.flatnonzero([each is not None for each in cells])
    taken = [each for each in cells if each is not None]
    if not taken:
        return None
    bodies, commas = read_bodies([each.body for each in taken], counts[some])
    read = np.isfinite(bodies)
    units = agreed(
        [each.unit if ok else "" for each, ok in zip(taken, read, strict=True)], np.where(read, counts[some], 0)
    )
    if not units.known and (counts == 1).all() and (bodies[read] % 1 == 0).all():
        return None  # another whole number for each image, and letters that are no unit: an id
    numbers, opened = np.full(len(words), np.nan), np.zeros(len(words), dtype=int)
    numbers[some], opened[some] = bodies * units.factors, [each.open for each in taken]
    notes = [*units.notes, *_ends(numbers, opened, counts)]
    told = say("{number}{commas}", number=units.told, commas=commas)
    texts = tuple(f"{number:g}" if np.isfinite(number) else word for number, word in zip(numbers, words, strict=True))
    written = len(set(numbers[np.isfinite(numbers)])) == int(np.isfinite(numbers).sum())
    return Reading(kind="number", numbers=numbers, told=told, notes=tuple(notes), texts=None if written else texts)


def _plain(word: str) -> float:
    try:
        number = float(word)
    except ValueError:
        return float("nan")
    return number if np.isfinite(number) and "_" not in word else float("nan")


def _ends(numbers: np.ndarray, opened: np.ndarray, counts: np.ndarray) -> list[Sentence]:
    """What is said of open ends: what they were read as."""
    told = []
    for side, named in ((1, say("or more")), (-1, say("or less"))):
        these = (opened == side) & np.isfinite(numbers)
        bounds, n = np.unique(numbers[these]), int(counts[these].sum())
        if len(bounds) == 1:
            bound = say("{bound:g} {named}", bound=float(bounds[0]), named=named)
            told.append(say("{n} of {all} read as {bound}", n=n, all=int(counts.sum()), bound=bound))
        elif len(bounds):
            told.append(say("{n} that say “{named}” read at their bound", n=n, named=named))
    return told
