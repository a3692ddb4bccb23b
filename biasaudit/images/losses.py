"""Images that would be left out because of how they lie, are named or linked: too many of them stop the run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

from biasaudit.errors import DataError
from biasaudit.images.names import escaped
from biasaudit.images.reasons import Reason
from biasaudit.images.sources.columns.labels import BLANK
from biasaudit.images.sources.listing import Listing
from biasaudit.images.splits import part_of
from biasaudit.images.table import ImageTable

MOST = 0.1
"""Share of the images that may be left out without being asked for."""


class Loss(NamedTuple):
    """Images, or rows of a table, that are left out for one cause."""

    n: int
    of: int
    """How many images, or rows, there are."""
    what: str
    example: str
    step: str


LINKS = "links lead outside FOLDER and may stand for a class"


def check_losses(table: ImageTable, listing: Listing, *, allowed: bool) -> None:
    """Raise DataError where a link takes a whole class away, or more than a tenth of the images would be left out.

    allowed: whether the user accepts that. Images without a label in the table do not count: that is the table's word.
    """
    linked = [each for each in listing.excluded if each.reason is Reason.LINK_OUT and each.label not in table.classes]
    losses = [loss for loss in _losses(table, listing) if loss.n > MOST * loss.of or (linked and loss.what == LINKS)]
    if allowed:
        return
    if not losses:
        _check_classes(table, listing)
        return
    losses.sort(key=lambda loss: -loss.n)
    told = "; ".join(f"{loss.n} of {loss.of} {loss.what}, such as {loss.example}" for loss in losses)
    steps = " ".join(dict.fromkeys(loss.step for loss in losses))
    rest = " To audit the rest as it is: --allow-missing." if table.n else ""
    raise DataError(f"Too many images would be left out: {told}. {steps}{rest}")


def _check_classes(table: ImageTable, listing: Listing) -> None:
    """Raise DataError where all of a class is among what a table and a folder do not have in common."""
    there = {" ".join(name.casefold().split()) for name in table.classes}
    left = [*listing.without_row, *(each for each in listing.excluded if each.reason is Reason.NO_FILE)]
    for each in left:
        if each.label is not None and " ".join(each.label.casefold().split()) not in {*there, *BLANK}:
            n = sum(other.label == each.label for other in left)
            raise DataError(
                f"Class {escaped(each.label, 60)!r} would be lost: all {n} of it are left out ({each.words}), such as "
                f"{escaped(each.path, 120)}. Complete the table or the folder; to audit the other classes: "
                f"--allow-missing."
            )


def _losses(table: ImageTable, listing: Listing) -> list[Loss]:
    paths: dict[Reason, list[str]] = {}
    for each in listing.excluded:
        paths.setdefault(each.reason, []).append(each.path)
    without_row = [each.path for each in listing.without_row]
    of_rows = [path for reason in (Reason.NO_FILE, Reason.OUTSIDE) for path in paths.get(reason, [])]
    of_files = [path for reason in OF_FILES for path in paths.get(reason, [])] + without_row
    rows, files = table.n + len(of_rows), table.n + len(of_files)
    beside = _beside(paths.get(Reason.BESIDE, []), table)

    def of(lost: list[str], among: int, what: str, step: str) -> Loss:
        folder = _folder_of(lost, table.ids)
        step = AMONG_OTHERS if "{}" in step and not folder else step.format(folder)
        return Loss(len(lost), among, what, escaped(lost[0], 120) if lost else "", step)

    def on_disk(reason: Reason, what: str, step: str) -> Loss:
        return of(paths.get(reason, []), files, what, step)

    return [
        of(paths.get(Reason.NO_FILE, []), rows, "rows of the table name no file of the folder", RELATIVE),
        of(paths.get(Reason.OUTSIDE, []), rows, f"rows of the table lead outside the folder {REFUSED}", RELATIVE),
        of(without_row, files, "files have no row in the table", f"{LEAVE_OUT} Or give each a row."),
        on_disk(Reason.NO_LABEL, "files lie in no class folder", LEAVE_OUT if table.n else NO_CLASSES),
        on_disk(Reason.APART, "files lie in folders that are no part of the split", LEAVE_OUT),
        of(beside, table.n + len(beside), "files lie in a folder beside the parts of the split", BESIDE),
        on_disk(Reason.LINK_OUT, LINKS, "Read what they lead to with --follow-links."),
    ]


BESIDE = "Where it is a class, lay it beside the classes in each part. Else leave it out with --exclude '{}'."


def _beside(paths: Sequence[str], table: ImageTable) -> list[str]:
    """Those in a folder that may be a class: half as large as one, and called like no part of a split."""
    folders = Counter(path.rpartition("/")[0] for path in paths)
    largest, n = max(folders.items(), key=lambda each: each[1], default=("", 0))
    if part_of(largest) is not None or 2 * n < table.n / max(len(table.classes), 1):
        return []
    return [path for path in paths if path.rpartition("/")[0] == largest]


OF_FILES = (Reason.NO_LABEL, Reason.APART, Reason.LINK_OUT)
RELATIVE = "Name images in the table relative to FOLDER."
REFUSED = "(absolute paths and '..' are refused where no file ends alike)"
LEAVE_OUT = "Leave them out with --exclude '{}'."
AMONG_OTHERS = "They lie among those that are audited: complete what is missing."
NO_CLASSES = "Where the labels stand in a table: --metadata; in the files' names: --label-column 'name:PATTERN'."


def _folder_of(paths: Sequence[str], kept: Collection[str]) -> str:
    """A pattern of the folder in which most of the paths lie and nothing else does; "" where there is none."""
    if not paths:
        return ""
    others = {
        "/".join(parts[:depth]) for id in kept for parts in [id.split("/")[:-1]] for depth in range(len(parts) + 1)
    }
    outer = Counter(_outermost(path, others) for path in paths)
    folder = outer.most_common(1)[0][0]
    return f"{escaped(folder, 120)}/*" if folder else ""


def _outermost(path: str, others: Collection[str]) -> str:
    """The outermost folder of a path that is none of `others`; "" where all are."""
    parts = path.split("/")[:-1]
    return next((place for depth in range(1, len(parts) + 1) if (place := "/".join(parts[:depth])) not in others), "")
