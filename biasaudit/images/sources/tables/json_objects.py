"""One JSON object that is a whole table: files and their labels, columns, classes, or a list under a name."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from biasaudit.errors import UsageError
from biasaudit.images.names import escaped
from biasaudit.images.sources.columns.known_columns import IMAGE, known
from biasaudit.images.sources.tables.pictures import mostly_pictures
from biasaudit.images.splits import part_of

BETWEEN = "|"
"""Stands between the labels of an image that has several."""
Row = dict[str, Any]


def rows_of(whole: Mapping[str, Any], text: str, name: str) -> list[Row] | None:
    """One row an image of an object that holds a whole table; None where it is itself a row.

    whole: the object that `text` is. Raises UsageError with what was seen where no table can be made of it.
    """
    keys, values = list(whole), list(whole.values())
    if any(not isinstance(whole[column], list | dict) for column in known(keys[:1000], IMAGE)):
        return None
    lists = {key: value for key, value in whole.items() if isinstance(value, list)}
    if mostly_pictures(keys) and all(map(_is_label, values)):
        rows: list[Row] | None = labelled(_pairs(text))
    elif whole and all(isinstance(value, dict) for value in values):
        rows = _of_objects(whole)
    elif whole and len(lists) == len(whole) and all(_all_plain(value) for value in values):
        rows = _of_columns(lists)
    else:
        rows = _of_a_list(whole, lists)
    if rows is None:
        seen = ", ".join(repr(escaped(key, 40)) for key in keys[:8]) or "nothing"
        raise UsageError(
            f"{name} holds one JSON object, with {seen}, which is read as no table. Wanted is a list of objects, one "
            f'an image, such as [{{"path": "1.jpg", "label": "cat"}}], or {{"1.jpg": "cat"}}. '
            f"Or save it as CSV (UTF-8)."
        )
    return rows


def labelled(pairs: Sequence[Sequence[Any]]) -> list[Row]:
    """Rows of pairs of a file and its label, or labels; of more, the others are columns with a number."""
    return [
        {"file_name": file, "label": _label(label), **{f"column {i}": each for i, each in enumerate(more, start=3)}}
        for file, label, *more in pairs
    ]


def are_pairs(value: object) -> bool:
    """Whether this is a list of lists that begin with a file."""
    return (
        isinstance(value, list)
        and all(isinstance(each, list) and len(each) > 1 for each in value)
        and mostly_pictures([each[0] for each in value])
    )


def _pairs(text: str) -> list[tuple[str, Any]]:
    """Keys and values of the object that a text is, the same key as often as it stands there."""
    pairs: list[tuple[str, Any]] = json.loads(text, object_pairs_hook=list)
    return pairs


def _of_objects(whole: Mapping[str, dict[str, Any]]) -> list[Row] | None:
    inner = list(dict.fromkeys(key for value in whole.values() for key in value))
    if mostly_pictures(list(whole)):
        return [{"file_name": key, **value} for key, value in whole.items()]
    if mostly_pictures(inner) and all(map(part_of, whole)):  # {"train": {"1.jpg": "cat"}}
        return [
            {"file_name": file, "label": _label(label), "split": part}
            for part, of_part in whole.items()
            for file, label in of_part.items()
        ]
    if known(inner, IMAGE):  # {"0": {"path": "1.jpg"}}
        return list(whole.values())
    if mostly_pictures(inner):  # {"label": {"1.jpg": "cat"}}
        return [{"file_name": key, **{column: whole[column].get(key) for column in whole}} for key in inner]
    if inner and all(map(str.isdigit, inner)):  # as pandas writes it: {"path": {"0": "1.jpg"}}
        return [{column: whole[column].get(key) for column in whole} for key in inner]
    return None


def _of_columns(lists: Mapping[str, list[Any]]) -> list[Row] | None:
    """{"path": ["1.jpg"], "label": ["cat"]}, or the files of each class, or of each part of a split."""
    pictures = [key for key, values in lists.items() if mostly_pictures(values)]
    alike = len({len(values) for values in lists.values()}) == 1
    if alike and pictures and (len(pictures) < len(lists) or known(lists, IMAGE)):
        return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]
    if len(pictures) < len(lists):
        return None
    what = "split" if all(map(part_of, lists)) else "label"
    return [{"file_name": file, what: key} for key, files in lists.items() for file in files]


def _of_a_list(whole: Mapping[str, Any], lists: Mapping[str, list[Any]]) -> list[Row] | None:
    """The only list of rows among what else is told; those of the parts of a split, together."""
    if pairs := [value for value in lists.values() if are_pairs(value)]:
        return labelled(pairs[0]) if len(pairs) == 1 else None
    columns = lists.get("columns", [])
    data = lists.get("data", [])
    if columns and data and all(isinstance(row, list) and len(row) == len(columns) for row in data):
        return [dict(zip(map(str, columns), row, strict=True)) for row in data]
    rows = {key: value for key, value in lists.items() if value and all(isinstance(row, dict) for row in value)}
    if len(rows) == 1:
        return next(iter(rows.values()))
    if rows and len(rows) == len(whole) and all(map(part_of, rows)):
        return [{"split": part, **row} for part, of_part in rows.items() for row in of_part]
    return None


def _is_label(value: object) -> bool:
    return not isinstance(value, list | dict) or (isinstance(value, list) and _all_plain(value))


def _all_plain(values: list[Any]) -> bool:
    return not any(isinstance(value, list | dict) for value in values)


def _label(value: object) -> object:
    """A label, or several as one text."""
    return BETWEEN.join(map(str, value)) if isinstance(value, list) and _all_plain(value) else value
