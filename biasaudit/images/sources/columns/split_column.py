"""A given split that a table tells: the column that names the parts, and which of its values are held out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from shlex import quote

import pandas as pd

from biasaudit.errors import UsageError
from biasaudit.images import words
from biasaudit.images.names import escaped, words_of
from biasaudit.images.sources.columns.from_names import from_names, is_of_names
from biasaudit.images.sources.columns.known_columns import plain
from biasaudit.images.splits import held_out_names, part_of, split_column
from biasaudit.results import Sentence

HELD_OUT = "test"
"""What images are said to be of whose value the user calls held out."""
CALLED = frozenset(
    {"split", "subset", "partition", "fold", "usage", "train", "test", "phase", "set", "dataset", "mode"}
)
"""Words in the names of columns whose values are called as parts are."""
NUMBERED = frozenset({
    "split", "splits", "subset", "partition", "fold", "foldid", "splitid", "datasplit", "datafold", "train", "istrain",
    "test", "istest", "istraining", "intrain",
})  # fmt: skip
"""Names, without signs, of columns whose numbers, or yes and no, are parts."""
YES_NO = (("0", "1"), ("False", "True"), ("false", "true"), ("no", "yes"), ("0.0", "1.0"))
MOST = 12
"""Values that such a column has at most."""


def given_split(ids: Sequence[str], rows: pd.DataFrame, wanted: str) -> tuple[str, pd.Series]:
    """The column, and the part of each image: its value, or "test" where the user says that this value is held out.

    wanted: a column, "COLUMN=VALUE", or a pattern of names. Raises UsageError where no value says that it is held out.
    """
    if is_of_names(wanted):
        column, values = wanted, from_names(ids, wanted, "--split")
    else:
        column = str(split_column(wanted, rows.columns))
        values = rows[column]
    there = sorted(map(str, values.dropna().unique()))
    if column != wanted:
        value = wanted.rpartition("=")[2]
        if value not in there:
            raise UsageError(f"--split {escaped(wanted, 60)}: the column has {_listed(there)}, and not that value.")
        return column, values.map(lambda each: HELD_OUT if each == value else each, na_action="ignore")
    if not held_out_names(there):
        example = quote(f"{column}={_held_out(column, there)}") if there else "COLUMN=VALUE"
        raise UsageError(
            f"--split {escaped(column, 60)}: its values are {_listed(there) or 'nothing'}, and none of them says that "
            f"it is held out. Say which is, such as --split {escaped(example, 80)}, call that part test, testing, "
            f"holdout, val or validation, or leave --split out."
        )
    return column, values


def likely_split(rows: pd.DataFrame, ignored: Collection[str]) -> Iterator[Sentence]:
    """A warning of a column that looks like a given split; for tables of which nothing else tells one."""
    for column in rows.columns:
        values = sorted(map(str, rows[column].dropna().unique()))
        if column in ignored or not 1 < len(values) <= MOST:
            continue
        numbered = plain(column) in NUMBERED and (tuple(values) in YES_NO or all(value.isdigit() for value in values))
        called = CALLED & set(words_of(column)) and all(part_of(value) for value in values)
        if numbered or called:
            yield words.likely_split(column, values, None if held_out_names(values) else _held_out(column, values))
            return


def _held_out(column: str, values: Sequence[str]) -> str:
    """The value that is likely to mean held out: of a column that says who is learnt from, its no."""
    said = words_of(column)
    learnt = {"train", "training", "istrain"} & {*said, plain(column)} and "test" not in said
    return values[0] if learnt else values[-1]


def _listed(values: Sequence[str]) -> str:
    return ", ".join(repr(escaped(value, 40)) for value in values[:8])
