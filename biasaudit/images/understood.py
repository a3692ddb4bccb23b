"""What was understood of a data set, in lines for people: read them, and a misread folder is found before any work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from biasaudit.images.names import escaped
from biasaudit.images.splits import held_out_names
from biasaudit.images.table import ImageTable
from biasaudit.images.values import read_values
from biasaudit.results import Name, Sentence, joined, say

SHOWN = 12
"""Classes, parts and columns that a line names."""


def understood(images: ImageTable, missing: Sequence[str] = ()) -> tuple[Sentence, ...]:
    """How files, labels, splits, groups and columns were told, and how many there are of each.

    missing: the words that the user says mean nothing in a column.
    """
    columns = columns_read(images, images.metadata_columns, missing)
    return (*images.read_as, _classes(images), *_split(images), *_groups(images), *columns, *left_out(images))


def left_out(images: ImageTable) -> Iterator[Sentence]:
    """A line for each reason for which files, or rows of a table, are left out."""
    for reason, n in Counter(each.record().reason for each in images.left_out).most_common():
        yield say("left out: {n} ({reason})", n=n, reason=reason)


def columns_read(images: ImageTable, names: Sequence[str], missing: Sequence[str]) -> Iterator[Sentence]:
    """A line for each of these columns: how its values were read."""
    for name in names[:SHOWN]:
        read = read_values(images.frame[f"meta_{name}"].to_numpy(dtype=object), missing)
        yield say("column {column}: {how}", column=Name("column", escaped(name, 60)), how=read.how)
    if len(names) > SHOWN:
        yield say("and {n} more columns, which the report names", n=len(names) - SHOWN)


def _classes(images: ImageTable) -> Sentence:
    counts = Counter(images.frame["label"]).most_common()
    return say(
        "{n} images in {classes} classes: {counts}{rest}",
        n=images.n,
        classes=len(counts),
        counts=joined(_counted("label", str(name), n) for name, n in counts[:SHOWN]),
        rest=_more(len(counts)),
    )


def _split(images: ImageTable) -> Iterator[Sentence]:
    counts = Counter(images.frame["split"].dropna()).most_common()
    if not counts:
        return
    held = held_out_names(str(name) for name, _ in counts) if images.held_out.any() else set()
    yield say(
        "split: {counts}{rest}; held out: {held}",
        counts=joined(_counted("split", str(name), n) for name, n in counts[:SHOWN]),
        rest=_more(len(counts)),
        held=joined(Name("split", escaped(name, 60)) for name in sorted(held)) if held else say("nothing"),
    )


def _groups(images: ImageTable) -> Iterator[Sentence]:
    if images.grouped:
        yield say("{groups} groups (patients, scenes) in {n} images", groups=len(set(images.groups)), n=images.n)


def _counted(kind: str, name: str, n: int) -> Sentence:
    return say("{name} {n}", name=Name(kind, escaped(name, 60)), n=n)  # type: ignore[arg-type]


def _more(n: int) -> Sentence:
    return say(" and {n} more", n=n - SHOWN) if n > SHOWN else say("")
