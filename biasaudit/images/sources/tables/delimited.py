"""Text with a row a line and a sign between the cells, exactly as written, or which line to mend."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pandas as pd

from biasaudit.errors import UsageError
from biasaudit.images import words
from biasaudit.images.names import escaped
from biasaudit.images.sources.columns.known_columns import IMAGE, known
from biasaudit.images.sources.tables.pictures import ends_like_picture
from biasaudit.images.sources.tables.title import check_title
from biasaudit.results import Sentence

DELIMITERS = ",;\t|"
KEPT_FROM_RUNNING = re.compile(r"'(?=[=+\-@\t\r])(?!.*'$)", re.DOTALL)
"""The sign by which spreadsheets, and the tables that an audit writes, keep a text from being run as a formula."""


def text_of(raw: bytes, name: str) -> tuple[str, list[Sentence]]:
    """The text of a file in UTF-8, UTF-16 or Windows-1252, and what was guessed. Raises UsageError where it is none."""
    for encoding in _encodings(raw):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "cp1252":
            return text, []
        if "\0" not in text:
            return text, [words.READ_AS_CP1252]
    raise UsageError(f"{name} is no text in UTF-8 or UTF-16. Save the table as CSV (UTF-8).")


def _encodings(raw: bytes) -> list[str]:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ["utf-16"]
    # Without a mark, plain letters in UTF-16 have a zero in every second byte.
    head = raw[:1000]
    if len(head) >= 4 and head.count(0) > len(head) // 4:
        return ["utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"]
    return ["utf-8-sig", "cp1252"]


def delimited(text: str, name: str) -> pd.DataFrame:
    """The rows below the header, whose sign between cells is the one that gives a known column, or most columns."""
    if told := re.match(r"sep=(.)\r?\n", text):  # Excel's own first line
        text = text[told.end() :]
    delimiter, header = _header(text, name)
    check_title(text, delimiter, name)
    keep = [i for i, column in enumerate(header) if column]
    rows = [[_meant(row[i]) or None for i in keep] for row in _rows(text, delimiter, len(header), name) if any(row)]
    frame = pd.DataFrame(rows, columns=[header[i] for i in keep], dtype="str")
    frame.attrs["warnings"] = [words.UNNAMED_COLUMNS] * (len(keep) < len(header))
    return frame


def _meant(cell: str) -> str:
    """A cell as it was before a spreadsheet, or an audit, kept it from being run."""
    return cell[1:] if cell.startswith("'") and KEPT_FROM_RUNNING.match(cell) else cell


def _reader(text: str, delimiter: str) -> Any:
    """A csv.reader, whose type has no public name: an iterator of rows with `line_num`."""
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)


def _header(text: str, name: str) -> tuple[str, list[str]]:
    """The sign between cells, and the names of the columns."""
    headers = {}
    for delimiter in DELIMITERS:
        try:
            headers[delimiter] = [_meant(cell.strip()) for cell in next(_reader(text, delimiter), [])]
        except csv.Error:
            continue
    if not any(map(any, headers.values())):
        raise UsageError(f"{name} has no header: its first line must name the columns.")
    best = max(headers, key=lambda each: (bool(known(headers[each], IMAGE)), len(headers[each])))
    if any(map(ends_like_picture, headers[best])) and len(set(headers[best])) < len(headers[best]):
        raise UsageError(
            f"{name} has no header: its first line names a picture. Put a line with the names of the columns above it, "
            f"such as path,label."
        )
    if twice := [column for column, n in Counter(headers[best]).items() if n > 1 and column]:
        raise UsageError(f"{name} has more than one column {escaped(twice[0])!r}. Rename or remove one.")
    return best, headers[best]


def _rows(text: str, delimiter: str, width: int, name: str) -> Iterator[list[str]]:
    """The rows after the header; UsageError with the line on which a bad one starts."""
    reader = _reader(text, delimiter)
    next(reader)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            unclosed = reader.line_num > line or "end of data" in str(error)
            fault = "a quote opened here is never closed" if unclosed else str(error)
            raise UsageError(f"{name}, line {line}: {fault}. Mend that line.") from None
        if row and len(row) != width:
            raise UsageError(
                f"{name}, line {line}: {len(row)} fields where the header has {width}. "
                f"Mend that line, or quote the values that hold a {delimiter!r}."
            )
        yield row
