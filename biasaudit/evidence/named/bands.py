"""Numbers, dates and times of a column cut into bands, so that missing can stand beside them as a level of its own."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from biasaudit.evidence.named.cue_values import MISSING
from biasaudit.images.values import LEAST_PER_LEVEL, Values, are_an_id
from biasaudit.images.values.dates import as_date, as_time

BANDS = 4
"""Cut at quartiles; fewer where a band would else have fewer images than words of one value need."""

Named = Callable[[float], str]
NAMES: dict[str, tuple[Named, Named]] = {
    "number": (lambda number: f"{number:g}", lambda number: f"{number:.12g}"),
    "date": (as_date, lambda days: as_date(days, timed=True)),
    "time": (as_time, as_time),
}
"""How an end of a band is written, and how where two bands would else be called the same."""


def banded(values: Values) -> np.ndarray:
    """Each image's band as text, object (n,): "45 to 60"; words beside the numbers as they stand, "(missing)".

    Numbers of few values stand as they are, where each has images enough to be compared. A value that fills a band by
    itself (most often 0) is one of its own, and the rest is cut.
    """
    levels = np.where(values.missing, MISSING, values.levels).astype(object)
    numbers = values.numbers
    present = numbers[np.isfinite(numbers)]
    if not present.size or not (values.measured or are_an_id(len(set(levels)), len(levels))):
        return levels
    distinct, counts = np.unique(present, return_counts=True)
    bands = int(np.clip(len(present) // LEAST_PER_LEVEL, 2, BANDS))
    alone = distinct[counts >= len(present) / bands]
    rest = present[~np.isin(present, alone)]
    cuts = np.unique(np.quantile(rest, np.linspace(0, 1, bands + 1 - len(alone)))) if rest.size else alone
    if len(cuts) < 2:
        return levels
    named, finely = NAMES[values.kind]
    names = _names(cuts, named)
    if len(set(names)) < len(names):
        named, names = finely, _names(cuts, finely)
    place = np.clip(np.searchsorted(cuts, numbers, side="right") - 1, 0, len(names) - 1)
    levels = np.where(np.isfinite(numbers), np.array(names, dtype=object)[place], levels)
    for value in alone:
        levels[numbers == value] = named(float(value))
    return levels


def _names(cuts: np.ndarray, named: Named) -> list[str]:
    return [f"{named(float(low))} to {named(float(high))}" for low, high in pairwise(cuts)]
