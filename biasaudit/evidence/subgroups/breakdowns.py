"""For whom the model fails: every group's figures, each against those of all other images."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from biasaudit.evidence.predictions import Predictions
from biasaudit.evidence.subgroups.columns import GroupColumn
from biasaudit.evidence.subgroups.composition import LEAST, all_groupings
from biasaudit.evidence.subgroups.differences import difference_within_classes, differences_of
from biasaudit.evidence.subgroups.figures import Answers, figures_of
from biasaudit.images.table import ImageTable
from biasaudit.results import Breakdown, Difference, Subgroup
from biasaudit.stats import q_values

MOST_CLASSES = 10
"""Classes that figures against the rest are given of, in every group."""


def breakdowns(
    images: ImageTable,
    group_columns: tuple[GroupColumn, ...],
    composition: tuple[Breakdown, ...],
    predictions: Predictions,
) -> tuple[Breakdown, ...]:
    """`composition` with the figures of the model in each group; the q-values are over all differences at once."""
    answers = answers_of(images, predictions)
    filled = [
        _filled(breakdown, column, answers, predictions.judged)
        for breakdown, column in zip(composition, all_groupings(group_columns), strict=True)
    ]
    return _corrected(filled)


def answers_of(images: ImageTable, predictions: Predictions) -> Answers:
    """What the model said of every image; of two classes the rarer is the one that figures are given of.

    Where there are more than ten, the ten most frequent, and the means over classes are left out.
    """
    counts = np.bincount(images.codes, minlength=len(images.classes))
    return Answers(
        codes=images.codes,
        called=predictions.log_odds.argmax(axis=1),
        probabilities=predictions.probabilities,
        groups=images.group_codes,
        classes=tuple(images.classes),
        positive=(int(counts.argmin()),) if len(counts) == 2 else tuple(np.argsort(-counts)[:MOST_CLASSES].tolist()),
    )


def _filled(breakdown: Breakdown, column: GroupColumn, answers: Answers, judged: np.ndarray) -> Breakdown:
    groups: list[Subgroup] = []
    differences: list[Difference] = []
    for group in breakdown.groups:
        inside, outside = (side & judged for side in column.sides(group.name))
        if not inside.any() or (column.crossed and inside.sum() < LEAST):
            groups.append(group)
            continue
        figures = {**group.figures, **figures_of(answers.of(inside))}
        groups.append(group.model_copy(update={"figures": figures}))
        sides, names = (answers.of(inside), answers.of(outside)), (group.name, column.against(group.name))
        if compared := [code for code in range(len(answers.classes)) if all(_enough(side, code) for side in sides)]:
            differences.append(difference_within_classes(*names, *sides, compared))
        if column.about_people and len(compared) == len(answers.classes):
            differences += differences_of(*names, *sides)
    return breakdown.model_copy(update={"groups": _shrunken(groups), "differences": tuple(differences)})


def _enough(answers: Answers, code: int) -> bool:
    return len(np.unique(answers.groups[answers.codes == code])) >= LEAST


def _shrunken(groups: Sequence[Subgroup]) -> tuple[Subgroup, ...]:
    """Each group's accuracy, drawn toward all groups' as far as chance spreads them (empirical Bayes, Morris 1983)."""
    known = [group.figures["accuracy"] for group in groups if "accuracy" in group.figures]
    if len(known) < 3:
        return tuple(groups)
    values = np.array([figure.value for figure in known])
    sizes = np.array([figure.n for figure in known], dtype=float)
    middle = float(np.average(values, weights=sizes))
    chance = np.maximum(middle * (1 - middle), 1e-9) / sizes
    between = max(0.0, float(np.average((values - middle) ** 2 - chance, weights=sizes)))
    return tuple(
        group.model_copy(update={"shrunken": _drawn(group, middle, between)}) if "accuracy" in group.figures else group
        for group in groups
    )


def _drawn(group: Subgroup, middle: float, between: float) -> float:
    figure = group.figures["accuracy"]
    chance = max(middle * (1 - middle), 1e-9) / figure.n
    return middle + (figure.value - middle) * between / (between + chance)


def _corrected(filled: Sequence[Breakdown]) -> tuple[Breakdown, ...]:
    family = q_values(np.array([each.p_value for one in filled for each in one.differences])).tolist()
    found = []
    for one in filled:
        mine, family = family[: len(one.differences)], family[len(one.differences) :]
        differences = [each.model_copy(update={"q_value": q}) for each, q in zip(one.differences, mine, strict=True)]
        found.append(one.model_copy(update={"differences": tuple(differences)}))
    return tuple(found)
