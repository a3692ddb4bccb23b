"""The group of each column for which the model is worst, and whether that is a finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from biasaudit.evidence.subgroups.columns import GroupColumn
from biasaudit.evidence.subgroups.composition import all_groupings
from biasaudit.evidence.subgroups.differences import WITHIN_CLASSES
from biasaudit.results import Breakdown, Difference
from biasaudit.stats import q_values
from biasaudit.thresholds import FLOORS, Q

LEAST_LOSS = 0.05
"""Accuracy that even the favourable end of the interval must show to be missing."""


@dataclass(frozen=True, eq=False)
class WorstGroup:
    """One column's worst group, held against the others."""

    column: GroupColumn
    breakdown: Breakdown
    found: Difference | None
    """None where no group could be compared."""
    q_value: float
    gap: bool
    tests: int
    """Groups in the family that the q-value is corrected over."""


def worst_groups(group_columns: tuple[GroupColumn, ...], breakdowns: tuple[Breakdown, ...]) -> tuple[WorstGroup, ...]:
    """One for every column and intersection, in the order of `breakdowns`."""
    ranked = [_ranked(each) for each in breakdowns]
    tested = [each for found in ranked for each in found]
    q_of = dict(zip(map(id, tested), q_values(np.array([each.p_value for each in tested])).tolist(), strict=True))
    failing: dict[str, Difference] = {}
    worst = []
    for column, breakdown, found in zip(all_groupings(group_columns), breakdowns, ranked, strict=True):
        first = found[0] if found else None
        gap = first is not None and _is_gap(first, q_of[id(first)]) and not _explained(first, column.crossed, failing)
        if first is not None and gap:
            failing[column.name] = first
        q_value = q_of[id(first)] if first is not None else 1.0
        worst.append(WorstGroup(column, breakdown, first, q_value, gap, len(tested)))
    return tuple(worst)


def _ranked(breakdown: Breakdown) -> list[Difference]:
    """The groups by how surely the model is right less often on them."""
    found = [each for each in breakdown.differences if each.called == WITHIN_CLASSES]
    return sorted(found, key=lambda each: (each.p_value if each.difference.value < 0 else 2.0, each.difference.value))


def _is_gap(one: Difference, q: float) -> bool:
    loss = one.difference
    return q < Q and -loss.value >= FLOORS["disparity"] and -loss.high >= LEAST_LOSS


def _explained(one: Difference, crossed: tuple[str, ...], failing: Mapping[str, Difference]) -> bool:
    """Whether an intersection fares no worse than a group of a single column that it is a part of, and that fails."""
    wholes = [whole for name, whole in failing.items() if name in crossed and whole.group in one.group.split(", ")]
    return any(one.value.high >= whole.value.value - FLOORS["disparity"] for whole in wholes)
