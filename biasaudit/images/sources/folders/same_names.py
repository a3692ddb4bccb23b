"""Two classes whose files have the same names, as pictures and what was made of them have: told, not stopped at."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath

import pandas as pd

from biasaudit.images import words
from biasaudit.results import Sentence

ALIKE = 0.9
"""Share of the names that the two must have in common."""
FEWEST = 6
"""Files from which the same names say anything."""


def same_names(ids: Collection[str], labels: pd.Series) -> Iterator[Sentence]:
    """A warning where there are two classes, and nearly all files of one are called as files of the other are.

    Running numbers say nothing: they begin anew in every folder. ids: (n,); labels: of each, missing where it has none.
    """
    if labels.nunique() != 2:  # more with the same names follow one way to name files
        return
    names: dict[str, set[str]] = {}
    for id, label in zip(ids, labels, strict=True):
        if isinstance(label, str):
            names.setdefault(label, set()).add(PurePosixPath(id).stem)
    one, other = names
    both = names[one] & names[other]
    if len(both) >= max(FEWEST, ALIKE * min(map(len, names.values()))) and not _running(both):
        yield words.same_names(one, other, min(both))


def _running(stems: Collection[str]) -> bool:
    """Whether most names are running numbers behind a few words."""
    numbers: dict[str, list[int]] = {}
    for stem in stems:
        if found := re.findall(r"\d{1,15}", stem):
            numbers.setdefault(re.sub(r"\d+", "", stem), []).append(int(found[-1]))
    runs = [each for each in numbers.values() if len(each) > 1 and max(each) - min(each) + 1 <= 1.5 * len(each) + 2]
    return 2 * sum(map(len, runs)) > len(stems)
