"""The population that the data should look like, as the user gives it in a CSV."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from biasaudit.errors import UsageError
from biasaudit.evidence.named.cue_values import MISSING
from biasaudit.evidence.subgroups.columns import GroupColumn, columns_of_table, names_of
from biasaudit.images.names import escaped
from biasaudit.images.table import ImageTable
from biasaudit.runtime.reading import check_regular
from biasaudit.settings import Settings

SHARES = ("share", "count")
LARGEST = 100_000_000
"""Bytes of the file."""
SHOWN = 8
"""Levels that a message names."""
HELP = "It takes the columns column, level, share; or the columns of your metadata, with a share, a count or no more."


def read_reference(path: Path, columns: Iterable[GroupColumn]) -> dict[str, dict[str, float]]:
    """Column -> level, cut as the images' own -> share of the population, adding up to 1 within each column.

    The file has the columns `column`, `level` and `share` (or `count`); or columns that the metadata have as well,
    with one row a person, or one row a kind of person with its `share` or `count`.

    Raises UsageError with the line and the reason.
    """
    try:
        check_regular(path, LARGEST)
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"--reference: cannot read {escaped(str(path))}: {why}. {HELP}") from error
    shares = _shares(table, path)
    if {"column", "level"} <= set(table.columns):
        cells = list(zip(table["column"], table["level"], shares, strict=True))
    else:
        cells = [
            (name, value, share)
            for name in table.columns
            if name not in SHARES
            for value, share in zip(table[name], shares, strict=True)
        ]
    known = {column.name: column for column in columns}
    level_of: dict[tuple[str, str], str] = {}
    found: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for name, value, share in cells:
        if name in known:
            if (name, value) not in level_of:
                level_of[name, value] = known[name].level_of(value)
            found[name][level_of[name, value]] += share
    unknown = sorted({cell[0] for cell in cells} - set(known))
    if not found or ({"column", "level"} <= set(table.columns) and unknown):
        named = ", ".join(escaped(str(name)) for name in unknown[:8])
        raise UsageError(
            f"--reference: {escaped(path.name)} is about {named or 'nothing'}, by which the images are not grouped; "
            f"they are by {', '.join(map(escaped, known)) or 'nothing: --metadata names a table'}."
        )
    for name, levels in found.items():
        _check_levels(known[name], levels, path)
    return {name: _divided(levels, name, path) for name, levels in found.items()}


def check_reference(settings: Settings, images: ImageTable) -> None:
    """Raise UsageError where the reference cannot be held against the columns; before any picture is read.

    Where skin tones are asked for, which only the pictures tell, it is read when these are known.
    """
    if settings.reference and not settings.skin_tone:
        read_reference(Path(settings.reference), columns_of_table(images, settings))


def _check_levels(column: GroupColumn, given: Mapping[str, float], path: Path) -> None:
    """Raise UsageError where levels of the reference are none of the column's, and may be other words for some of them.

    One that no image has is a group that is missing, where all of the images' own levels are in the reference.
    """
    bands = names_of(column.edges) if column.edges else []
    strange = [level for level, share in given.items() if share and level not in (*column.levels, *bands, MISSING)]
    unmet = [level for level in column.levels if level not in (*given, MISSING)]
    if not strange or not (unmet or bands):
        return
    name = f"--reference: {escaped(column.name)} in {escaped(path.name)}"
    if bands:
        raise UsageError(
            f"{name}: {_quoted(strange)} lies in none of the bands that the images are in: {_quoted(bands)}. Give one "
            "row a person, or bands that lie within these."
        )
    raise UsageError(
        f"{name}: no image has {_quoted(strange)}, and the images have {_quoted(unmet)}, of which the file says "
        "nothing. Spell them alike, or give each a row of its own (with a share of 0 where there is nobody)."
    )


def _quoted(levels: Sequence[str]) -> str:
    more = ", ..." if len(levels) > SHOWN else ""
    return ", ".join(repr(escaped(level, 40)) for level in levels[:SHOWN]) + more


def _shares(table: pd.DataFrame, path: Path) -> np.ndarray:
    column = next((name for name in SHARES if name in table.columns), None)
    if column is None:
        return np.ones(len(table))
    shares = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=float)
    wrong = np.flatnonzero(~(np.isfinite(shares) & (shares >= 0)))
    if len(wrong):
        value = escaped(str(table[column].iat[wrong[0]]))
        raise UsageError(
            f"--reference: {escaped(path.name)}, line {wrong[0] + 2}: the {column} {value!r} is no number from 0 on."
        )
    return shares


def _divided(levels: Mapping[str, float], name: str, path: Path) -> dict[str, float]:
    total = sum(levels.values())
    if total <= 0:
        raise UsageError(f"--reference: the shares of {escaped(name)} in {escaped(path.name)} add up to 0.")
    return {level: share / total for level, share in levels.items()}
