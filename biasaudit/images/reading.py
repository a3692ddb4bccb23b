"""From a folder, and a table beside it, to the images that are audited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from biasaudit.errors import UsageError
from biasaudit.images import words
from biasaudit.images.group_guess import likely_groups
from biasaudit.images.losses import check_losses
from biasaudit.images.names import escaped
from biasaudit.images.reasons import LeftOut, Reason
from biasaudit.images.scale import scale_of
from biasaudit.images.sources import SOURCES, Listing, Options, Source
from biasaudit.images.table import ImageTable
from biasaudit.images.usable import check_usable


def read_folder(
    root: Path, options: Options | None = None, *, sources: Sequence[Source] = SOURCES, **chosen: Any
) -> ImageTable:
    """List the images under `root` with their labels, and what a table tells of them.

    Decodes nothing but a sample of those that do not say which of their values are black and white.

    `options` may be given by name. `sources` are asked in turn. Raises UsageError (the command or the table is wrong,
    or what is meant is in doubt) and DataError (the images cannot be audited, or too many of them would be left out).
    """
    root, options = Path(root), options or Options(**chosen)
    listing = _first_listing(root, options, sources)
    table = _table_of(root, listing)
    check_losses(table, listing, allowed=options.allow_missing)
    table = replace(table, warnings=(*table.warnings, *likely_groups(table)))
    table = check_usable(table, options.max_bad, options.drop_small, options.allow_missing, listing.hint)
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
        read_as=listing.how,
        metadata_columns=tuple(listing.columns.columns),
        grouped=listing.grouped,
        disk_names={id: name for id, name in listing.files.items() if id != name},
    )
