"""The columns of the metadata as cues: numbers and dates in bands, words as they stand, and what parts of them tell."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from biasaudit.evidence.named.bands import banded
from biasaudit.evidence.named.cue_values import CONSTANT, MISSING, CueValues, as_id, coded, held_once
from biasaudit.images.values import Part, Values, are_an_id, read_values
from biasaudit.images.values.naming import FOLDER, pattern
from biasaudit.results import NAMED, NOTHING, Name, PartName, compared_parts, part_of, say


def metadata_cue(name: str, text: np.ndarray, missing: Sequence[str] = ()) -> CueValues:
    """A metadata column as a cue: numbers in bands, text as it stands, ids set aside.

    text: (n,), each a str, or None or NaN where it is missing. missing: what the user says is missing as well.
    """
    return _cue(name, read_values(text, missing))


def metadata_cues(
    name: str, text: np.ndarray, labels: np.ndarray, missing: Sequence[str] = (), taken: Collection[str] = ()
) -> tuple[CueValues, ...]:
    """A column as a cue, and after it those of its parts that say more: the hour of a date, the beginning of an id.

    text, missing: as of `metadata_cue`. labels: (n,), the classes. taken: names that no part may bear.
    """
    values = read_values(text, missing)
    whole = _cue(name, values)
    if whole.constant:
        return (whole,)
    parts = dict(_telling(name, values.parts, labels, None if whole.untestable else whole, taken))
    if whole.untestable and parts:
        instead = compared_parts([NAMED[part] for part in parts])
        whole = replace(whole, untestable=say("{why}; {parts} instead", why=whole.untestable, parts=instead))
    return (whole, *parts.values())


def _cue(name: str, values: Values) -> CueValues:
    levels = banded(values)
    many = len(pd.unique(levels))
    constant = many < 2
    in_bands = np.isfinite(values.numbers).any()  # a few, with images enough in each
    why = CONSTANT if constant else NOTHING
    if not constant and not in_bands and are_an_id(many, len(levels)):
        why = as_id(many, len(levels))
    question = say("Does the column “{column}” go with the label?", column=Name("column", name))
    return CueValues(
        id=name, kind="metadata", question=question, levels=held_once(levels), untestable=why, constant=constant
    )


def _telling(
    column: str, parts: Sequence[Part], labels: np.ndarray, whole: CueValues | None, taken: Collection[str]
) -> Iterator[tuple[PartName, CueValues]]:
    """The parts that can be tested and say what neither the whole nor a part before them says."""
    told = [] if whole is None else [whole]
    for part in parts:
        name = part_of(column, part.name)
        cue = metadata_cue(name, part.text)
        if name in taken or cue.untestable or _repeats_label(cue, labels) or any(_is_told_by(cue, one) for one in told):
            continue
        told.append(cue)
        yield part.name, cue


def _is_told_by(part: CueValues, other: CueValues) -> bool:
    """Whether the value of `part` follows from that of `other` in every image: a year from a date in bands."""
    assert part.levels is not None
    assert other.levels is not None
    (names, places), (_, others) = coded(part.levels), coded(other.levels)
    return len(np.unique(others * len(names) + places)) == len(np.unique(others))


def _repeats_label(part: CueValues, labels: np.ndarray) -> bool:
    """Whether it differs between the classes in nothing but their names: cat_001 and dog_001."""
    seen = pd.DataFrame({"level": part.levels, "label": labels}).drop_duplicates()
    shapes = {
        pattern(str(level).casefold(), str(label).casefold())
        for level, label in zip(seen["level"], seen["label"], strict=True)
        if level != MISSING
    }
    return len(shapes) == 1 and FOLDER in next(iter(shapes))
