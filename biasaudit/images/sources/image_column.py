"""Which column of a table names the images, and which file each row means."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from biasaudit.errors import DataError, UsageError
from biasaudit.images.names import escaped
from biasaudit.images.sources.known_columns import IMAGE, called, known
from biasaudit.images.sources.match import Matches, match_paths

ENOUGH = 0.5
"""Share of the rows that must name a file, for a column of no known name to be the one that names images."""
TRIED = 1000
"""Rows from which that share is told."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ImageColumn:
    """The column that names images, and what its values mean."""

    name: str
    matches: Matches


def image_column(rows: pd.DataFrame, files: Collection[str], base: str, wanted: str | None) -> ImageColumn:
    """The column that the user names; else that of a known name whose values are files; else the only one that fits.

    files: ids of the images. base: the table's own folder, relative to the root; "" for the root or elsewhere.

    Raises UsageError where no column names files, and DataError where a value means several files.
    """
    columns = list(rows.columns)
    if wanted is None and any(match_paths(columns, files, base).ids):
        raise UsageError(
            f"The table has no header: its first line, {_all(columns)}, names a file. Put a line with the names of the "
            f"columns above it, such as path,label."
        )
    if wanted is not None:
        if (name := called(wanted, columns)) is None:
            raise UsageError(f"--image-column: the table has no column {escaped(wanted)!r}; it has {_all(columns)}.")
    else:
        name = _found(rows, files, base)
    matches = match_paths(rows[name].fillna(""), files, base)
    if matches.unclear:
        path, (first, second) = next(iter(matches.unclear.items()))
        raise DataError(
            f"{escaped(path)!r} in column {escaped(name, 60)!r} means several files, such as {escaped(first)} and "
            f"{escaped(second)} ({len(matches.unclear)} such values). Write paths relative to FOLDER, name another "
            f"column with --image-column, or leave one folder out with --exclude."
        )
    return ImageColumn(name=name, matches=matches)


def _found(rows: pd.DataFrame, files: Collection[str], base: str) -> str:
    some = rows if len(rows) <= TRIED else rows.iloc[:: len(rows) // TRIED]
    by_name = known(rows.columns, IMAGE)
    shares = {column: match_paths(some[column].dropna(), files, base).share for column in by_name}
    if by_name and by_name[0] == "path":  # what this project asks for
        return "path"
    if shares and max(shares.values()) >= ENOUGH:
        return max(shares, key=lambda column: shares[column])
    others = [column for column in rows.columns if column not in shares]
    shares |= {column: match_paths(some[column].dropna(), files, base).share for column in others}
    best = max(shares, key=lambda column: shares[column], default=None)
    if best is not None and shares[best] >= ENOUGH:
        return best
    if by_name and shares[by_name[0]] > 0:
        return by_name[0]
    values = next((str(v) for column in by_name for v in rows[column].dropna().head(1)), "")
    seen = f"{by_name[0]!r} holds {escaped(values, 60)!r}, which is none" if values else "none of them names a file"
    raise UsageError(
        f"No column of the table names the images of the folder ({seen}; a file is "
        f"{escaped(next(iter(files), 'missing'), 80)!r}). Name the column that does with --image-column; the columns "
        f"are {_all(list(rows.columns))}."
    )


def _all(columns: list[str]) -> str:
    return ", ".join(repr(escaped(str(column), 40)) for column in columns[:30]) or "none"
