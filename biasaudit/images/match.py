"""Which file of the folder each path in a table means, and which paths lead out of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable
from pathlib import PureWindowsPath

import pandas as pd

from biasaudit.errors import DataError
from biasaudit.images.folder import OUTSIDE, shown
from biasaudit.images.metadata import one_row_each
from biasaudit.results import Excluded

NO_FILE = "named in the CSV, no such file"


def join_rows(
    rows: pd.DataFrame, ids: Collection[str], max_bad: float
) -> tuple[pd.DataFrame, list[Excluded], dict[str, int]]:
    """The rows with the id of their file as `path`; the rows that have no file; what to count.

    Raises DataError where more than `max_bad` of the rows have no file, or two rows of one file disagree.
    """
    matches = match_paths(rows["path"], ids)
    lost = [
        Excluded(path=shown(path), reason=OUTSIDE if leads_out(path) else NO_FILE)
        for path, id in zip(rows["path"], matches, strict=True)
        if id is None
    ]
    if len(lost) > max_bad * len(rows):
        raise DataError(_too_many(lost, len(rows)))
    joined = rows.assign(path=pd.Series(matches, index=rows.index, dtype="str"))
    joined, equal = one_row_each(joined[joined["path"].notna()], "path")
    counts = {
        "rows of the CSV equal to an earlier one, counted once": equal,
        "rows of the CSV that name no file of the folder": len(lost),
        "files without a row in the CSV, not audited": len(ids) - len(joined),
    }
    return joined, lost, {text: n for text, n in counts.items() if n}


def _too_many(lost: list[Excluded], n_rows: int) -> str:
    outside = sum(e.reason == OUTSIDE for e in lost)
    cause = f" ({outside} lead outside it: absolute paths and '..' are refused)" if outside else ""
    return (
        f"{len(lost)} of {n_rows} rows in the CSV name no file of the folder{cause}, such as {lost[0].path}. "
        f"'path' must be relative to FOLDER; --max-bad allows a larger share."
    )


def match_paths(paths: Iterable[str], ids: Collection[str]) -> list[str | None]:
    """For each path the id that it means, or None.

    As written, else with forward slashes, else in another Unicode form where only one id has it. No path is
    ever opened or resolved: only names that the walk has found can come back, so none can lead out.
    """
    forms: dict[str, list[str]] = {}
    for id in ids:
        forms.setdefault(unicodedata.normalize("NFC", id), []).append(id)

    def meant(path: str) -> str | None:
        if path in ids:
            return path
        # A table made on Windows, or by a tool that writes "./cats/1.png".
        plain = path.strip().replace("\\", "/").removeprefix("./")
        same = [plain] if plain in ids else forms.get(unicodedata.normalize("NFC", plain), [])
        return same[0] if len(same) == 1 else None

    return [meant(path) for path in paths]


def leads_out(path: str) -> bool:
    """Whether a path is absolute, has a drive, climbs with "..", or hides something behind a NUL."""
    parts = PureWindowsPath(path)  # knows both kinds of slash
    return bool(parts.anchor) or ".." in parts.parts or "\0" in path
