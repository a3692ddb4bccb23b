"""The file that says which part each image goes to, safe in a spreadsheet and read by `--metadata`."""

from __future__ import annotations

import csv
import shlex
from pathlib import Path
from typing import Literal

import pandas as pd

from biasaudit.conclude.parts import Parts
from biasaudit.errors import UsageError
from biasaudit.images.names import escaped
from biasaudit.images.splits import held_out_names
from biasaudit.images.table import ImageTable
from biasaudit.output.tables import FORMULA, quoted
from biasaudit.runtime.cache import write_text
from biasaudit.settings import Settings

FILE, COLUMN = "split.csv", "split"


def check_place(out: Path, settings: Settings) -> None:
    """Raise UsageError where the file would lie upon the user's own table."""
    if settings.metadata is not None and Path(settings.metadata).resolve() == (out / FILE).resolve():
        raise UsageError(
            f"{escaped(str(out / FILE))} is the table that --metadata names, and would be overwritten. Choose another "
            "--out, or name the table that it was made from."
        )


def split_frame(images: ImageTable, parts: Parts, settings: Settings) -> pd.DataFrame:
    """One row an image, all text: path, split, and of a given table its label and all of its other columns.

    So the file stands in for that table. Groups that are no column of it are in a column of their own.
    """
    columns: dict[str, object] = {"path": [_safe(str(id)) for id in images.ids]}
    columns[COLUMN] = [parts.names[place] for place in parts.part]
    if settings.metadata is not None or images.metadata_columns:  # those of a table that lies among the images
        columns["label"] = images.labels
    group = group_column(images, settings.group_by)
    if group is not None and group not in images.metadata_columns:
        columns[group] = images.frame.get("own_group", images.frame["group"]).to_numpy(dtype=object)
    for name in images.metadata_columns:
        columns.setdefault(name, images.frame[f"meta_{name}"].to_numpy(dtype=object))
    return pd.DataFrame(columns).rename(columns=lambda name: quoted(name)).map(_cell)


def group_column(images: ImageTable, group_by: str | None) -> str | None:
    """The column of the file that names the groups, that of the table where it is one; None where there are none."""
    if not images.grouped:
        return None
    if group_by in images.metadata_columns and group_by != COLUMN:
        return group_by
    return next(name for name in ("group", "group_", "group__") if name not in images.metadata_columns)


def _safe(path: str) -> str:
    """A path that no spreadsheet takes for a formula and no reader strips of a blank; it still names the same file."""
    return f"./{path}" if path.startswith((*FORMULA, " ", "'")) else path


def _cell(value: object) -> object:
    """As `quoted`, but for numbers below zero, which are no formula."""
    try:
        float(str(value))
    except ValueError:
        return quoted(value)
    return value


def write_split(out: Path, images: ImageTable, parts: Parts, settings: Settings) -> Path:
    """Write `split.csv` into `out`, whole or not at all; returns its path."""
    frame = split_frame(images, parts, settings)
    # A lone carriage return ends a line for readers, and is not quoted by itself.
    returns = frame.map(lambda cell: "\r" in str(cell)).any(axis=None)
    quoting: Literal[0, 1] = csv.QUOTE_ALL if returns else csv.QUOTE_MINIMAL
    return write_text(out / FILE, frame.to_csv(index=False, lineterminator="\n", quoting=quoting))


def how_to_use(folder: Path, file: Path, images: ImageTable, parts: Parts, settings: Settings) -> str:
    """The command that audits with the split; of parts that nobody holds out, such as folds, only where they stand."""
    if not held_out_names(parts.names):
        return f"The parts stand in the column {COLUMN!r}."
    command = ["biasaudit", "run", str(folder), "--metadata", str(file), "--split", COLUMN]
    if name := group_column(images, settings.group_by):
        command += ["--group-by", name]
    return f"Use it: {escaped(shlex.join(command), 1000)}"
