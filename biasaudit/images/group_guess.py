"""Patients or scenes that nobody named: a column called so, or file names of which several begin alike."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from biasaudit.images import words
from biasaudit.images.sources.columns.known_columns import plain
from biasaudit.images.table import ImageTable
from biasaudit.results import Sentence

COLUMNS = re.compile(
    r"(patient|subject|person|participant|lesion|study|case|session|scene|video|animal|specimen)s?(id|no|nr|number)?"
)
WORDS = ("patient", "person", "subject", "participant", "case", "pid", "study", "scene", "video", "clip", "pat")
NAMED = tuple(rf"((?i:{word})[_-]?\d+)" for word in WORDS)
"""Where in a path a patient stands who is called so."""
PATTERNS = (*NAMED, r"^([A-Za-z]+[_-]?\d+)[_. -]", r"^(\d{3,})[_. -]", r"^(.*\d{3}.*)[_-]")
"""Where in a name a patient may stand; the first that fits is proposed. Short numbers are ages and codes."""
FITS = 0.95
"""Share of the names that such a pattern must fit."""
GROUPS, PER_GROUP = 10, (1.5, 50.0)
"""How many groups there must be, and how many images each has on average: fewer tell nothing, more are a class."""
PER_NAMED_GROUP = 1.05
"""The fewest where a column is called so."""


def likely_groups(images: ImageTable) -> Iterator[Sentence]:
    """A warning where images seem to come in groups and none were given: at most one."""
    if images.grouped:
        return
    for column in images.metadata_columns:
        if COLUMNS.fullmatch(plain(column)):
            values = images.frame[f"meta_{column}"].tolist()
            counts = Counter(value for value in values if isinstance(value, str))
            if _grouped(counts, images.n, PER_NAMED_GROUP):
                yield words.likely_group_column(column, _effect(values, images))
                return
    names = [id.rpartition("/")[2].rpartition(".")[0] for id in images.ids]
    folders = [id.rpartition("/")[0] for id in images.ids]
    for pattern, places in (*((each, names) for each in PATTERNS), *((each, folders) for each in NAMED)):
        matches = [re.search(pattern, place) for place in places]
        groups = [match.group(1) if match else None for match in matches]
        found = [group for group in groups if group]
        if len(found) >= FITS * images.n and _grouped(counts := Counter(found), images.n) and _alone(found, images):
            yield words.likely_groups_in_names(f"name:{pattern}", counts.most_common(1)[0][0], _effect(groups, images))
            return


def _grouped(counts: Counter[str], n: int, fewest: float = PER_GROUP[0]) -> bool:
    return len(counts) >= GROUPS and fewest <= n / len(counts) <= PER_GROUP[1]


def _alone(found: list[str], images: ImageTable) -> bool:
    """Whether most groups lie in one class and one part: a running number that begins anew in each does not."""
    if len(found) != images.n:
        return True
    places = {(group, label) for group, label in zip(found, images.frame["label"], strict=True)}
    return len(places) <= 1.5 * len(set(found))


def _effect(groups: Sequence[str | None], images: ImageTable) -> Sentence:
    """How many groups there are, and what it does that they are not kept together. groups: one an image, or None."""
    counts = Counter(group for group in groups if isinstance(group, str))
    held = Counter(group for group, out in zip(groups, images.held_out, strict=True) if out and isinstance(group, str))
    parted = sum(0 < held[group] < n for group, n in counts.items()) if images.held_out.any() else None
    return words.without_groups(len(counts), images.n, sum(n > 1 for n in counts.values()), parted)
