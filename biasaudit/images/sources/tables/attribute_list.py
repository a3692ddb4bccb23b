"""CelebA's lists: a count, the names of the attributes, then a file and its values a line, with blanks between."""

from __future__ import annotations

import pandas as pd

from biasaudit.errors import UsageError


def attribute_list(text: str, name: str) -> pd.DataFrame | None:
    """Column `image_id`, and one a name in the second line; None where the first line is no count."""
    lines = text.splitlines()
    if len(lines) < 3 or not lines[0].strip().isdigit() or "," in lines[1]:
        return None
    columns = ["image_id", *lines[1].split()]
    rows = []
    for number, line in enumerate(lines[2:], start=3):
        cells = line.split()
        if cells and len(cells) != len(columns):
            raise UsageError(
                f"{name}, line {number}: {len(cells)} fields where line 2 names {len(columns) - 1} attributes of a "
                f"file. Mend that line."
            )
        if cells:
            rows.append(cells)
    return pd.DataFrame(rows, columns=columns, dtype="str")
