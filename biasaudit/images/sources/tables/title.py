"""A title above the header of a table: lines with fewer cells than all that follow."""

from __future__ import annotations

import csv
import io
from itertools import islice

from biasaudit.errors import UsageError
from biasaudit.images.sources.columns.known_columns import IMAGE, known
from biasaudit.images.sources.tables.pictures import ends_like_picture

LOOKED_AT = 50
"""Rows from which it is told."""


def check_title(text: str, delimiter: str, name: str) -> None:
    """Raise UsageError where a table begins with lines that are no header, with their numbers.

    delimiter: what stands between the cells of the first line; of a title another sign may be that of the table.
    """
    for sign in dict.fromkeys((delimiter, *",;\t|")):
        rows = _rows(text, sign)
        if len(rows) < 3 or len(rows[-1]) < 2:
            continue
        width = len(rows[-1])
        above = next(i for i in range(len(rows)) if all(len(row) == width for row in rows[i:]))
        if above == 0:
            if _is_empty_but_for_a_title(rows):
                raise UsageError(_said(name, [sum(map(bool, rows[0]))], width))
            if sign == delimiter:
                return
        elif above <= len(rows) - 2 and all(len(row) < width for row in rows[:above]):
            if known(rows[0], IMAGE):
                raise UsageError(
                    f"{name}: line 1 names {len(rows[0])} columns, and the rows below have {width} cells. Name each "
                    f"column, or take away the {sign!r} at the end of the rows."
                )
            raise UsageError(_said(name, [len(row) for row in rows[:above]], width))


def _said(name: str, above: list[int], width: int) -> str:
    first = f"line 1 has {above[0]} cell(s)" if len(above) == 1 else f"the first {len(above)} rows have fewer cells"
    return (
        f"{name}: {first} and the rows below {width}. Remove what is a title, so that the first line names the "
        f"columns; where it is meant to name them, name each."
    )


def _is_empty_but_for_a_title(rows: list[list[str]]) -> bool:
    """Whether the first line leaves most of its cells empty, and the second names the columns."""
    first, second = rows[:2]
    filled = sum(map(bool, first))
    if known(first, IMAGE) or filled >= sum(map(bool, second)) or any(map(ends_like_picture, second)):
        return False
    return bool(known(second, IMAGE)) or (filled == 1 and bool(first[0]) and len(first) > 2)


def _rows(text: str, delimiter: str) -> list[list[str]]:
    """The first rows that are not empty; none where they cannot be parted so."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
    try:
        return [[cell.strip() for cell in row] for row in islice(filter(None, reader), LOOKED_AT)]
    except csv.Error:
        return []
