"""Reads the metadata CSV as text, exactly as written, or says which line to mend."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from biasaudit.errors import DataError, UsageError
from biasaudit.images import words
from biasaudit.images.names import escaped

DELIMITERS = ",;\t|"
BINARY_STARTS = {
    b"PK\x03\x04": "a spreadsheet or zip archive",
    b"PAR1": "a Parquet file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x1f\x8b": "a compressed file",
}


def read_metadata(csv_file: Path, option: str = "--metadata") -> pd.DataFrame:
    """The rows of a CSV with a `path` column, every value as text ("007", "NA" and "None" stay so).

    Empty cells are missing. Reads UTF-8, UTF-16 and Windows-1252, with commas, semicolons, tabs or bars.
    Rows that repeat a path are left in (`one_row_each` settles them). `attrs["warnings"]` is a list of what
    the reader should know. `option` is what named the file. Raises UsageError, with the line number where there is one.
    """
    text, warnings = _text(csv_file, option)
    delimiter, header = _header(text, csv_file)
    keep = [i for i, name in enumerate(header) if name]
    if len(keep) < len(header):
        warnings.append(words.UNNAMED_COLUMNS)
    rows = [[row[i] or None for i in keep] for row in _rows(text, delimiter, len(header), csv_file) if any(row)]
    frame = pd.DataFrame(rows, columns=[header[i] for i in keep], dtype="str")
    if missing := int(frame["path"].isna().sum()):
        warnings.append(words.rows_without_path(missing))
        frame = frame[frame["path"].notna()].reset_index(drop=True)
    frame.attrs["warnings"] = warnings
    return frame


def one_row_each(frame: pd.DataFrame, key: str) -> tuple[pd.DataFrame, int]:
    """Drop rows equal to an earlier one, and count them.

    Raises DataError naming the keys and columns where two rows of one key disagree.
    """
    unique = frame.drop_duplicates(ignore_index=True)
    clashes = unique[unique[key].duplicated(keep=False)]
    if len(clashes):
        ids = sorted(clashes[key].unique())
        differing = clashes.groupby(key).nunique(dropna=False).gt(1).any()
        columns = ", ".join(repr(escaped(str(c))) for c in differing.index[differing])
        named = ", ".join(escaped(id) for id in ids[:5]) + (" ..." if len(ids) > 5 else "")
        raise DataError(
            f"The CSV has conflicting rows for {len(ids)} file(s): {named}. They differ in {columns}. "
            f"Keep one row a file, or leave the column out with --ignore."
        )
    return unique, len(frame) - len(unique)


def _text(csv_file: Path, option: str) -> tuple[str, list[str]]:
    name = escaped(str(csv_file))
    if csv_file.is_dir():
        raise UsageError(f"{name} is a folder. {option} takes a CSV file with a 'path' column.")
    if not csv_file.exists():
        raise UsageError(f"There is no file {name}. Check the spelling of {option}.")
    if not csv_file.is_file():
        raise UsageError(f"{name} is no regular file. {option} takes a CSV file with a 'path' column.")
    try:
        raw = csv_file.read_bytes()
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}.") from None
    for start, what in BINARY_STARTS.items():
        if raw.startswith(start):
            raise UsageError(f"{name} is {what}, not a CSV. Save the table as CSV (UTF-8).")
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


def _reader(text: str, delimiter: str) -> Any:
    """A csv.reader, whose type has no public name: an iterator of rows with `line_num`."""
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)


def _header(text: str, csv_file: Path) -> tuple[str, list[str]]:
    """The delimiter under which the first line has a `path` column, and the column names."""
    name = escaped(str(csv_file))
    headers = {}
    for delimiter in DELIMITERS:
        try:
            headers[delimiter] = [cell.strip() for cell in next(_reader(text, delimiter), [])]
        except csv.Error:
            continue
    for delimiter, header in headers.items():
        if "path" not in header:
            continue
        if twice := [column for column, n in Counter(header).items() if n > 1 and column]:
            raise UsageError(f"{name} has more than one column {escaped(twice[0])!r}. Rename or remove one.")
        return delimiter, header
    widest = max(headers.values(), key=len, default=[])
    columns = ", ".join(repr(escaped(column, 40)) for column in widest[:30]) or "none"
    raise UsageError(
        f"{name} has no 'path' column; its columns are {columns}. "
        f"Name the column that holds each image's path, relative to FOLDER, 'path'."
    )


def _rows(text: str, delimiter: str, width: int, csv_file: Path) -> Iterator[list[str]]:
    """The rows after the header; UsageError with the line on which a bad one starts."""
    name = escaped(str(csv_file))
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
