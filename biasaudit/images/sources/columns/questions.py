"""The questions that a table with several labels an image can be asked, one label at a time."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import pandas as pd

from biasaudit.errors import UsageError
from biasaudit.images.names import escaped
from biasaudit.images.sources.columns.known_columns import LABEL, LABEL_LIKE, called, known
from biasaudit.images.sources.columns.labels import as_lists
from biasaudit.images.sources.listing import Options
from biasaudit.images.sources.tables import read_table

LEAST = 2
"""Images that must have a label, and as many that must not, for it to be asked about."""
YES_NO = {"0", "1", "-1"}


class Question(NamedTuple):
    """One label against the rest."""

    label: str
    column: str
    positive: str


def questions(options: Options) -> list[Question]:
    """Every label in a column of lists, or every column of 0 and 1, that enough images have and have not.

    Raises UsageError where there is no table, or it holds neither.
    """
    if options.metadata is None:
        raise UsageError("--each-label asks about each label of a table: name it with --metadata.")
    if options.positive:
        raise UsageError("--each-label asks about every label, and --positive about one: choose.")
    if options.single_label:
        raise UsageError("--each-label asks about each of several labels, and --single-label says that there is one.")
    rows = read_table(options.metadata)
    wanted = options.label_column
    column = called(wanted, rows.columns) if wanted else next(iter(known(rows.columns, (*LABEL, *LABEL_LIKE))), None)
    lists = None if column is None else as_lists(rows[column].str.strip())
    if column is not None and lists is not None:
        counts = Counter(label for each in lists for label in each)
        enough = sorted(label for label, n in counts.items() if LEAST <= n <= len(rows) - LEAST)
        return [Question(label, column, label) for label in enough]
    yes_no = [Question(each, each, "1") for each in rows.columns if each not in options.ignore and _yes_no(rows[each])]
    if not yes_no:
        raise UsageError(
            f"--each-label: {escaped(options.metadata.name)} has no column of several labels an image (A|B), and none "
            f"of 0 and 1. Name the label with --label-column."
        )
    return yes_no


def _yes_no(column: pd.Series) -> bool:
    values = column.dropna().str.strip().str.removesuffix(".0")
    yes = int((values == "1").sum())
    return len(values) > 0 and set(values) <= YES_NO and LEAST <= yes <= len(column) - LEAST
