"""Who is in the data: how many images each group has, of which classes, and which cells are empty."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np

from biasaudit.evidence.subgroups.columns import GroupColumn, crossed
from biasaudit.evidence.subgroups.reference import read_reference
from biasaudit.images.table import ImageTable
from biasaudit.results import Breakdown, Figure, Name, Subgroup, say
from biasaudit.settings import Settings
from biasaudit.stats.intervals import effective_n, proportion
from biasaudit.thresholds import MANY_CLASSES

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
    return tuple(_breakdown(column, images, reference.get(column.name, {})) for column in all_groupings(group_columns))


def _breakdown(column: GroupColumn, images: ImageTable, reference: dict[str, float]) -> Breakdown:
    groups = [
        _subgroup(name, column.codes == code, images, reference)
        for code, name in enumerate(column.levels)
        if (column.codes == code).any()
    ]
    missed = _missed(groups, images)
    nobody = [name for code, name in enumerate(column.levels) if not (column.codes == code).any()]
    nobody += [name for name, share in reference.items() if name not in column.levels and share > 0]
    absent = [say("{group}: no image", group=Name("value", name)) for name in nobody]
    absent += [
        say("{group}: no image of {label}", group=Name("value", group.name), label=Name("label", label))
        for group in groups
        for label, count in group.classes.items()
        if not count and missed(group, label)
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


def _missed(groups: Sequence[Subgroup], images: ImageTable) -> Callable[[Subgroup, str], bool]:
    """Whether it says something that a group has no image of a class: of many classes where one would expect some."""
    if len(images.classes) <= MANY_CLASSES:
        return lambda group, label: True
    total = sum(group.images for group in groups)
    of_class = {label: sum(group.classes[label] for group in groups) for label in images.classes}
    return lambda group, label: group.images * of_class[label] / total >= LEAST


def _told(images: ImageTable) -> list[int]:
    """The classes, by code, whose shares in each group are told: all, or of many those with the most images."""
    counts = np.bincount(images.codes)
    chosen = range(len(counts)) if len(counts) <= MANY_CLASSES else np.argsort(-counts, kind="stable")[:MANY_CLASSES]
    return sorted(map(int, chosen))


def _subgroup(name: str, inside: np.ndarray, images: ImageTable, reference: dict[str, float]) -> Subgroup:
    codes, patients, labels = images.codes[inside], images.group_codes[inside], images.classes
    counts = np.bincount(codes, minlength=len(labels))
    distinct = np.unique(np.stack([codes, patients]), axis=1)[0]
    return Subgroup(
        name=name,
        images=len(codes),
        patients=len(np.unique(patients)) if images.grouped else None,
        classes=dict(zip(labels, counts.tolist(), strict=True)),
        share=_share(inside, images.group_codes),
        reference=reference.get(name, 0.0) if reference else None,
        figures={f"share of {labels[code]}": _share(codes == code, patients) for code in _told(images)},
        few=int(np.bincount(distinct).max()) < LEAST,
    )


def _share(hits: np.ndarray, groups: np.ndarray) -> Figure:
    """The share of hits among some images, bool (n,); groups: (n,), patients."""
    values = hits.astype(float)
    found = proportion(float(values.sum()), len(values), effective_n(values, groups))
    return Figure(value=found.value, low=found.low, high=found.high, n=len(values))
