"""Which column of a table holds the label: the one that is named, or known; else the folders say, or the user must."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from biasaudit.errors import UsageError
from biasaudit.images.names import escaped, words_of
from biasaudit.images.sources.columns.known_columns import LABEL, LABEL_ENDINGS, LABEL_LIKE, called, known
from biasaudit.images.sources.columns.labels import as_lists
from biasaudit.images.sources.folders.doubts import Doubt

FEW, MANY = 2, 30
"""Distinct values between which a column may hold labels, where columns are suggested."""
SHOWN = 6
"""Columns and values that a message names."""


def label_column(rows: pd.DataFrame, folder: pd.Series, doubt: Doubt | None, wanted: str | None) -> str | None:
    """The column that holds the label; None where the class folders do.

    rows: a row an image, text. folder: the class folder of each, missing where there is none. doubt: why the folders
    may be no classes, None where they are. wanted: the column that the user names.

    Raises UsageError where nothing says it, or several do and differ.
    """
    columns = list(rows.columns)
    if wanted is not None:
        if (column := called(wanted, columns)) is None:
            raise UsageError(f"--label-column: the table has no column {escaped(wanted)!r}; it has {_all(columns)}.")
        return column
    if sure := known(columns, LABEL):
        differ = [column for column in sure[1:] if not _alike(rows[sure[0]], rows[column])]
        if differ:
            raise UsageError(
                f"The columns {_named([sure[0], *differ])} are both called a label, and differ. Name one with "
                f"--label-column."
            )
        return sure[0]
    classes = not doubt and folder.nunique() > 1
    likely = known(columns, LABEL_LIKE)
    if classes and not likely:
        likely = [column for column in columns if _joins_folders(column, rows[column], folder)]
    if classes:
        if crossed := [column for column in likely if not _within(rows[column], folder)]:
            raise UsageError(
                f"The column {escaped(crossed[0], 60)!r} looks like a label, and the folders "
                f"{_named(sorted(folder.dropna().unique()))} are others. Say which are the classes: "
                f"--label-column {_option(crossed[0])}, or --layout class for the folders."
            )
        return None
    one_label = [column for column in likely if column == likely[0] or not _alike(rows[likely[0]], rows[column])]
    if len(one_label) == 1:
        return one_label[0]
    if one_label:
        raise UsageError(f"The columns {_named(one_label)} look like labels, and differ. Name one with --label-column.")
    raise UsageError(_nothing_says(rows, folder, doubt))


def _joins_folders(column: str, values: pd.Series, folder: pd.Series) -> bool:
    """Whether a column is called as "Retinopathy grade" is, or joins folders to fewer classes and is called y."""
    said = words_of(column)
    if not said or not FEW <= values.nunique() <= MANY or {*said} & {"age", "quality", "weight", "image"}:
        return False
    return said[-1] in LABEL_ENDINGS or (said[-1] in ("y", "class", "category") and _within(folder, values))


def one_hot(rows: pd.DataFrame) -> list[str]:
    """The columns of which every row has exactly one with 1 and 0 in all others, as classes are written.

    Empty where there are none, where another column may as well be the label, or where they are the values of one
    other trait, as their names say.
    """
    yes = {column: pd.to_numeric(rows[column], errors="coerce") for column in rows.columns}
    binary = [column for column, values in yes.items() if values.notna().all() and values.isin([0, 1]).all()]
    if len(binary) < 2 or not (pd.DataFrame(yes)[binary].sum(axis=1) == 1).all():
        return []
    others = [column for column in rows.columns if column not in binary and FEW <= rows[column].nunique() <= MANY]
    one_stem = len({column.split("_")[0] for column in binary}) == 1  # sex_female, sex_male
    return [] if others or one_stem else binary


def from_one_hot(rows: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """The name of the column that has 1, for each row."""
    return rows[list(columns)].apply(pd.to_numeric).idxmax(axis=1).astype("str")


def _within(values: pd.Series, folder: pd.Series) -> bool:
    """Whether each value lies in one class folder: another name for the class, or a part of it."""
    return int(folder.groupby(values).nunique().max() or 0) <= 1


def tells_the_same(values: pd.Series, label: pd.Series) -> bool:
    """Whether a column names the label again, or a part of it: each value lies in one class, and no row is without."""
    return bool(values.notna().all()) and _within(values, label)


def _alike(first: pd.Series, other: pd.Series) -> bool:
    return _within(first, other) and _within(other, first)


def _nothing_says(rows: pd.DataFrame, folder: pd.Series, doubt: Doubt | None) -> str:
    one = "All images lie in one folder." if folder.nunique() == 1 else "No image lies in a class folder."
    start = f"The table has no column that is known to hold the label. {doubt.seen if doubt else one}"
    candidates = {column: list(map(str, rows[column].dropna().unique())) for column in rows.columns}
    few = sorted(
        (c for c, values in candidates.items() if FEW <= len(values) <= MANY), key=lambda c: len(candidates[c])
    )
    lists = [column for column in rows.columns if as_lists(rows[column].str.strip()) is not None]
    if not few and not lists:
        return f"{start} Name it with --label-column; the columns are {_all(list(rows.columns))}."
    listed = ", ".join(f"{escaped(c, 40)} ({_some(candidates[c])})" for c in (few or lists)[:SHOWN])
    yes_no = next((c for c in few if {*candidates[c]} <= {"0", "1", "-1", "0.0", "1.0", "-1.0"}), None)
    hint = f", such as --label-column {_option((few or lists)[0])}"
    if yes_no is not None:
        hint += f", or --label-column {_option(yes_no)} --positive 1 where 1 is yes"
    if lists:
        hint += f"; --positive asks about one label of {escaped(lists[0], 40)}, --each-label about all"
    elif yes_no is not None:
        hint += "; --each-label asks about each of such columns in turn"
    return f"{start} Name it with --label-column{hint}. Columns with few values: {listed}."


def _some(values: Sequence[str]) -> str:
    shown = ", ".join(escaped(str(value), 20) for value in sorted(map(str, values))[:SHOWN])
    return shown + (f" ... {len(values)} in all" if len(values) > SHOWN else "")


def _named(names: Sequence[str]) -> str:
    some = [repr(escaped(str(name), 60)) for name in names[:SHOWN]]
    return ", ".join(some) + (" ..." if len(names) > SHOWN else "")


def _all(columns: Sequence[str]) -> str:
    return ", ".join(repr(escaped(str(column), 40)) for column in columns[:30]) or "none"


def _option(column: str) -> str:
    safe = escaped(column, 60)
    return safe if safe.isidentifier() else f"'{safe}'"
