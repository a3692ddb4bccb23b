"""CelebA's lists: a count, the names of the columns, then a file and its values a line, with blanks between."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from biasaudit.errors import UsageError
from biasaudit.images.names import escaped
from biasaudit.images.sources.tables.pictures import ends_like_picture


def attribute_list(text: str, name: str) -> pd.DataFrame | None:
    """One column a name in the second line, and before them `image_id` where they do not name the file as well; None
    where the first line is no count, or the second names no columns.

    Raises UsageError with the line that has other cells than these.
    """
    lines = text.splitlines()
    if len(lines) < 3 or not lines[0].strip().isdigit() or "," in lines[1]:
        return None
    columns = lines[1].split()
    rows = [(number, cells) for number, line in enumerate(lines[2:], start=3) if (cells := line.split())]
    if not columns or not rows or any(ends_like_picture(each) or each.isdigit() for each in columns):
        return None
    named = f"{len(columns)} columns"
    if len(rows[0][1]) != len(columns):
        columns, named = ["image_id", *columns], f"{len(columns)} attributes of a file"
    if twice := [column for column, n in Counter(columns).items() if n > 1]:
        raise UsageError(f"{name} has more than one column {escaped(twice[0], 60)!r}. Rename or remove one.")
    for number, cells in rows:
        if len(cells) != len(columns):
            raise UsageError(f"{name}, line {number}: {len(cells)} fields where line 2 names {named}. Mend that line.")
    return pd.DataFrame([cells for _, cells in rows], columns=columns, dtype="str")
