"""A folder with a CSV beside it, whose rows say more of its files: a label, a group, a split, and anything else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pandas as pd

from biasaudit.errors import DataError
from biasaudit.images import words
from biasaudit.images.names import escaped
from biasaudit.images.reasons import LeftOut, Reason
from biasaudit.images.sources.class_folder import list_classes
from biasaudit.images.sources.columns import check_columns
from biasaudit.images.sources.listing import Listing, Options
from biasaudit.images.sources.match import leads_out, match_paths
from biasaudit.images.sources.metadata import one_row_each, read_metadata


def csv_table(root: Path, options: Options) -> Listing | None:
    """The files that the CSV names. Its label comes before the class folder's, which counts where it has none.

    Raises UsageError where the CSV cannot be read or lacks a column that is asked for; DataError where too many of
    its rows name no file, or two rows of one file disagree.
    """
    if options.metadata is None:
        return None
    folder = list_classes(root)
    rows = read_metadata(options.metadata)
    warnings = rows.attrs["warnings"]
    check_columns(options, list(rows.columns))
    rows = rows.drop(columns=[c for c in options.ignore if c not in ("path", options.group_by, options.split)])
    columns = [c for c in rows.columns if c not in ("path", "label", *options.ignore)]
    rows, lost, counts = join_rows(rows, folder.files, max_bad=options.max_bad)
    return replace(
        folder,
        images=_told(rows, folder.images, options),
        columns=rows[columns],
        grouped=options.group_by is not None,
        excluded=(*folder.excluded, *lost),
        notes=dict(Counter(folder.notes) + Counter(counts)),
        warnings=(*folder.warnings, *warnings, *(words.counted(note, n) for note, n in counts.items())),
    )


def _told(rows: pd.DataFrame, folder: pd.DataFrame, options: Options) -> pd.DataFrame:
    """Label, split and group of each row of the CSV; what it does not tell is as in the folder."""
    images = folder.set_index("id").loc[rows["path"]].reset_index().set_axis(rows.index)
    if "label" in rows:
        images["label"] = rows["label"].str.strip().replace("", None).fillna(images["label"]).str.normalize("NFC")
    if options.split is not None:
        images["split"] = rows[options.split]
    if options.group_by is not None:
        images["group"] = rows[options.group_by]
    return images


def join_rows(
    rows: pd.DataFrame, ids: Collection[str], max_bad: float
) -> tuple[pd.DataFrame, list[LeftOut], dict[str, int]]:
    """The rows with the id of their file as `path`; the rows that have no file; what to count.

    Raises DataError where more than `max_bad` of the rows have no file, or two rows of one file disagree.
    """
    matches = match_paths(rows["path"], ids)
    lost = [
        LeftOut(path=escaped(path), reason=Reason.OUTSIDE if leads_out(path) else Reason.NO_FILE)
        for path, id in zip(rows["path"], matches, strict=True)
        if id is None
    ]
    if len(lost) > max_bad * len(rows):
        raise DataError(_too_many(lost, len(rows)))
    joined = rows.assign(path=pd.Series(matches, index=rows.index, dtype="str"))
    joined, equal = one_row_each(joined[joined["path"].notna()], "path")
    counts = {
        words.EQUAL_ROWS: equal,
        words.ROWS_WITHOUT_FILE: len(lost),
        words.FILES_WITHOUT_ROW: len(ids) - len(joined),
    }
    return joined, lost, {note: n for note, n in counts.items() if n}


def _too_many(lost: list[LeftOut], n_rows: int) -> str:
    outside = sum(each.reason is Reason.OUTSIDE for each in lost)
    cause = f" ({outside} lead outside it: absolute paths and '..' are refused)" if outside else ""
    return (
        f"{len(lost)} of {n_rows} rows in the CSV name no file of the folder{cause}, such as {lost[0].path}. "
        f"'path' must be relative to FOLDER; --max-bad allows a larger share."
    )
