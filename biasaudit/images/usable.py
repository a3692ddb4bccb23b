"""Whether there is something to audit, or what the user must mend first."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from biasaudit.errors import DataError
from biasaudit.images import words
from biasaudit.images.names import escaped
from biasaudit.images.reasons import Reason
from biasaudit.images.splits import HELD_OUT
from biasaudit.images.table import ImageTable

MIN_PER_CLASS = 2
"""With one image a class cannot be on both sides of a split."""


def check_usable(table: ImageTable, max_bad: float = 0.2, drop_small: bool = False) -> ImageTable:
    """Make sure that there is something to audit; call it again once the unreadable files are known.

    Returns the table, less the classes that are too small where `drop_small` allows that, with warnings of what is
    newly lost. Raises DataError where more than `max_bad` of the files are unreadable, or a class is too small, or
    only one is left.
    """
    _check_unreadable(table, max_bad)
    if table.n == 0:
        raise DataError(
            f"There are no labelled images in {escaped(str(table.root))}. "
            f"FOLDER must hold one sub-folder of images a class, or --metadata must give a 'label' column."
        )
    table = _without_small(table, drop_small)
    if len(table.classes) < 2:
        kept = ", ".join(repr(escaped(name, 60)) for name in table.classes) or "none"
        raise DataError(f"An audit compares classes, and there is only one: {kept}. Add a second class folder.")
    return _with_split_warning(_with_lost_classes(table))


def _check_unreadable(table: ImageTable, max_bad: float) -> None:
    bad = len(table.unreadable)
    seen = table.n + bad
    if bad > max_bad * seen:
        commonest = Counter(each.words for each in table.unreadable).most_common(1)[0][0]
        raise DataError(
            f"{bad} of {seen} files cannot be read; most often: {commonest}. "
            f"Mend them, or allow it with --max-bad {min(1.0, bad / seen + 0.01):.2f}."
        )


def _without_small(table: ImageTable, drop_small: bool) -> ImageTable:
    sizes = Counter(table.labels)
    small = {name for name, n in sizes.items() if n < MIN_PER_CLASS}
    if not small:
        return table
    if not drop_small:
        named = ", ".join(repr(escaped(name, 60)) for name in sorted(small)[:5])
        raise DataError(
            f"{len(small)} class(es) have fewer than {MIN_PER_CLASS} images: {named}. "
            f"Add images, or leave these classes out with --drop-small."
        )
    rows = {row: MIN_PER_CLASS for row, name in enumerate(table.labels) if name in small}
    return table.leaving_out(rows, Reason.TOO_FEW)


def _with_lost_classes(table: ImageTable) -> ImageTable:
    """With a warning for each class of which nothing is left."""
    known = {*table.classes, *table.lost_classes}
    lost = Counter(each.label for each in table.left_out if each.label is not None and each.label not in known)
    warnings = sorted(words.lost_class(name, n) for name, n in lost.items())
    return replace(table, lost_classes=(*table.lost_classes, *sorted(lost)), warnings=(*table.warnings, *warnings))


def _with_split_warning(table: ImageTable) -> ImageTable:
    """With a warning where a test part was given, and is learnt from as the rest does not hold every class."""
    given = {str(value).lower() for value in table.frame["split"].dropna()}
    if table.split_unused or not given & set(HELD_OUT) or table.held_out.any():
        return table
    return replace(table, split_unused=True, warnings=(*table.warnings, words.SPLIT_UNUSED))
