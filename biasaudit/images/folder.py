"""Finds the image files of a folder and names them; reads no pixel and follows no link out of the folder."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from biasaudit.errors import UsageError
from biasaudit.results import Excluded

SPLITS = {"train", "val", "valid", "validation", "test"}
"""Where all top-level folders have these names (in any case), the classes are the folders inside them."""

NOT_IMAGES = {
    *(".csv", ".tsv", ".txt", ".md", ".rst", ".log", ".json", ".jsonl", ".xml", ".yaml", ".yml", ".toml"),
    *(".html", ".py", ".ipynb", ".pdf", ".xlsx", ".xls", ".parquet", ".npy", ".npz", ".pkl", ".zip", ".gz"),
}
"""Companions of a data set, passed over in silence; every other name is tried."""
NOT_IMAGE_NAMES = {"thumbs.db", "desktop.ini", "__macosx", "license", "readme", "makefile"}

REPORT = {"audit.json", "report.html"}
"""What a folder holds that an audit wrote: its thumbnails are no photographs to audit."""
NO_PERMISSION = "no read permission"
OUTSIDE = "outside the folder"
LINK_OUT = f"link {OUTSIDE}: not followed"
LINK_TO_FOLDER = "link to a folder: not followed"


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a folder holds."""

    files: dict[str, str]
    """id -> name relative to the root as the file system has it; sorted by id. They differ only where the
    name is no UTF-8: the id is then the name with its odd bytes written out, `caf\\xe9.png`."""
    by_split: bool
    """Whether the layout is root/split/class rather than root/class."""
    excluded: tuple[Excluded, ...]
    notes: dict[str, int]
    warnings: tuple[str, ...]

    def label(self, id: str) -> str | None:
        """The class folder that a file lies in; None for a file that lies above all of them."""
        folders = id.split("/")[:-1]
        at = 1 if self.by_split else 0
        return unicodedata.normalize("NFC", folders[at]) if len(folders) > at else None

    def split(self, id: str) -> str | None:
        """The split folder that a file lies in; None where the layout has none."""
        return id.split("/")[0].casefold() if self.by_split and "/" in id else None


def find_files(root: Path) -> Found:
    """Walk `root` and list its image files. Raises UsageError where it is no folder that can be read."""
    if not root.exists():
        raise UsageError(f"There is no folder {shown(str(root))}. Check the spelling of FOLDER.")
    if not root.is_dir():
        raise UsageError(f"{shown(str(root))} is a file. FOLDER must hold one sub-folder of images a class.")
    if not os.access(root, os.R_OK | os.X_OK):
        raise UsageError(f"{shown(str(root))} may not be read. Change its permissions.")

    names: list[str] = []
    folders: list[str] = []
    excluded: list[Excluded] = []
    notes: Counter[str] = Counter()
    for name, what in _walk(root):
        if what == "file":
            names.append(name)
        elif what == "folder":
            folders.append(name)
        elif what == "report":
            notes["folder of an earlier audit: not read"] += 1
        elif what == "special":
            notes["not a regular file: never opened"] += 1
        else:
            excluded.append(Excluded(path=readable_id(name), reason=what))

    files = _ids(names)
    by_split = _is_by_split(folders)
    found = Found(files=files, by_split=by_split, excluded=(), notes=dict(notes), warnings=())
    excluded.sort(key=lambda e: e.path)
    return Found(
        files=files,
        by_split=by_split,
        excluded=tuple(e.model_copy(update={"label": found.label(e.path)}) for e in excluded),
        notes=dict(notes),
        warnings=(*_twins(files), *_empty_classes(folders, found)),
    )


def _walk(root: Path) -> Iterator[tuple[str, str]]:
    """(name relative to root, what it is): "file", "folder", "special", "report", or the reason to leave it out."""
    real_root = os.path.realpath(root)
    pending = [""]
    while pending:
        folder = pending.pop()
        try:
            entries = list(os.scandir(os.path.join(root, folder)))
        except PermissionError:
            yield folder, NO_PERMISSION
            continue
        except OSError as error:
            yield folder, f"folder cannot be read ({error.strerror})"
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


def _what(entry: os.DirEntry[str], real_root: str) -> str:
    if entry.is_symlink():
        target = os.path.realpath(entry.path)
        if os.path.commonpath([real_root, target]) != real_root:
            return LINK_OUT
        if os.path.isdir(target):
            return LINK_TO_FOLDER
    try:
        mode = entry.stat().st_mode
    except OSError:
        return "broken link"
    if not stat.S_ISREG(mode):
        return "special"
    return "file" if os.access(entry.path, os.R_OK) else NO_PERMISSION


def readable_id(name: str) -> str:
    """A file name as valid Unicode: bytes that are no UTF-8 are written out as `\\xe9`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _ids(names: list[str]) -> dict[str, str]:
    """id -> name, sorted; a written-out name that another file really has gets a tilde, so none is lost."""
    ids = {name: name for name in names if readable_id(name) == name}
    for name in sorted(set(names) - set(ids)):
        id = readable_id(name)
        while id in ids:
            id += "~"
        ids[id] = name
    return dict(sorted(ids.items()))


def _is_by_split(folders: list[str]) -> bool:
    top = {name for name in folders if "/" not in name}
    return bool(top) and len(top) < len(folders) and {name.casefold() for name in top} <= SPLITS


def _twins(files: dict[str, str]) -> list[str]:
    forms = Counter(unicodedata.normalize("NFC", id) for id in files)
    return [
        f"{n} files share the name {shown(name)} and differ only in its Unicode form; each is kept"
        for name, n in forms.items()
        if n > 1
    ]


def _empty_classes(folders: list[str], found: Found) -> list[str]:
    classes = {found.label(f"{readable_id(folder)}/x") for folder in folders} - {None}
    held = {found.label(id) for id in found.files}
    return [f"class folder {shown(str(name))} holds no image" for name in sorted(classes - held, key=str)]


def shown(text: str, most: int = 200) -> str:
    """Text safe for one line of a terminal: control and direction characters written out, cut to `most`."""
    safe = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return safe if len(safe) <= most else f"{safe[: most - 1]}…"
