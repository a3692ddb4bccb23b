"""From a folder, and a table beside it, to the images that are audited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from biasaudit.errors import UsageError
from biasaudit.images import words
from biasaudit.images.names import escaped
from biasaudit.images.reasons import LeftOut, Reason
from biasaudit.images.scale import scale_of
from biasaudit.images.sources import SOURCES, Listing, Options, Source
from biasaudit.images.table import ImageTable
from biasaudit.images.usable import check_usable


def read_folder(
    root: Path,
    *,
    metadata: Path | None = None,
    group_by: str | None = None,
    split: str | None = None,
    ignore: Sequence[str] = (),
    drop_small: bool = False,
    max_bad: float = 0.2,
    sources: Sequence[Source] = SOURCES,
) -> ImageTable:
    """List the images under `root` with their labels, and what a table tells of them.

    Decodes nothing but a sample of those that do not say which of their values are black and white.

    `group_by` and `split` name columns of the CSV, `ignore` columns to leave out. `max_bad` is the share of
    the CSV's rows that may name no file. `sources` are asked in turn. Raises UsageError (the command or the CSV is
    wrong) and DataError (the images cannot be audited).
    """
    root = Path(root)
    options = Options(
        metadata=None if metadata is None else Path(metadata),
        group_by=group_by,
        split=split,
        ignore=tuple(ignore),
        max_bad=max_bad,
    )
    listing = _first_listing(root, options, sources)
    table = check_usable(_table_of(root, listing), max_bad=max_bad, drop_small=drop_small)
    return replace(table, scale=scale_of(table.n, table.path))


def _first_listing(root: Path, options: Options, sources: Sequence[Source]) -> Listing:
    for source in sources:
        if (listing := source(root, options)) is not None:
            return listing
    raise UsageError(f"{escaped(str(root))} is laid out in no way that is known here. Name a source that reads it.")


def _table_of(root: Path, listing: Listing) -> ImageTable:
    """The images in order, each with a label; without a group an image is its own."""
    images = listing.images.reindex(columns=["id", "label", "split", "group"])
    images = images.join(listing.columns.add_prefix("meta_")).astype("str").sort_values("id", ignore_index=True)
    labelled = images["label"].notna()
    unlabelled = tuple(LeftOut(path=id, reason=Reason.NO_LABEL) for id in images.loc[~labelled, "id"])
    notes = Counter(listing.notes)
    if listing.grouped and (alone := int(images["group"].isna().sum())):
        notes[words.OWN_GROUP] += alone
    # Where no image has a group, the column is that of the ids itself, and takes no memory of its own.
    images["group"] = images["group"].fillna(images["id"]) if listing.grouped else images["id"]
    return ImageTable(
        root=root,
        frame=images[labelled].reset_index(drop=True),
        left_out=(*listing.excluded, *unlabelled),
        notes=dict(notes),
        warnings=listing.warnings,
        metadata_columns=tuple(listing.columns.columns),
        grouped=listing.grouped,
        disk_names={id: name for id, name in listing.files.items() if id != name},
    )
