"""The columns of a table that the command names."""

from __future__ import annotations

from collections.abc import Sequence

from biasaudit.errors import UsageError
from biasaudit.images.names import escaped
from biasaudit.images.sources.listing import Options


def check_columns(options: Options, columns: Sequence[str] | None) -> None:
    """Raise UsageError where an option names a column that is not among `columns`; None: there is no table."""
    wanted = [("--group-by", options.group_by), ("--split", options.split), *(("--ignore", c) for c in options.ignore)]
    for option, column in wanted:
        if column is None:
            continue
        if columns is None:
            raise UsageError(f"{option} {escaped(column)} needs a table: name it with --metadata.")
        if column not in columns:
            have = ", ".join(repr(escaped(str(c), 40)) for c in columns)
            raise UsageError(f"{option}: the CSV has no column {escaped(column)!r}; it has {have}.")
