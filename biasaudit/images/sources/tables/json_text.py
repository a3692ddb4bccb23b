"""JSON: an object a line, a list of objects, an object of files, or COCO's images, annotations and categories."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import pandas as pd

from biasaudit.errors import UsageError
from biasaudit.images import words
from biasaudit.images.sources.tables.json_objects import BETWEEN, are_pairs, labelled, rows_of


def json_text(text: str, name: str) -> pd.DataFrame | None:
    """One row an object, or an image in COCO; None where the text is no JSON.

    What is nested in an object is left out, with a warning. Raises UsageError with the line that is wrong.
    """
    start = text.lstrip()[:1]
    if start not in ("{", "["):
        return None
    whole = _parsed(text)
    if isinstance(whole, dict):
        rows = _coco(whole, name) if _is_coco(whole) else rows_of(whole, text, name)
        if rows is not None:
            return _frame(rows)
    if isinstance(whole, list):
        return _frame(labelled(whole) if are_pairs(whole) else _objects(whole, name))
    if start == "[":
        raise UsageError(f"{name} begins like a JSON list, and is none. Mend it, or save the table as CSV (UTF-8).")
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            row = _parsed(line)
            if not isinstance(row, dict):
                raise UsageError(f'{name}, line {number}: no JSON object. One line a file, such as {{"path": ...}}.')
            rows.append(row)
    return _frame(rows)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _objects(rows: list[Any], name: str) -> list[dict[str, Any]]:
    if not all(isinstance(row, dict) for row in rows):
        raise UsageError(f'{name}: a list of objects is wanted, one an image, such as [{{"path": "1.jpg"}}].')
    return rows


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Every value as the text that stands in the file; true and false as 1 and 0."""
    rows = [{_text(key) or "": value for key, value in row.items()} for row in rows]
    columns = list(dict.fromkeys(key for row in rows for key in row if key))
    nested = {key for row in rows for key, value in row.items() if isinstance(value, list | dict)}
    kept = [column for column in columns if column not in nested]
    table = [[_text(row.get(column)) for column in kept] for row in rows]
    frame = pd.DataFrame(table, columns=kept, dtype="str")
    frame.attrs["warnings"] = [words.nested_columns(len(nested))] if nested else []
    return frame


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    text = str(int(value)) if isinstance(value, bool) else str(value)
    return text.encode("utf-8", "backslashreplace").decode()  # half of a pair of surrogates is no text


def _is_coco(whole: dict[str, Any]) -> bool:
    images = whole.get("images")
    return isinstance(images, list) and not (images and all(isinstance(each, str | list) for each in images))


def _coco(whole: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The images, each with the names of the categories of what is marked in it."""
    try:
        names = {each["id"]: str(each["name"]) for each in whole.get("categories", [])}
        of_image: dict[Any, dict[str, None]] = defaultdict(dict)
        for mark in whole.get("annotations", []):
            of_image[mark["image_id"]][names[mark["category_id"]]] = None
        return [{**image, "category": BETWEEN.join(of_image.get(image["id"], ()))} for image in whole["images"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{name} looks like COCO, and an image, annotation or category in it lacks {error}. Mend the file."
        ) from None
