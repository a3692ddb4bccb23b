"""What is said of a split on the terminal: what each part holds, and what could not be balanced, and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from biasaudit.conclude.parts import Counted, Parts
from biasaudit.evidence.copies.duplicates import one_picture
from biasaudit.evidence.measure.survey import Survey
from biasaudit.images.names import escaped
from biasaudit.images.table import ImageTable
from biasaudit.output.splitting.shortfalls import WIDEST, excess_of, shortfalls, side_of
from biasaudit.output.splitting.split_file import COLUMN, how_to_use
from biasaudit.settings import Settings

MOST_CLASSES, MOST_TOLD = 10, 12
"""Rows of classes, the farthest off where there are more, and lines on what is not balanced."""


def told(folder: Path, file: Path, read: ImageTable, survey: Survey, parts: Parts, settings: Settings) -> Iterator[str]:
    """What was dealt, what each part holds, what could not be balanced, the file, and how to use it.

    read: the table before its files were opened.
    """
    images = survey.images
    yield from _what(read, survey)
    yield from _table(parts, images)
    if len(parts.counted) == 1:
        yield "No cue goes with a class: the classes alone are kept in their shares."
    column = settings.group_by if settings.group_by in images.metadata_columns else None
    short = list(shortfalls(parts, images, column or "group"))
    if short:
        yield "Could not be balanced:"
        yield from (f"  {line}" for line in short[:MOST_TOLD])
        if len(short) > MOST_TOLD:
            yield f"  and {len(short) - MOST_TOLD} more"
    else:
        yield "All of this is balanced: to an image, or to a tenth of what each part should hold."
    yield str(file)
    yield how_to_use(folder, file, images, parts, settings)


def _what(read: ImageTable, survey: Survey) -> Iterator[str]:
    images, copied = survey.images, len({*survey.copies["first"], *survey.copies["second"]})
    groups = f" of {images.frame['own_group'].nunique()} groups" if images.grouped else ""
    yield f"{images.n} images{groups}" + (f", {len(images.left_out)} files left out" if images.left_out else "")
    if copied:
        theirs = " with their groups" if images.grouped else ""
        scenes = "" if len(one_picture(survey.copies)) == len(survey.copies) else " or show one scene"
        yield f"{copied} of them are copies of one another{scenes}, which stay together{theirs}"
    if given := [escaped(str(name), 20) for name in read.frame["split"].dropna().unique()]:
        yield f"The parts of the folder itself are dealt anew: {', '.join(sorted(given)[:6])}"
    if COLUMN in images.metadata_columns:
        yield f"The column {COLUMN!r} of the table gives way to the new one"


def _table(parts: Parts, images: ImageTable) -> Iterator[str]:
    rows = [("", ["all", *parts.names]), ("images", [str(n) for n in (images.n, *parts.sizes())])]
    rows.append(("  of all", ["", *(f"{n / images.n:.0%}" for n in parts.sizes())]))
    for counted in parts.counted:
        rows += _of_classes(parts, counted, images) if counted.tie is None else _of_cue(parts, counted, images)
    names = [escaped(name, WIDEST) for name, _ in rows]
    cells = [[escaped(cell, 20) for cell in line] for _, line in rows]
    first, wide = max(map(len, names)), max(6, *(len(cell) for line in cells for cell in line))
    for name, line in zip(names, cells, strict=True):
        yield f"{name:{first}}" + "".join(f"  {cell:>{wide}}" for cell in line)


def _of_classes(parts: Parts, counted: Counted, images: ImageTable) -> Iterator[tuple[str, list[str]]]:
    of, among = parts.counts(counted)
    order = np.argsort(-excess_of(of, among).max(axis=0), kind="stable")[:MOST_CLASSES]
    for place in np.sort(order):
        yield images.classes[place], _shares(of[:, place], among[:, place])
    if (more := len(images.classes) - len(order)) > 0:
        yield f"({more} more classes, nearer to it)", []


def _of_cue(parts: Parts, counted: Counted, images: ImageTable) -> Iterator[tuple[str, list[str]]]:
    """The side of a cue that goes with a class: its share there and in the other classes, by part."""
    tie = counted.tie
    assert tie is not None
    if tie.cue.levels is None:
        side, words = tie.present, side_of(tie)
    else:
        values, counts = np.unique(tie.cue.levels.astype(str), return_counts=True)
        value = tie.speaking[0] if tie.speaking else str(values[counts.argmax()])
        side, words = tie.cue.levels == value, f"{tie.cue.id} = {value}"
    for among, where in ((tie.positive, tie.label), (~tie.positive, "the others")):
        of = [np.bincount(parts.part[rows], minlength=len(parts.names)) for rows in (among & side, among)]
        yield f"{words}, in {where}", _shares(*of)


def _shares(of: np.ndarray, among: np.ndarray) -> list[str]:
    """A share over all parts, and in each."""
    pairs = zip((of.sum(), *of), (among.sum(), *among), strict=True)
    return [f"{some / all_of:.0%}" if all_of else "none" for some, all_of in pairs]
