"""Finds the image files of a folder and names them; reads no pixel and follows no link out of the folder."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from biasaudit.errors import UsageError
from biasaudit.images import words
from biasaudit.images.names import as_unicode, escaped
from biasaudit.images.reasons import LeftOut, Reason
from biasaudit.results import Sentence

NOT_IMAGES = {
    *(".csv", ".tsv", ".txt", ".md", ".rst", ".log", ".json", ".jsonl", ".xml", ".yaml", ".yml", ".toml"),
    *(".html", ".py", ".ipynb", ".pdf", ".xlsx", ".xls", ".parquet", ".npy", ".npz", ".pkl", ".zip", ".gz"),
}
"""Companions of a data set, passed over in silence; every other name is tried."""
NOT_IMAGE_NAMES = {"thumbs.db", "desktop.ini", "__macosx", "license", "readme", "makefile"}

REPORT = {"audit.json", "report.html"}
"""What a folder holds that an audit wrote: its thumbnails are no photographs to audit."""

What = Literal["file", "folder", "special", "report"] | tuple[Reason, str]
"""What a name stands for; of one that is left out the reason and its detail."""


@dataclass(frozen=True, kw_only=True)
class Tree:
    """What lies under a folder."""

    files: dict[str, str]
    """id -> name relative to the root as the file system has it; sorted by id. They differ only where the
    name is no UTF-8: the id is then the name with its odd bytes written out, `caf\\xe9.png`."""
    folders: tuple[str, ...]
    """Names of all folders, relative to the root."""
    excluded: tuple[LeftOut, ...]
    """Sorted by path; nothing is known of their classes."""
    notes: dict[str, int]
    warnings: tuple[Sentence, ...]


def walk(root: Path) -> Tree:
    """Every image file under `root`. Raises UsageError where it is no folder that can be read."""
    _check_root(root)
    names: list[str] = []
    folders: list[str] = []
    excluded: list[LeftOut] = []
    notes: Counter[str] = Counter()
    for name, what in _entries(root):
        if what == "file":
            names.append(name)
        elif what == "folder":
            folders.append(name)
        elif what == "report":
            notes[words.EARLIER_AUDIT] += 1
        elif what == "special":
            notes[words.NOT_REGULAR] += 1
        else:
            reason, detail = what
            excluded.append(LeftOut(path=as_unicode(name), reason=reason, detail=detail))
    files = _ids(names)
    return Tree(
        files=files,
        folders=tuple(folders),
        excluded=tuple(sorted(excluded, key=lambda each: each.path)),
        notes=dict(notes),
        warnings=tuple(_twins(files)),
    )


def _check_root(root: Path) -> None:
    if not root.exists():
        raise UsageError(f"There is no folder {escaped(str(root))}. Check the spelling of FOLDER.")
    if not root.is_dir():
        raise UsageError(f"{escaped(str(root))} is a file. FOLDER must hold one sub-folder of images a class.")
    if not os.access(root, os.R_OK | os.X_OK):
        raise UsageError(f"{escaped(str(root))} may not be read. Change its permissions.")


def _entries(root: Path) -> Iterator[tuple[str, What]]:
    """(name relative to root, what it is), in the order of the disk."""
    real_root = os.path.realpath(root)
    pending = [""]
    while pending:
        folder = pending.pop()
        try:
            entries = list(os.scandir(os.path.join(root, folder)))
        except PermissionError:
            yield folder, (Reason.NO_PERMISSION, "")
            continue
        except OSError as error:
            yield folder, (Reason.CLOSED_FOLDER, str(error.strerror))
            continue
        if folder and {entry.name for entry in entries} >= REPORT:
            yield folder, "report"
            continue
        for entry in entries:
            if entry.name.startswith(".") or entry.name.lower() in NOT_IMAGE_NAMES:
                continue
            name = os.path.join(folder, entry.name)
            if entry.is_dir(follow_symlinks=False):
                pending.append(name)
                yield name, "folder"
            elif os.path.splitext(entry.name)[1].lower() not in NOT_IMAGES:
                yield name, _what(entry, real_root)


def _what(entry: os.DirEntry[str], real_root: str) -> What:
    if entry.is_symlink():
        target = os.path.realpath(entry.path)
        if os.path.commonpath([real_root, target]) != real_root:
            return Reason.LINK_OUT, ""
        if os.path.isdir(target):
            return Reason.LINK_TO_FOLDER, ""
    try:
        mode = entry.stat().st_mode
    except OSError:
        return Reason.BROKEN_LINK, ""
    if not stat.S_ISREG(mode):
        return "special"
    return "file" if os.access(entry.path, os.R_OK) else (Reason.NO_PERMISSION, "")


def _ids(names: list[str]) -> dict[str, str]:
    """id -> name, sorted; a written-out name that another file really has gets a tilde, so none is lost."""
    ids = {name: name for name in names if as_unicode(name) == name}
    for name in sorted(set(names) - set(ids)):
        id = as_unicode(name)
        while id in ids:
            id += "~"
        ids[id] = name
    return dict(sorted(ids.items()))


def _twins(files: dict[str, str]) -> list[Sentence]:
    forms = Counter(unicodedata.normalize("NFC", id) for id in files)
    return [words.unicode_twins(name, n) for name, n in forms.items() if n > 1]
