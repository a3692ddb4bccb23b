"""Patients or scenes that nobody named: a column called so, or file names of which several begin alike."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from biasaudit.images import words
from biasaudit.images.sources.known_columns import plain
from biasaudit.images.table import ImageTable
from biasaudit.results import Sentence

COLUMNS = re.compile(
    r"(patient|subject|person|participant|lesion|study|case|session|scene|video|animal|specimen)s?(id|no|nr|number)?"
)
PATTERNS = (
    r"((?:patient|person|subject|participant|case|pid|study|scene|video|clip|pat)[_-]?\d+)",
    r"^([A-Za-z]+[_-]?\d+)[_. -]",
    r"^(\d+)[_. -]",
)
"""Where in a name a patient may stand; the first that fits is proposed."""
FITS = 0.95
"""Share of the names that such a pattern must fit."""
GROUPS, PER_GROUP = 10, (1.5, 50.0)
"""How many groups there must be, and how many images each has on average: fewer tell nothing, more are a class."""


def likely_groups(images: ImageTable) -> Iterator[Sentence]:
    """A warning where images seem to come in groups and none were given: at most one."""
    if images.grouped:
        return
    for column in images.metadata_columns:
        if COLUMNS.fullmatch(plain(column)):
            values = images.frame[f"meta_{column}"].dropna()
            if _grouped(Counter(values), images.n):
                yield words.likely_group_column(column, values.nunique(), images.n)
                return
    names = [id.rpartition("/")[2].rpartition(".")[0] for id in images.ids]
    for pattern in PATTERNS:
        found = [match.group(1) for name in names if (match := re.search(pattern, name, re.IGNORECASE))]
        if len(found) >= FITS * images.n and _grouped(counts := Counter(found), images.n) and _alone(found, images):
            yield words.likely_groups_in_names(f"name:{pattern}", counts.most_common(1)[0][0], len(counts), images.n)
            return


def _grouped(counts: Counter[str], n: int) -> bool:
    return len(counts) >= GROUPS and PER_GROUP[0] <= n / len(counts) <= PER_GROUP[1]


def _alone(found: list[str], images: ImageTable) -> bool:
    """Whether most groups lie in one class and one part: a running number that begins anew in each does not."""
    if len(found) != images.n:
        return True
    places = {(group, label) for group, label in zip(found, images.frame["label"], strict=True)}
    return len(places) <= 1.5 * len(set(found))
