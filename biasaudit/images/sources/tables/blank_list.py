"""Lists with blanks or tabs between the words of a line, and mostly without a header: `img/7.jpg 3`."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from biasaudit.errors import UsageError
from biasaudit.images import words
from biasaudit.images.names import escaped
from biasaudit.images.sources.columns.known_columns import IMAGE, known
from biasaudit.images.sources.tables.pictures import ends_like_picture, mostly_pictures

FILE = "file_name"
"""What the column of the files is called where the list does not say."""
ALIKE = 0.9
"""Share of the lines that must have one number of words, for the text to be such a list and no prose."""
AS_CSV = "Write it as CSV (UTF-8), with a first line that names the columns, such as path,label."

Line = tuple[int, list[str]]
"""The number of a line, from 1, and its words."""


def blank_list(text: str, name: str) -> pd.DataFrame | None:
    """The words of each line, in columns that the first line names, or else `file_name` and `column 2`; None where the
    text has other signs between its cells, or is no list.

    Raises UsageError where it is a list of which no column looks like files, or a line of it is wrong.
    """
    lines = _lines(text)
    if len(lines) < 2:
        return None
    width, n = Counter(len(cells) for _, cells in lines).most_common(1)[0]
    if width < 2 or n < ALIKE * (len(lines) - 1):
        return None
    below = [cells for _, cells in lines[1:] if len(cells) == width]
    columns = list(zip(*below, strict=True))
    place = next((i for i, column in enumerate(columns) if mostly_pictures(column)), None)
    if place is None:
        place = next((i for i, column in enumerate(columns) if _are_paths(column)), None)
    first = lines[0][1]
    headed = not any(map(ends_like_picture, first)) and not any(map(_is_number, first))
    if headed and (place is None or "\t" in text):
        return None  # for the reader of tables with a header
    if place is None and any(all(map(_is_number, column)) for column in columns) and n == len(lines) > 2:
        raise UsageError(
            f"{name} has no header, {width} words a line, and none of them ends as the name of a picture does. {AS_CSV}"
        )
    if place is None:
        return None
    if wrong := next(((at, cells) for at, cells in lines if len(cells) != width), None):
        raise UsageError(
            f"{name}, line {wrong[0]}: {len(wrong[1])} words where the others have {width}. Mend that line; where "
            f"names have blanks in them, write it as CSV (UTF-8)."
        )
    names = first if headed else [FILE if i == place else f"column {i + 1}" for i in range(width)]
    if twice := [column for column, times in Counter(names).items() if times > 1]:
        raise UsageError(f"{name} has more than one column {escaped(twice[0], 60)!r}. Rename or remove one.")
    frame = pd.DataFrame([cells for _, cells in lines[headed:]], columns=names, dtype="str")
    frame.attrs["warnings"] = [] if headed else [words.no_header(names)]
    return frame


def _lines(text: str) -> list[Line]:
    """The lines that are not empty, without comments and a count above them; none where other signs part the cells."""
    tabs: bool | None = None
    found: list[Line] = []
    for number, line in enumerate(text.splitlines(), start=1):
        written = line.strip()
        if not written or (not found and (written.startswith("#") or written.isdigit())):
            continue
        if tabs is None:
            tabs = "\t" in written
            if any(sign in written for sign in ',;|"') or known([written], IMAGE) or len(written.split()) < 2:
                return []
        found.append((number, [cell.strip() for cell in line.split("\t")] if tabs else written.split()))
    return found


def _are_paths(column: tuple[str, ...]) -> bool:
    """Whether all are paths without the ending of a picture, each another one."""
    return len(set(column)) == len(column) and all("/" in cell and any(map(str.isalpha, cell)) for cell in column)


def _is_number(cell: str) -> bool:
    return cell.lstrip("+-").replace(".", "", 1).isdigit()
