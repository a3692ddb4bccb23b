"""The columns that the command names, held against those that there are."""

from __future__ import annotations

from collections.abc import Sequence

from biasaudit.errors import UsageError
from biasaudit.images.names import escaped
from biasaudit.images.sources.columns.from_names import is_of_names
from biasaudit.images.sources.columns.known_columns import called
from biasaudit.images.sources.listing import Options
from biasaudit.images.splits import split_column

TOLERANT = ("--label-column", "--image-column")
"""Options whose column may be written with other capitals, blanks and signs."""


def check_columns(options: Options, columns: Sequence[str] | None) -> None:
    """Raise UsageError where an option names a column that is not among `columns`; None: there is no table."""
    wanted = [
        ("--group-by", options.group_by),
        ("--split", split_column(options.split, columns or ())),
        ("--label-column", options.label_column),
        ("--image-column", options.image_column),
        *(("--ignore", column) for column in options.ignore),
    ]
    for option, column in wanted:
        if column is None or is_of_names(column):
            continue
        if columns is None:
            raise UsageError(f"{option} {escaped(column)} needs a table: name it with --metadata.")
        if column not in columns and not (option in TOLERANT and called(column, columns)):
            have = ", ".join(repr(escaped(str(c), 40)) for c in columns)
            raise UsageError(f"{option}: the table has no column {escaped(column)!r}; it has {have}.")


def ignored(options: Options, columns: Sequence[str]) -> list[str]:
    """The columns to leave out, but for those that another option names."""
    needed = (
        options.group_by,
        split_column(options.split, columns),
        options.label_column,
        options.image_column,
        "path",
    )
    return [column for column in options.ignore if column in columns and column not in needed]
