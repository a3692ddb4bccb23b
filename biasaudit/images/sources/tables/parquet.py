"""Parquet, every value as the text that it would have in a CSV."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from biasaudit.errors import UsageError
from biasaudit.images import words

ROW_NUMBER = re.compile(r"__index_level_\d+__")
"""A column of pandas that numbers the rows."""


def parquet(file: Path, name: str) -> pd.DataFrame:
    """The columns of a Parquet file that hold no lists, objects or bytes; what is left out is a warning."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        schema = pq.read_schema(file)
        kept = [each.name for each in schema if not _nested(each.type, pa) and not ROW_NUMBER.fullmatch(each.name)]
        table = pq.read_table(file, columns=kept)
        columns = {column: [_text(value) for value in table[column].to_pylist()] for column in kept}
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise UsageError(f"{name} cannot be read as Parquet ({type(error).__name__}). Save the table again.") from None
    if not kept:
        raise UsageError(f"{name} holds no column of text or numbers. Pictures must lie in files of their own.")
    frame = pd.DataFrame(columns, dtype="str")
    left = len(schema) - len(kept)
    frame.attrs["warnings"] = [words.nested_columns(left)] if left else []
    return frame


def _nested(kind: object, pa: object) -> bool:
    types = pa.types  # type: ignore[attr-defined]
    return bool(types.is_nested(kind) or types.is_binary(kind) or types.is_large_binary(kind))


def _text(value: object) -> str | None:
    if value is None or value == "" or value != value:
        return None
    if isinstance(value, bool):
        return str(int(value))
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
