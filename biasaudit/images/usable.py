"""Whether there is something to audit, or what the user must mend first."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from biasaudit.errors import DataError
from biasaudit.images import words
from biasaudit.images.names import escaped
from biasaudit.images.reasons import Reason
from biasaudit.images.sources.folders.packed import packed_there
from biasaudit.images.splits import held_out_names
from biasaudit.images.table import ImageTable

MIN_PER_CLASS = 2
"""With one image a class cannot be on both sides of a split."""


def check_usable(
    table: ImageTable, max_bad: float = 0.2, drop_small: bool = False, allow_missing: bool = False, hint: str = ""
) -> ImageTable:
    """Make sure that there is something to audit; call it again once the unreadable files are known.

    Returns the table, less the classes that are too small where `drop_small` allows that, with warnings of what is
    newly lost. Raises DataError where more than `max_bad` of the files are unreadable, a class is too small or all of
    it is unreadable and `allow_missing` does not allow that, or only one is left. hint: what is said to that.
    """
    _check_unreadable(table, max_bad)
    if table.n == 0:
        raise DataError(_nothing_there(table) + hint)
    if not allow_missing:
        _check_whole_classes(table)
    table = _without_small(table, drop_small)
    if len(table.classes) < 2:
        raise DataError(_one_class(table) + hint)
    return _with_split_warning(_with_lost_classes(table))


def _nothing_there(table: ImageTable) -> str:
    seen = Counter(each.words for each in table.left_out)
    left = f" {seen.total()} files were left out; most often: {seen.most_common(1)[0][0]}." if seen else ""
    return (
        f"There are no labelled images in {escaped(str(table.root))}.{left}{packed_there(table.root)} "
        f"FOLDER must hold one sub-folder of images a class, or --metadata must name a table with a label."
    )


def _one_class(table: ImageTable) -> str:
    kept = ", ".join(repr(escaped(name, 60)) for name in table.classes) or "none"
    return (
        f"An audit compares classes, and all {table.n} images are of only one: {kept}. Where the classes are other "
        f"folders, name how they lie, such as --layout '*/class'; where they stand in a table: --metadata, and "
        f"--label-column; where in the files' names: --label-column "
        f"'name:PATTERN', or --from-name, which makes columns of more parts of the names."
    )


def _check_whole_classes(table: ImageTable) -> None:
    """Raise DataError where every file of a class is unreadable."""
    known = {*table.classes, *table.lost_classes}
    for label in sorted({each.label for each in table.unreadable if each.label is not None} - known):
        reasons = Counter(each.words for each in table.unreadable if each.label == label)
        raise DataError(
            f"Class {escaped(label, 60)!r} would be lost: none of its {reasons.total()} files can be read (most often: "
            f"{reasons.most_common(1)[0][0]}). Mend them, or audit the other classes with --allow-missing."
        )


def _check_unreadable(table: ImageTable, max_bad: float) -> None:
    bad = len(table.unreadable)
    seen = table.n + bad
    if bad <= max_bad * seen:
        return
    commonest = Counter(each.words for each in table.unreadable).most_common(1)[0][0]
    allow = (
        f"Mend them, or allow it with --max-bad {min(1.0, bad / seen + 0.01):.2f}."
        if table.n
        else ("None is left to audit: give a folder of images that can be opened.")
    )
    raise DataError(f"{bad} of {seen} files cannot be read; most often: {commonest}. {allow}")


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
    given = held_out_names(map(str, table.frame["split"].dropna().unique()))
    if table.split_unused or not given or table.held_out.any():
        return table
    return replace(table, split_unused=True, warnings=(*table.warnings, words.SPLIT_UNUSED))
