"""Cells that are not empty and hold nothing: usual spellings, and numbers that stand for "not known"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from biasaudit.images.values.record import NUMBERS

ALWAYS = frozenset(("nan", "nat", "null", "<na>", "<null>", "n/a", "#n/a", "#null!", "#value!", "#div/0!"))
"""What programs write where there is nothing: missing in any column."""
AMONG_NUMBERS = frozenset(
    (
        *("na", "n.a.", "none", "nil", "n/k", "nk", "nd", "n.d.", "n/d", "unknown", "unk", "unkn", "undefined"),
        *("unspecified", "missing", "blank", "empty", "not available", "not applicable", "not known", "not recorded"),
        *("not reported", "not specified", "not done", "unbekannt", "k.a.", "inconnu", "desconocido", "sconosciuto"),
        *("?", "??", "???", "-", "--", "---", "–", "—", ".", "..", "...", "*", "0000-00-00", "00000000", "00/00/0000"),
    )
)
"""Missing beside numbers and dates. Among words each of these may be an answer (no treatment: "none"), and stays."""
BELOW = (-1, -7, -8, -9, -77, -88, -99, -777, -888, -999, -7777, -8888, -9999, -99999)
ABOVE = (88, 99, 777, 888, 999, 7777, 8888, 9999, 99999)
"""Numbers by which people write "not known", of measurements from 0 on and of any."""
OFTEN = 2
"""Images that must have such a number before it is taken for one."""


def folded(word: str) -> str:
    """A word as it is compared with a spelling: letters of one case, blanks joined."""
    return " ".join(word.casefold().split())


def spelled(words: Sequence[str], spellings: Iterable[str]) -> np.ndarray:
    """bool (m,): which of the words is one of these spellings."""
    known = {folded(each) for each in spellings}
    return np.array([folded(word) in known for word in words], dtype=bool)


def named(words: Sequence[str], missing: Sequence[str]) -> np.ndarray:
    """bool (m,): which of the words the user says is missing; a number also where it is written another way."""
    numbers = {number for each in missing if (number := _number(each)) is not None}
    return spelled(words, missing) | np.array([_number(word) in numbers for word in words], dtype=bool)


def stand_ins(numbers: np.ndarray, counts: np.ndarray, below: Sequence[float], above: Sequence[float]) -> np.ndarray:
    """Which of the distinct numbers stand for "not known", as they lie apart from all others.

    One of `below` counts where nothing else is below 0, or it lies further below all others than these are spread;
    one of `above` where it lies further above them. Either must be there twice or more, beside more than `NUMBERS`
    others: fewer are codes, and -1 one of them (uncertain).

    numbers: float (m,), NaN where there is none. counts: int (m,), images of each.
    """
    candidate = np.isin(numbers, (*below, *above)) & (counts >= OFTEN)
    others = numbers[np.isfinite(numbers) & ~np.isin(numbers, (*below, *above))]
    # A usual number is another one where it lies among them: 99 in a column of counts up to 140.
    if not candidate.any() or len(np.unique(others)) <= NUMBERS:
        return np.zeros(len(numbers), dtype=bool)
    low, high = others.min(), others.max()
    spread = high - low
    apart_below = np.isin(numbers, below) & ((numbers < 0) & (low >= 0) | (low - numbers > spread))
    return candidate & (apart_below | (np.isin(numbers, above) & (numbers - high > spread)))


def _number(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None
