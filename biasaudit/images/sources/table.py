"""A folder with a table, whose rows say more of its files: a label, a group, a split, and anything else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pandas as pd

from biasaudit.errors import DataError, UsageError
from biasaudit.images import words
from biasaudit.images.names import as_unicode, escaped
from biasaudit.images.reasons import LeftOut, Reason
from biasaudit.images.sources.class_folder import laid_out, walked
from biasaudit.images.sources.columns.asked_columns import check_columns, ignored
from biasaudit.images.sources.columns.from_names import columns_of_names, named_groups
from biasaudit.images.sources.columns.known_columns import LABEL, LABEL_LIKE, called, known, plain
from biasaudit.images.sources.folders.packed import packed_there
from biasaudit.images.sources.listing import Listing, Options
from biasaudit.images.sources.matching.rows import Rows, check_parts, join_rows, one_row_each
from biasaudit.images.sources.tables import read_table
from biasaudit.images.sources.told import told
from biasaudit.results import Name, say

BESIDE = ("metadata.csv", "metadata.jsonl", "metadata.parquet")
"""What a table is called that lies in a Hugging Face image folder; its first column is `file_name`."""


def table(root: Path, options: Options) -> Listing | None:
    """The files that a table names: the one that the user names, or those of a Hugging Face image folder.

    Raises UsageError where the table cannot be read, lacks a column that is asked for, or nothing says which column is
    the label; DataError where a row means several files, or two rows of one file disagree.
    """
    files = [options.metadata] if options.metadata is not None else _beside(root)
    if not files:
        return None
    tree = walked(root, options)
    if not tree.files and (there := packed_there(root)):
        raise DataError(f"There are no images in {escaped(str(root))} that a table could name.{there}")
    layout = laid_out(tree, options)
    rows = _together([_joined(root, file, tree.files, options) for file in files])
    frame, ids = rows.frame, rows.frame[rows.column].tolist()
    if options.from_name is not None:
        frame = pd.concat([frame, columns_of_names(ids, options.from_name)], axis=1)
    place = {id: number for number, id in enumerate(tree.files)}
    places = layout.places.iloc[[place[id] for id in ids]].reset_index(drop=True)
    found = told(ids, frame, replace(layout, places=places), options, aside=(rows.column,))
    named = set(ids)
    by_folder = layout.how in found.how
    of_folder = [str(label) if by_folder and isinstance(label, str) else None for label in layout.places["label"]]
    notes = Counter(tree.notes) + Counter(rows.notes) + Counter({words.FILES_WITHOUT_ROW: len(tree.files) - len(ids)})
    counted = {**rows.notes, words.FILES_WITHOUT_ROW: len(tree.files) - len(ids)}
    if blank := sum(each.reason is Reason.BLANK_LABEL for each in found.blank):
        notes[words.BLANK_LABELS] = blank
    return Listing(
        files=tree.files,
        images=found.images,
        columns=found.columns,
        grouped=found.grouped,
        how=(
            *(say("table: {file}", file=Name("image", as_unicode(escaped(file.name)))) for file in files),
            rows.how,
            *found.how,
        ),
        excluded=(*tree.excluded, *rows.lost, *found.blank),
        without_row=tuple(
            LeftOut(path=id, reason=Reason.NO_ROW, label=label)
            for id, label in zip(tree.files, of_folder, strict=True)
            if id not in named
        ),
        notes={note: n for note, n in notes.items() if n},
        warnings=(
            *tree.warnings,
            *rows.warnings,
            *found.warnings,
            *(words.counted(note, n) for note, n in counted.items() if n),
        ),
    )


def _joined(root: Path, file: Path, ids: Collection[str], options: Options) -> Rows:
    rows = read_table(file)
    warnings = rows.attrs["warnings"]
    of_names = () if options.from_name is None else named_groups(options.from_name)
    if twice := [name for name in of_names if name in rows.columns]:
        raise UsageError(
            f"--from-name gives a column {escaped(twice[0], 60)!r}, and the table has one of this name. Choose another "
            f"name in the pattern."
        )
    check_columns(options, [*rows.columns, *of_names])
    labels = None
    if not options.positive:
        wanted = options.label_column
        labels = (
            called(wanted, rows.columns) if wanted else next(iter(known(rows.columns, (*LABEL, *LABEL_LIKE))), None)
        )
    kept = rows.drop(columns=ignored(options, list(rows.columns)))
    joined = join_rows(kept, ids, _base(root, file), options.image_column, rows.get(labels) if labels else None, root)
    check_parts(rows[joined.column].dropna(), ids, root, file)
    return replace(joined, warnings=(*warnings, *joined.warnings))


def _together(tables: list[Rows]) -> Rows:
    """Several tables as one: those of the parts of a split, each beside its own images."""
    first, *others = tables
    if not others:
        return first
    frames = [each.frame.rename(columns={each.column: first.column}) for each in tables]
    frame, _ = one_row_each(pd.concat(frames, ignore_index=True).astype("str"), first.column)
    return Rows(
        frame=frame,
        column=first.column,
        how=first.how,
        lost=tuple(lost for each in tables for lost in each.lost),
        notes=dict(sum((Counter(each.notes) for each in tables), Counter())),
        warnings=tuple(dict.fromkeys(warning for each in tables for warning in each.warnings)),
    )


def _base(root: Path, file: Path) -> str:
    """The folder of a table, relative to the root; "" where it lies elsewhere."""
    try:
        folder = file.resolve().parent.relative_to(root.resolve()).as_posix()
    except (ValueError, OSError):
        return ""
    return "" if folder == "." else folder


def _beside(root: Path) -> list[Path]:
    """The tables of a Hugging Face image folder, in the root or in the folders right below it."""
    if not root.is_dir():
        return []
    folders = [root, *sorted(folder for folder in root.iterdir() if not folder.is_symlink() and folder.is_dir())]
    return [file for folder in folders if (file := _of_images(folder)) is not None]


def _of_images(folder: Path) -> Path | None:
    for name in BESIDE:
        file = folder / name
        try:
            if file.is_file() and not file.is_symlink():  # a link could lead anywhere
                return file if any(plain(column) == "filename" for column in read_table(file).columns) else None
        except (UsageError, OSError):
            return None
    return None
