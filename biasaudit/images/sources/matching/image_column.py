"""Which column of a table names the images, and which file each row means."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pandas as pd

from biasaudit.errors import DataError, UsageError
from biasaudit.images.names import escaped
from biasaudit.images.sources.columns.known_columns import IMAGE, called, image_name, known
from biasaudit.images.sources.matching.match import Files, Matches, Way
from biasaudit.images.sources.matching.path_text import is_picture_name

ENOUGH = 0.5
"""Share of the rows that must name a file, for a column of no known name to be the one that names images."""
TRIED = 1000
"""Rows from which that share is told."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ImageColumn:
    """The column that names images, and what its values mean."""

    name: str
    matches: Matches


@dataclass(frozen=True, kw_only=True, eq=False)
class _Tried:
    """What some rows of a column mean."""

    name: str
    known: int
    """As `image_name`."""
    matches: Matches
    share: float
    """Of the cells that are not empty, how many mean a file, or several: 0 to 1."""
    pictures: bool
    """Whether most cells are called as pictures are."""

    @property
    def way(self) -> int:
        """How most of those do that mean a file; 0 where none does."""
        return self.matches.way or 0

    @property
    def rank(self) -> tuple[int, int, float]:
        """The more the likelier."""
        return self.way, self.known, self.share


def image_column(
    rows: pd.DataFrame, ids: Collection[str], base: str, wanted: str | None, root: Sequence[str] = ()
) -> ImageColumn:
    """The column that the user names; else the one whose values mean files the most surely, by its name where two do.

    ids: of the images. base: the table's own folder, relative to the root; "" for the root or elsewhere. root: the
    names of the folders that lead to the root.

    Raises UsageError where no column names files, or several name different ones as surely; and DataError where a value
    means several files.
    """
    columns = list(rows.columns)
    files = Files(ids, root)
    if wanted is not None:
        if (name := called(wanted, columns)) is None:
            raise UsageError(f"--image-column: the table has no column {escaped(wanted)!r}; it has {_all(columns)}.")
    else:
        some = rows if len(rows) <= TRIED else rows.iloc[:: len(rows) // TRIED]
        tried = [_tried(some[column], files, base) for column in columns]
        if any(_is_a_row(each, some[each.name], files, base) for each in tried):
            raise UsageError(
                f"The table has no header: its first line, {_all(columns)}, names a file. Put a line with the names of "
                f"the columns above it, such as path,label. If that line is the header: --image-column."
            )
        name = _found(tried, some, ids)
    matches = files.match(rows[name].fillna(""), base)
    if matches.unclear:
        path, (first, second) = next(iter(matches.unclear.items()))
        raise DataError(
            f"{escaped(path)!r} in column {escaped(name, 60)!r} means several files, such as {escaped(first)} and "
            f"{escaped(second)} ({len(matches.unclear)} such values). Write paths relative to FOLDER, name another "
            f"column with --image-column, or leave one folder out with --exclude."
        )
    return ImageColumn(name=name, matches=matches)


def _tried(values: pd.Series, files: Files, base: str) -> _Tried:
    cells = values.fillna("")
    matches = files.match(cells, base)
    n = max(1, int((cells != "").sum()))
    return _Tried(
        name=str(values.name),
        known=image_name(str(values.name)),
        matches=matches,
        share=sum(way is not None for way in matches.ways) / n,
        pictures=sum(map(is_picture_name, cells)) >= ENOUGH * n,
    )


def _is_a_row(column: _Tried, values: pd.Series, files: Files, base: str) -> bool:
    """Whether the name of a column is the cell of a row, since the table has no header.

    It names a file; or the cells below name files, each another, and are written as it is.
    """
    way = files.match([column.name], base).way
    if way is not None and way > Way.NUMBER:
        return True
    cells = values.dropna()
    if column.share < ENOUGH or cells.nunique() < ENOUGH * len(cells):
        return False
    shaped = re.search(r"\d", column.name) and _shape(column.name) in set(map(_shape, cells))
    return bool(way or shaped or is_picture_name(column.name))


def _shape(text: str) -> str:
    return re.sub(r"\d+", "0", text)


def _found(tried: list[_Tried], some: pd.DataFrame, ids: Collection[str]) -> str:
    by_name = known(some.columns, IMAGE)
    if by_name and by_name[0] == "path":  # what this project asks for
        return "path"
    counts = [each for each in tried if each.way == Way.NUMBER and each.share >= ENOUGH]
    sure = any(each.way > Way.NUMBER or each.pictures for each in tried)
    fit = [each for each in tried if each.share > 0 and (each.way > Way.NUMBER or (each.known and not sure))]
    enough = [each for each in fit if each.share >= ENOUGH]
    if enough:
        best = max(enough, key=lambda each: each.rank)
        _check_alone(best, [each for each in enough if each is not best])
        return best.name
    if likely := [each for each in fit if each.known]:
        return max(likely, key=lambda each: each.rank).name
    values = next((str(v) for column in by_name for v in some[column].dropna().head(1)), "")
    seen = f"{by_name[0]!r} holds {escaped(values, 60)!r}, which is none" if values else "none of them names a file"
    if counts:
        seen += f"; {escaped(counts[0].name, 60)!r} fits by its numbers alone, which may count something else"
    raise UsageError(
        f"No column of the table names the images of the folder ({seen}; a file is "
        f"{escaped(next(iter(ids), 'missing'), 80)!r}). Name the column that does with --image-column; the columns "
        f"are {_all(list(some.columns))}."
    )


def _check_alone(best: _Tried, others: list[_Tried]) -> None:
    """Raise UsageError where another column names other files as surely, and is as known."""
    for other in others:
        if (other.way, other.known) == (best.way, best.known):
            pairs = zip(best.matches.ids, other.matches.ids, strict=True)
            if differ := next(((a, b) for a, b in pairs if a and b and a != b), None):
                first, second = sorted((best.name, other.name))
                raise UsageError(
                    f"The columns {escaped(best.name, 60)!r} and {escaped(other.name, 60)!r} name different images in "
                    f"one row, such as {escaped(differ[0], 80)} and {escaped(differ[1], 80)}. Name the one that the "
                    f"label is about: --image-column {_option(first)}, or --image-column {_option(second)}."
                )


def _option(column: str) -> str:
    safe = escaped(column, 60)
    return safe if safe.isidentifier() else f"'{safe}'"


def _all(columns: list[str]) -> str:
    return ", ".join(repr(escaped(str(column), 40)) for column in columns[:30]) or "none"
