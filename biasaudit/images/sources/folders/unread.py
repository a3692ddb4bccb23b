"""Tables and lists that lie in the folder and were not read, as what may tell the labels or a split."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from biasaudit.errors import UsageError
from biasaudit.images import words
from biasaudit.images.names import as_unicode, escaped
from biasaudit.images.sources.columns.known_columns import IMAGE, known
from biasaudit.images.sources.folders.walk import Tree
from biasaudit.images.sources.tables import read_table
from biasaudit.results import Sentence

LOOKED_AT, START = 20, 20_000
"""Texts that are looked at, and letters of each."""
MOST = 0.5
"""Share of a text's lines that must name a file of the folder, to make it a list of files."""


def table_there(root: Path, tree: Tree) -> str:
    """What to add to a question of the labels where a table in the folder may answer it."""
    there = tree.tables[0] if tree.tables else next((name for name in tree.texts if _names_images(root / name)), None)
    return f" FOLDER holds a table that is not read: --metadata FOLDER/{escaped(as_unicode(there))}." if there else ""


def unread(root: Path, tree: Tree) -> Iterator[Sentence]:
    """Warnings of tables, and of lists of files, that nobody named."""
    if tree.tables:
        yield words.unread_table(tree.tables[0], len(tree.tables))
    if lists := [name for name in tree.texts[:LOOKED_AT] if _lists_files(root / name, tree)]:
        yield words.unread_list(lists[0], len(lists))


def _names_images(file: Path) -> bool:
    """Whether a text is a table with a column that names images, as a list of attributes or annotations is."""
    try:
        return bool(known(read_table(file).columns, IMAGE))
    except (UsageError, OSError):
        return False


def _lists_files(file: Path, tree: Tree) -> bool:
    """Whether most lines of a text name a file of the folder, by its path or its name, with or without its ending."""
    try:
        with file.open(encoding="utf-8", errors="replace") as stream:
            lines = stream.read(START).splitlines()[:-1]
    except OSError:
        return False
    said = [set(re.findall(r"[^\s,;\"']+", line)) for line in lines if line.strip()]
    if len(said) < 2:
        return False
    stems = {name for id in tree.files for name in _names_of(id)}
    return sum(bool(each & stems) for each in said) >= MOST * len(said)


def _names_of(id: str) -> Iterator[str]:
    path = PurePosixPath(id)
    yield from (id, path.name, str(path.with_suffix("")), *(["/".join(path.parts[-2:])] if len(path.parts) > 1 else []))
    if not path.stem.isdigit():
        yield path.stem
