"""A folder whose sub-folders are the classes: FOLDER/class/..., or FOLDER/split/class/..."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from biasaudit.images import splits, words
from biasaudit.images.names import as_unicode
from biasaudit.images.sources.columns import check_columns
from biasaudit.images.sources.listing import Listing, Options
from biasaudit.images.sources.walk import Tree, walk
from biasaudit.results import Sentence


def class_folder(root: Path, options: Options) -> Listing:
    """The files under `root`, with the class folders that they lie in as labels.

    Raises UsageError where `root` is no folder that can be read, or a column is asked for.
    """
    listing = list_classes(root)
    check_columns(options, None)
    return listing


def list_classes(root: Path) -> Listing:
    """The same, whatever is asked of columns."""
    tree = walk(root)
    depth = 1 if is_by_split(tree.folders) else 0
    ids = list(tree.files)
    images = pd.DataFrame(
        {"id": ids, "label": [_class_of(id, depth) for id in ids], "split": [_split_of(id, depth) for id in ids]},
        dtype="str",
    )
    return Listing(
        files=tree.files,
        images=images,
        excluded=tuple(replace(each, label=_class_of(each.path, depth)) for each in tree.excluded),
        notes=tree.notes,
        warnings=(*tree.warnings, *_empty_classes(tree, depth)),
    )


def is_by_split(folders: Sequence[str]) -> bool:
    """Whether the top folders are the parts of a split. folders: all names, relative to the root."""
    top = {name for name in folders if "/" not in name}
    return bool(top) and len(top) < len(folders) and {name.casefold() for name in top} <= splits.FOLDERS


def _class_of(id: str, depth: int) -> str | None:
    """The class folder that a file lies in, so many folders down; None for a file that lies above all of them."""
    folders = id.split("/")[:-1]
    return unicodedata.normalize("NFC", folders[depth]) if len(folders) > depth else None


def _split_of(id: str, depth: int) -> str | None:
    """The split folder that a file lies in; None where the layout has none."""
    return id.split("/")[0].casefold() if depth and "/" in id else None


def _empty_classes(tree: Tree, depth: int) -> list[Sentence]:
    classes = {_class_of(f"{as_unicode(folder)}/x", depth) for folder in tree.folders} - {None}
    held = {_class_of(id, depth) for id in tree.files}
    return [words.empty_class(str(name)) for name in sorted(classes - held, key=str)]
