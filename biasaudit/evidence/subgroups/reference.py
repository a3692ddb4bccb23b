"""The population that the data should look like, as the user gives it in a CSV."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from biasaudit.errors import UsageError
from biasaudit.evidence.subgroups.columns import GroupColumn
from biasaudit.images.names import escaped

SHARES = ("share", "count")
HELP = "It takes the columns column, level, share; or the columns of your metadata, with a share, a count or no more."


def read_reference(path: Path, columns: Iterable[GroupColumn]) -> dict[str, dict[str, float]]:
    """Column -> level, cut as the images' own -> share of the population, adding up to 1 within each column.

    The file has the columns `column`, `level` and `share` (or `count`); or columns that the metadata have as well,
    with one row a person, or one row a kind of person with its `share` or `count`.

    Raises UsageError with the line and the reason.
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise UsageError(f"--reference: cannot read {escaped(str(path))}: {error}. {HELP}") from error
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
    found: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for name, value, share in cells:
        if name in known:
            found[name][known[name].level_of(value)] += share
    if not found:
        named = ", ".join(escaped(str(name)) for name in sorted({cell[0] for cell in cells})[:8])
        raise UsageError(
            f"--reference: {escaped(path.name)} is about {named or 'nothing'}, by which the images are not grouped; "
            f"they are by {', '.join(map(escaped, known)) or 'nothing: --metadata names a table'}."
        )
    return {name: _divided(levels, name, path) for name, levels in found.items()}


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
