"""Who is in the data: how many images each group has, of which classes, and which cells are empty."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np

from biasaudit.evidence.subgroups.columns import GroupColumn, crossed
from biasaudit.evidence.subgroups.reference import read_reference
from biasaudit.images.table import ImageTable
from biasaudit.results import Breakdown, Figure, Name, Subgroup, say
from biasaudit.settings import Settings
from biasaudit.stats.intervals import effective_n, proportion

LEAST = 10
"""Patients (images, where there are none) of a class below which a group's figures for it say too little."""
MOST_CROSSED, MOST_CELLS = 6, 64
"""Columns about people of which every two are looked at together: fifteen pairs; and the cells that a pair may have."""


def all_groupings(columns: Sequence[GroupColumn]) -> list[GroupColumn]:
    """Every column, and of those about people every two at once."""
    people = [column for column in columns if column.about_people][:MOST_CROSSED]
    pairs = [pair for pair in combinations(people, 2) if len(pair[0].levels) * len(pair[1].levels) <= MOST_CELLS]
    return [*columns, *(crossed(one, other) for one, other in pairs)]


def composition(
    images: ImageTable, group_columns: tuple[GroupColumn, ...], settings: Settings
) -> tuple[Breakdown, ...]:
    """Counts and shares by column and by intersection, beside the reference population where the user gave one."""
    reference = read_reference(Path(settings.reference), group_columns) if settings.reference else {}
    of_class = {label: images.labels == label for label in images.classes}
    patients = images.group_codes
    return tuple(
        _breakdown(column, of_class, patients, images.grouped, reference.get(column.name, {}))
        for column in all_groupings(group_columns)
    )


def _breakdown(
    column: GroupColumn,
    of_class: dict[str, np.ndarray],
    patients: np.ndarray,
    grouped: bool,
    reference: dict[str, float],
) -> Breakdown:
    groups = [
        _subgroup(name, column.codes == code, of_class, patients, grouped, reference)
        for code, name in enumerate(column.levels)
        if (column.codes == code).any()
    ]
    nobody = [name for code, name in enumerate(column.levels) if not (column.codes == code).any()]
    nobody += [name for name, share in reference.items() if name not in column.levels and share > 0]
    absent = [say("{group}: no image", group=Name("value", name)) for name in nobody]
    absent += [
        say("{group}: no image of {label}", group=Name("value", group.name), label=Name("label", label))
        for group in groups
        for label, count in group.classes.items()
        if not count
    ]
    return Breakdown(
        column=column.name,
        about_people=column.about_people,
        crossed=bool(column.crossed),
        cut=column.cut,
        limits=column.limits,
        groups=tuple(groups),
        nobody=tuple(nobody),
        absent=tuple(absent),
    )


def _subgroup(
    name: str,
    inside: np.ndarray,
    of_class: dict[str, np.ndarray],
    patients: np.ndarray,
    grouped: bool,
    reference: dict[str, float],
) -> Subgroup:
    cells = {label: inside & rows for label, rows in of_class.items()}
    return Subgroup(
        name=name,
        images=int(inside.sum()),
        patients=_distinct(patients, inside) if grouped else None,
        classes={label: int(rows.sum()) for label, rows in cells.items()},
        share=share_of(inside, np.ones(len(inside), dtype=bool), patients),
        reference=reference.get(name, 0.0) if reference else None,
        figures={f"share of {label}": share_of(rows, inside, patients) for label, rows in cells.items()},
        few=max(_distinct(patients, rows) for rows in cells.values()) < LEAST,
    )


def _distinct(patients: np.ndarray, rows: np.ndarray) -> int:
    return len(np.unique(patients[rows]))


def share_of(rows: np.ndarray, among: np.ndarray, groups: np.ndarray) -> Figure:
    """The share of some images among others; rows, among: bool (n,); groups: (n,), patients."""
    hits = rows[among].astype(float)
    found = proportion(float(hits.sum()), len(hits), effective_n(hits, groups[among]))
    return Figure(value=found.value, low=found.low, high=found.high, n=len(hits))
