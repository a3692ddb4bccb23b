"""Label, split and group of each image, from the columns of a table, the names of files, and folders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from biasaudit.errors import UsageError
from biasaudit.images import words
from biasaudit.images.names import escaped
from biasaudit.images.reasons import LeftOut, Reason
from biasaudit.images.sources.columns.from_names import from_names, is_of_names
from biasaudit.images.sources.columns.known_columns import LABEL, LABEL_LIKE, known
from biasaudit.images.sources.columns.label_column import from_one_hot, label_column, one_hot, tells_the_same
from biasaudit.images.sources.columns.labels import Labels, labels_in
from biasaudit.images.sources.columns.split_column import given_split, likely_split
from biasaudit.images.sources.folders.layout import Layout
from biasaudit.images.sources.listing import Options
from biasaudit.results import Name, Sentence, listed, say


@dataclass(frozen=True, kw_only=True, eq=False)
class Told:
    """What is told of each image."""

    images: pd.DataFrame
    """id, label, split, group: text, missing where not told; a row an image that has a label."""
    columns: pd.DataFrame
    """The other columns, row by row."""
    grouped: bool
    how: tuple[Sentence, ...]
    blank: tuple[LeftOut, ...]
    """Images that have no label."""
    warnings: tuple[Sentence, ...]


def told(ids: Sequence[str], rows: pd.DataFrame, layout: Layout, options: Options, aside: Sequence[str] = ()) -> Told:
    """ids: (n,), of the images; rows: (n, columns), what a table says of each; layout: what the folders say, a row of
    `places` an image; aside: columns that name the images.

    Raises UsageError where a column that is asked for is of no use, or nothing says which is the label.
    """
    asked = rows.drop(columns=list(aside)) if options.label_column not in aside else rows
    labels, used = _labels(ids, asked, layout, options)
    images = layout.places.assign(id=list(ids), label=labels.values.to_numpy(dtype=object))
    said = [labels.how]
    if options.split is not None:
        column, values = given_split(ids, rows, options.split)
        images["split"] = values.to_numpy(dtype=object)
        said.append(say("split: {column}", column=_column_name(column)))
    if options.group_by is not None:
        images["group"] = _column(ids, rows, options.group_by, "--group-by").to_numpy(dtype=object)
        said.append(say("groups: {column}", column=_column_name(options.group_by)))
    if labels.how is not layout.how and set(layout.levels) & {"split", "group"}:
        said.append(layout.how)
    kept = [column for column in rows.columns if column not in (*aside, *used, *options.ignore)]
    again = [c for c in known(kept, (*LABEL, *LABEL_LIKE)) if tells_the_same(rows[c], images["label"])]
    there = images["label"].notna().to_numpy()
    groups = images.loc[there, "group"].dropna()
    alone = options.group_by is not None and len(groups) > 1 and groups.is_unique
    return Told(
        images=images.loc[there, ["id", "label", "split", "group"]].reset_index(drop=True),
        columns=rows.loc[there, [column for column in kept if column not in again]].reset_index(drop=True),
        grouped=options.group_by is not None or bool(images["group"].notna().any()),
        how=tuple(each for each in said if each),
        blank=tuple(
            LeftOut(path=str(images["id"].iloc[row]), reason=_why_none(labels, int(row)) if used else Reason.NO_LABEL)
            for row in np.flatnonzero(~there)
        ),
        warnings=(
            *labels.warnings,
            *([words.named_again(again)] if again else []),
            *([words.each_its_own_group(str(options.group_by), len(groups))] if alone else []),
            *(likely_split(rows, options.ignore) if images["split"].isna().all() else []),
            *(
                [words.without_part(n)]
                if options.split is not None and (n := int(images["split"].isna().sum()))
                else []
            ),
        ),
    )


def _labels(ids: Sequence[str], rows: pd.DataFrame, layout: Layout, options: Options) -> tuple[Labels, tuple[str, ...]]:
    """The labels, and the columns that gave them."""
    folder, doubt = layout.places["label"], layout.doubt
    wanted = options.label_column
    if wanted is not None and is_of_names(wanted):
        found = from_names(ids, wanted, "--label-column")
        labels = _labels_in(found, " or ".join(options.positive) or wanted, options)
        return replace(labels, how=say("label: {column}", column=_column_name(wanted))), (wanted,)
    of_values = options.positive or options.negative or options.single_label
    if rows.columns.empty and wanted is None and not of_values:
        return Labels(values=folder, how=layout.how), ()
    open_to_question = wanted is None and not known(rows.columns, (*LABEL, *LABEL_LIKE))
    if open_to_question and not of_values and (hot := one_hot(rows)):
        if not doubt and folder.nunique() > 1:
            if options.layout is not None or tells_the_same(from_one_hot(rows, hot), folder):
                return Labels(values=folder, how=layout.how), ()
            raise UsageError(
                f"Of the columns {', '.join(repr(escaped(column, 40)) for column in hot[:6])} one is 1 in each row, as "
                f"classes are written, and the folders are others. Say which are the classes: --layout '*' for the "
                f"columns, or --layout class for the folders."
            )
        columns = listed(Name("column", column) for column in hot)
        labels = Labels(
            values=from_one_hot(rows, hot), how=say("label: whichever is 1 of columns {columns}", columns=columns)
        )
        return labels, tuple(hot)
    column = label_column(rows, folder, doubt, wanted)
    if column is None:
        if of_values:
            option = "--single-label" if options.single_label else "--positive"
            raise UsageError(f"{option} is of the values of a column: say which with --label-column.")
        return Labels(values=folder, how=layout.how), ()
    return _labels_in(rows[column], column, options), (column,)


def _labels_in(column: pd.Series, name: str, options: Options) -> Labels:
    return labels_in(column, name, options.positive, options.negative, options.single_label)


def _why_none(labels: Labels, row: int) -> Reason:
    return Reason.UNCERTAIN if labels.uncertain is not None and labels.uncertain.iloc[row] else Reason.BLANK_LABEL


def _column_name(wanted: str) -> Sentence:
    """A column, or a pattern of names, which may hold a name itself."""
    if is_of_names(wanted):
        return say("found in file names by {pattern}", pattern=Name("text", wanted))
    return say("column {column}", column=Name("column", wanted))


def _column(ids: Sequence[str], rows: pd.DataFrame, wanted: str, option: str) -> pd.Series:
    if is_of_names(wanted):
        return from_names(ids, wanted, option)
    return rows[wanted]
