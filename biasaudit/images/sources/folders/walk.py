"""Finds the image files of a folder and names them; reads no pixel and follows no link that it was not asked to."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from biasaudit.errors import UsageError
from biasaudit.images import words
from biasaudit.images.names import as_unicode, escaped
from biasaudit.images.reasons import LeftOut, Reason
from biasaudit.images.sources.folders.earlier_audits import FEW, may_be_picture, was_written_by_us
from biasaudit.images.sources.folders.packed import is_passed_over
from biasaudit.results import Sentence
from biasaudit.runtime.output_folder import OWN

TABLES, TEXTS = (".csv", ".tsv", ".jsonl", ".parquet"), (".txt", ".json")
"""What may say more of the images; a table is read where it is named, or where its name and columns say what it is."""
NOT_IMAGES = {
    *TABLES,
    *TEXTS,
    *(".md", ".rst", ".log", ".xml", ".yaml", ".yml", ".toml"),
    *(".html", ".py", ".ipynb", ".pdf", ".xlsx", ".xls"),
}
"""Companions of a data set, passed over in silence; every other name is tried."""
NOT_IMAGE_NAMES = {"thumbs.db", "desktop.ini", "license", "readme", "makefile"}

MAC = "__macosx"
"""A folder that archives made on a Macintosh bring along."""

What = (
    Literal["file", "folder", "special", "report", "pictures beside a report", "table", "text", "packed"]
    | tuple[Reason, str]
)
"""What a name stands for; of one that is left out the reason and its detail."""


@dataclass(frozen=True, kw_only=True)
class Tree:
    """What lies under a folder."""

    files: dict[str, str]
    """id -> name relative to the root as the file system has it; sorted by id. They differ only where the
    name is no UTF-8: the id is then the name with its odd bytes written out, `caf\\xe9.png`."""
    folders: tuple[str, ...]
    """Names of all folders, relative to the root."""
    tables: tuple[str, ...] = ()
    """Names of files that may be tables, sorted."""
    texts: tuple[str, ...] = ()
    """Names of other texts that may hold a table or a list, right under the root or one folder deep, sorted."""
    excluded: tuple[LeftOut, ...] = ()
    """Sorted by path; nothing is known of their classes."""
    notes: dict[str, int] = field(default_factory=dict)
    warnings: tuple[Sentence, ...] = ()


def walk(root: Path, *, exclude: Sequence[str] = (), follow_links: bool = False, out: Path | None = None) -> Tree:
    """Every image file under `root`.

    exclude: patterns of file names, of folders or of whole paths relative to `root`, as in a shell, where "*" stands
    for "/" too. follow_links: read what links lead to outside `root` as well. out: the folder of the audit's own
    files, never read. Raises UsageError where `root` is no folder that can be read, or a pattern matches nothing.
    """
    _check_root(root)
    names: dict[str, list[str]] = {"file": [], "folder": [], "table": [], "text": []}
    excluded: list[LeftOut] = []
    notes: Counter[str] = Counter()
    beside: list[Sentence] = []
    unwanted = dict.fromkeys(exclude, 0)
    for name, what in _entries(root, follow_links, out):
        if pattern := next((each for each in exclude if _matches(name, each)), None):
            unwanted[pattern] += 1
            notes[words.EXCLUDED] += what == "file"
        elif what == "report":
            notes[words.EARLIER_AUDIT] += 1
        elif what == "pictures beside a report":
            beside.append(words.beside_a_report(as_unicode(name)))
        elif what == "packed":
            continue
        elif what == "special":
            notes[words.NOT_REGULAR] += 1
        elif isinstance(what, tuple):
            excluded.append(LeftOut(path=as_unicode(name), reason=what[0], detail=what[1]))
        else:
            names[what].append(name)
    if idle := [pattern for pattern, n in unwanted.items() if not n]:
        raise UsageError(
            f"--exclude {escaped(idle[0], 60)!r} matches nothing in {escaped(str(root))}. Patterns are of names, or of "
            f"paths relative to FOLDER, such as '*_mask*' or 'test/*'; leave out what has no effect."
        )
    files = _ids(names["file"])
    return Tree(
        files=files,
        folders=tuple(names["folder"]),
        tables=tuple(sorted(names["table"])),
        texts=tuple(sorted(names["text"])),
        excluded=tuple(sorted(excluded, key=lambda each: each.path)),
        notes={note: n for note, n in notes.items() if n},
        warnings=(*beside, *_twins(files)),
    )


def check_out(root: Path, out: Path, *, exclude: Sequence[str] = (), follow_links: bool = False) -> None:
    """Raise UsageError where the folder of the audit's own files holds images of `root`: they would not be read."""
    place, whole = Path(os.path.realpath(out)), Path(os.path.realpath(root))
    if not place.is_dir() or place == whole or not place.is_relative_to(whole):
        return
    within = place.relative_to(whole).as_posix()
    found = sorted(
        name
        for name, what in _entries(place, follow_links, None)
        if what == "file" and may_be_picture(name) and not any(_matches(f"{within}/{name}", each) for each in exclude)
    )
    if len(found) > (FEW if was_written_by_us(str(place), set(os.listdir(place))) else 0):
        raise UsageError(
            f"--out {escaped(str(out))} holds {len(found)} image(s) of {escaped(str(root))}, such as "
            f"{escaped(found[0], 60)}, which would not be read. Choose another --out."
        )


