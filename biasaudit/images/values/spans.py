"""Bands as people write them, such as "40-59", "under 18" and "85+": from where to where they reach."""

from __future__ import annotations

import re

import numpy as np

from biasaudit.images.values.numbers import cell
from biasaudit.images.values.reading import normalised, read_values

BETWEEN = re.compile(
    r"[\[(]?\s*(?P<low>\d+(?:[.,]\d+)?)\s*(?:-|–|—|\.\.|,|;|to(?: under)?)\s*(?P<high>\d+(?:[.,]\d+)?)\s*[\])]?"
)


def number_of(text: str) -> float:
    """One value as a number; NaN where it is none, or is a band with an open end."""
    found = cell(normalised(text))
    if found is None or found.open:
        return float("nan")
    values = read_values(np.array([text], dtype=object))
    return float(values.numbers[0]) if values.kind == "number" else float("nan")


def span_of(text: str) -> tuple[float, float] | None:
    """From where to where a band reaches; None where the text is none."""
    word = normalised(text)
    if found := BETWEEN.fullmatch(word):
        low, high = number_of(found["low"]), number_of(found["high"])
        return (low, high) if low < high else None
    taken = cell(word)
    bound = number_of(taken.body) if taken is not None and taken.open else float("nan")
    if taken is None or not np.isfinite(bound):
        return None
    return (bound, float("inf")) if taken.open > 0 else (float("-inf"), bound)
