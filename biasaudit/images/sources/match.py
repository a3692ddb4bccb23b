"""Which file of the folder each path in a table means, and which paths lead out of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable
from pathlib import PureWindowsPath


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
