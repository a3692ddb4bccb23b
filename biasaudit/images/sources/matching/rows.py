"""The rows of a table, held against the files of a folder: one row an image, and what has no counterpart."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from biasaudit.errors import DataError, UsageError
from biasaudit.images import words
from biasaudit.images.names import escaped
from biasaudit.images.reasons import LeftOut, Reason
from biasaudit.images.sources.matching.image_column import ImageColumn, image_column
from biasaudit.images.sources.matching.match import Way
from biasaudit.images.sources.matching.path_text import leads_out
from biasaudit.images.splits import is_plain, part_of
from biasaudit.results import Name, Sentence, say


@dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """Rows that name a file, each file once."""

    frame: pd.DataFrame
    """Text, missing where empty: the table's columns, of which `column` has the ids of the files."""
    column: str
    """The column that names the images."""
    how: Sentence
    lost: tuple[LeftOut, ...]
    """Rows that name no file."""
    notes: dict[str, int]
    warnings: tuple[Sentence, ...]


def join_rows(
    table: pd.DataFrame,
    files: Collection[str],
    base: str = "",
    wanted: str | None = None,
    labels: pd.Series | None = None,
    root: Path | None = None,
) -> Rows:
    """Find the file that each row of a table means.

    files: ids of the images; base: the table's own folder, relative to the root; wanted: the column that names images,
    None where that is to be found out; labels: what is likely to be the label of each row; root: the folder of the
    files, whose name tells which rows lie in another. Raises UsageError and DataError as `image_column`, and DataError
    where two rows of one file disagree.
    """
    found = image_column(table, files, base, wanted, () if root is None else root.resolve().parts)
    paths = table[found.name]
    empty = paths.isna()
    there = pd.Series([id is not None for id in found.matches.ids], index=table.index)
    gone = ~there & ~empty
    of = [None] * int(gone.sum()) if labels is None else labels[gone].astype(object).where(labels[gone].notna(), None)
    lost = tuple(
        LeftOut(path=escaped(path), reason=Reason.OUTSIDE if leads_out(path) else Reason.NO_FILE, label=label)
        for path, label in zip(paths[gone], of, strict=True)
    )
    frame = table.assign(**{found.name: pd.Series(found.matches.ids, index=table.index, dtype="str")})
    frame, equal = one_row_each(frame[there], found.name)
    counts = {words.EQUAL_ROWS: equal, words.ROWS_WITHOUT_FILE: len(lost)}
    warnings = [words.rows_without_path(int(empty.sum()))] * bool(empty.any())
    return Rows(
        frame=frame,
        column=found.name,
        how=_how(found),
        lost=lost,
        notes={note: n for note, n in counts.items() if n},
        warnings=tuple(warnings),
    )


def _how(found: ImageColumn) -> Sentence:
    column = Name("column", found.name)
    if found.matches.way is Way.NUMBER:
        return say("images: named by column {column}, by their numbers", column=column)
    if found.matches.way is Way.ENDING:
        return say("images: named by column {column}, by how its paths end", column=column)
    return say("images: named by column {column}", column=column)


def one_row_each(frame: pd.DataFrame, key: str) -> tuple[pd.DataFrame, int]:
    """Drop rows equal to an earlier one, and count them.

    Raises DataError naming the keys and columns where two rows of one key disagree.
    """
    unique = frame.drop_duplicates(ignore_index=True)
    clashes = unique[unique[key].duplicated(keep=False)]
    if len(clashes):
        ids = sorted(clashes[key].unique())
        differing = clashes.groupby(key).nunique(dropna=False).gt(1).any()
        columns = ", ".join(repr(escaped(str(c))) for c in differing.index[differing])
        named = ", ".join(escaped(id) for id in ids[:5]) + (" ..." if len(ids) > 5 else "")
        raise DataError(
            f"The table has conflicting rows for {len(ids)} file(s): {named}. They differ in {columns}. "
            f"Keep one row a file, or leave the column out with --ignore."
        )
    return unique, len(frame) - len(unique)


def check_parts(paths: pd.Series, files: Collection[str], root: Path, table: Path | None = None) -> None:
    """Raise UsageError where a table is about another part of a split than its folder.

    paths: what the table calls its images; of those whose beginning lies outside `root`, the folders may not be called
    like another part than `root` is: `train/7.png` is not the `7.png` of a folder `test`. table: its file, whose name
    may not say so either, unless it lies in the folder.
    """
    own = next((part for name in reversed(root.resolve().parts[-2:]) if (part := part_of(name))), None)
    outer = {name for path in paths.head(MOST) for name in str(path).replace("\\", "/").split("/")[:-1]}
    parts = {part for name in outer if is_plain(name) and (part := part_of(name))}
    inside = {name for id in files for name in id.split("/")[:-1]}
    if own is not None and parts and own not in parts and not outer & inside:
        raise UsageError(
            f"The table is about {escaped(sorted(n for n in outer if is_plain(n))[0], 60)!r}, and the folder is called "
            f"{escaped(root.resolve().name, 60)!r}: files of the same names are others there. Name the table of this "
            f"folder with --metadata, or give the folder that the table is about."
        )
    if table is None or parts:
        return
    tops = {id.split("/")[0] if "/" in id else "" for id in files}
    if len(tops) == 1 and part_of(top := tops.pop()):  # nothing lies there but test_images
        _check_name(table, inside, part_of(top), top)
    elif not table.resolve().is_relative_to(root.resolve()):
        place = root.resolve()
        own = part_of(place.name) or (
            part_of(place.parent.name) if is_plain(place.parent.name) else None
        )  # test/images
        _check_name(table, inside, own, place.name)


def _check_name(table: Path, inside: set[str], own: str | None, folder: str) -> None:
    about = part_of(table.stem)
    if "fold" in (about, own) or None in (about, own) or about == own or about in map(part_of, inside):
        return
    raise UsageError(
        f"The table is called {escaped(table.name, 60)!r}, and the folder {escaped(folder, 60)!r}: these are other "
        f"parts of a split, where files of the same names are others. Name the table of this folder with --metadata, "
        f"or give the folder that the table is about. If it is about these files, move it into the folder."
    )


MOST = 1000
"""Rows that are looked at for that."""
