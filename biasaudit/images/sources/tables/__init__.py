"""Tables as people have them: each format is one file here, and a place in `FORMATS`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from biasaudit.errors import UsageError
from biasaudit.images.kinds.foreign import no_table
from biasaudit.images.names import escaped
from biasaudit.images.sources.tables.attribute_list import attribute_list
from biasaudit.images.sources.tables.blank_list import blank_list
from biasaudit.images.sources.tables.delimited import delimited, text_of
from biasaudit.images.sources.tables.json_text import json_text
from biasaudit.images.sources.tables.parquet import parquet

Format = Callable[[str, str], pd.DataFrame | None]
"""A function of the text of a file and its name for messages. It returns None where the text is written otherwise, and
raises UsageError where it is and is wrong. The frame is text, missing where a cell is empty; `attrs["warnings"]` is a
list of sentences that the reader should know."""

FORMATS: tuple[Format, ...] = (json_text, attribute_list, blank_list, delimited)
"""In this order they are asked; the last takes any text."""

HEAD = 4096
"""Bytes from which it is told that a file is no table."""


def read_table(file: Path, option: str = "--metadata") -> pd.DataFrame:
    """The rows of a table, every value as text ("007", "NA" and "None" stay so); empty cells are missing.

    Reads CSV (commas, semicolons, tabs or bars; UTF-8, UTF-16 and Windows-1252), lists with blanks and no header,
    CelebA's lists of attributes, JSON lines, other JSON with a row or a label an image, COCO, and Parquet.
    `attrs["warnings"]` is a list of what the reader should know. `option` is what named the file. Raises UsageError,
    with the line number where there is one.
    """
    name = escaped(str(file))
    raw = _bytes_of(file, name, option)
    if raw.startswith(b"PAR1"):
        return parquet(file, name)
    if (what := no_table(raw[:HEAD])) is not None:
        then = "" if ":" in what else " Save the table as CSV (UTF-8)."
        raise UsageError(f"{name} is no table but {what}.{then}")
    text, warnings = text_of(raw, name)
    for form in FORMATS:
        if (frame := form(text, name)) is not None:
            frame.attrs["warnings"] = [*warnings, *frame.attrs.get("warnings", [])]
            return frame
    raise UsageError(f"{name} holds no table. Save the table as CSV (UTF-8).")


def _bytes_of(file: Path, name: str, option: str) -> bytes:
    takes = f"{option} takes a table, such as a CSV file with one row an image."
    if file.is_dir():
        raise UsageError(f"{name} is a folder. {takes}")
    if not file.exists():
        raise UsageError(f"There is no file {name}. Check the spelling of {option}.")
    if not file.is_file():
        raise UsageError(f"{name} is no regular file. {takes}")
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}.") from None