def _pictures(path: str) -> int:
    """How many pictures lie under a folder that an audit wrote into, besides those that it wrote.

    Counted, and not walked as data are: reports within reports would each be walked twice as often as the one above.
    """
    found = 0
    for _, folders, files in os.walk(path):
        folders[:] = [each for each in folders if each not in OWN and not each.startswith(".")]
        found += sum(may_be_picture(name) and not name.startswith(".") for name in files)
    return found


def _matches(name: str, pattern: str) -> bool:
    """Whether a pattern means this path, its last part, or a folder that it lies in."""
    parts = name.split("/")
    return any(
        fnmatchcase(part, pattern) or fnmatchcase("/".join(parts[: place + 1]), pattern.rstrip("/"))
        for place, part in enumerate(parts)
    )


def _check_root(root: Path) -> None:
    if not root.exists():
        raise UsageError(f"There is no folder {escaped(str(root))}. Check the spelling of FOLDER.")
    if not root.is_dir():
        raise UsageError(f"{escaped(str(root))} is a file. FOLDER must hold one sub-folder of images a class.")
    if not os.access(root, os.R_OK | os.X_OK):
        raise UsageError(f"{escaped(str(root))} may not be read. Change its permissions.")


def _entries(root: Path, follow_links: bool, out: Path | None) -> Iterator[tuple[str, What]]:
    """(name relative to root, what it is), in the order of the disk."""
    places = _Places(root, follow_links)
    ours = None if out is None else os.path.realpath(out)
    pending = [""]
    while pending:
        folder = pending.pop()
        path = os.path.join(root, folder)
        if folder and ours is not None and os.path.realpath(path) == ours:
            continue
        try:
            entries = list(os.scandir(path))
        except PermissionError:
            yield folder, (Reason.NO_PERMISSION, "")
            continue
        except OSError as error:
            yield folder, (Reason.CLOSED_FOLDER, str(error.strerror))
            continue
        names = {entry.name for entry in entries}
        written = was_written_by_us(path, names)
        if folder and written and (beside := _pictures(path)) <= FEW:
            yield folder, "report"
            if beside:
                yield folder, "pictures beside a report"
            continue
        store = not folder and {entry.name for entry in entries} >= HUB
        for entry in entries:
            if entry.name.startswith(".") or entry.name.lower() == MAC or (store and entry.name in STORE):
                continue
            name = os.path.join(folder, entry.name)
            if written and entry.name in OWN:
                yield name, "report"
                continue
            if entry.is_dir(follow_symlinks=False) or places.leads_on(entry):
                pending.append(name)
                yield name, "folder"
            else:
                ending = os.path.splitext(entry.name)[1].lower()
                if ending in TABLES and entry.is_file():
                    yield name, "table"
                elif "/" not in folder and ending in TEXTS and entry.is_file(follow_symlinks=False):
                    yield name, "text"
                elif is_passed_over(entry.name):
                    yield name, "packed"
                elif ending not in NOT_IMAGES and entry.name.lower() not in NOT_IMAGE_NAMES:
                    yield name, places.what(entry)


HUB = {"blobs", "snapshots"}
"""What the cache of the Hugging Face hub holds: files under their hashes, and snapshots of links to them."""
STORE = {"blobs", "refs"}
"""The parts of it that no snapshot of the data lies in."""


class _Places:
    """Where links may lead: into the root and, in a snapshot of a hub's cache, to its store; elsewhere where asked."""

    def __init__(self, root: Path, follow_links: bool) -> None:
        self.root = os.path.realpath(root)
        self.inside = [self.root]
        self.follow_links = follow_links
        self.visited: set[str] = set()
        for parent in Path(self.root).parents:
            if parent.name == "snapshots" and (parent.parent / "blobs").is_dir():
                self.inside.append(str(parent.parent / "blobs"))

    def holds(self, target: str) -> bool:
        return any(os.path.commonpath([place, target]) == place for place in self.inside)

    def leads_on(self, entry: os.DirEntry[str]) -> bool:
        """Whether this is a link to a folder elsewhere that is to be read too, once: a loop of links ends."""
        if not (self.follow_links and entry.is_symlink()):
            return False
        target = os.path.realpath(entry.path)
        nested = self.holds(target) or os.path.commonpath([target, self.root]) == target
        if nested or not os.path.isdir(target) or target in self.visited:
            return False
        self.visited.add(target)
        return True

    def what(self, entry: os.DirEntry[str]) -> What:
        if entry.is_symlink():
            target = os.path.realpath(entry.path)
            if os.path.isdir(target):
                return (Reason.LINK_TO_FOLDER if self.holds(target) else Reason.LINK_OUT), ""
            if not self.holds(target) and not self.follow_links:
                return Reason.LINK_OUT, ""
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
