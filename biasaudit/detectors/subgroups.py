"""Rung four for groups of people, or of any column: for whom does the model fail?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from scipy.stats import norm

from biasaudit.evidence.predictions import Predictions
from biasaudit.images.table import ImageTable
from biasaudit.registry import detector
from biasaudit.results import Breakdown, Difference, Estimate, Finding, Rung, RungName
from biasaudit.stats import q_values
from biasaudit.subgroups.columns import GroupColumn, slug
from biasaudit.subgroups.composition import all_groupings
from biasaudit.thresholds import FLOORS, Q

LEAST_LOSS = 0.05
"""Accuracy that even the favourable end of the interval must show to be missing."""
FIGURE = "balanced accuracy"
"""Accuracy within each class, averaged: a group is not called worse for having more of the harder class."""
QUESTION = "Is there a group of people, or two traits together, for whom the model is right less often?"
WHY_WORSE = (
    "The group's images may be harder, poorer, or labelled less well; the figures by class and the findings about the "
    "quality of its pictures help to tell."
)
NOT_ASKED = Rung(state="untested", why="Asked of the column itself, under the column's own finding.")
EXAMPLES = 20


@detector(question=QUESTION)
def subgroups(
    images: ImageTable,
    group_columns: tuple[GroupColumn, ...],
    breakdowns: tuple[Breakdown, ...],
    predictions: Predictions,
) -> Iterator[Finding]:
    """Why it matters: a model that is right nine times in ten can be right half of the time for the people whom its
    data hardly show.

    How it is measured: each level of each metadata column, and of every two columns about people, is held against all
    other images: accuracy within each class, averaged, with Newcombe's interval (1998), which counts patients and not
    pictures. Numbers are cut into bands at round figures; missing is a group of its own. Benjamini-Hochberg over all
    groups. An intersection is a finding where its margins do not account for it. Columns are about people where the
    user declares them with --sensitive, or where their name says so. All figures stand in the section on subgroups.

    What it cannot show: groups of fewer than ten patients of a class; why a group fares worse; traits that no column
    has.

    References: Buolamwini & Gebru 2018 (Gender Shades); Newcombe 1998; Kearns et al. 2018 (fairness of intersections).
    """
    worst = {each.column: _worst(each) for each in breakdowns}
    tested = [each for found in worst.values() for each in found]
    q_of = dict(zip(map(id, tested), q_values(np.array([each.p_value for each in tested])).tolist(), strict=True))
    column_of = {column.name: column for column in all_groupings(group_columns)}
    lacking: dict[str, Difference] = {}
    for breakdown in breakdowns:
        found = worst[breakdown.column]
        name = slug(breakdown.column)
        if not found:
            yield _untested(name, breakdown)
            continue
        first, column = found[0], column_of[breakdown.column]
        gap = _is_gap(first, q_of[id(first)]) and not _explained(first, column.crossed, lacking)
        if gap:
            lacking[breakdown.column] = first
        inside, _ = column.sides(first.group)
        against = column.against(first.group)
        yield _finding(name, breakdown, first, q_of[id(first)], gap, len(tested), inside, against, images, predictions)


def _worst(breakdown: Breakdown) -> list[Difference]:
    """The groups of a breakdown by how much less often the model is right on them, the worst first."""
    found = [each for each in breakdown.differences if each.figure == FIGURE]
    return sorted(found, key=lambda each: (each.p_value if each.difference.value < 0 else 2.0, each.difference.value))


def _is_gap(one: Difference, q: float) -> bool:
    loss = one.difference
    return q < Q and -loss.value >= FLOORS["disparity"] and -loss.high >= LEAST_LOSS


def _explained(one: Difference, crossed: tuple[str, ...], lacking: Mapping[str, Difference]) -> bool:
    """Whether an intersection fares no worse than a group of a single column that it is a part of, and that fails."""
    wholes = [whole for name, whole in lacking.items() if name in crossed and whole.group in one.group]
    return any(one.value.high >= whole.value.value - FLOORS["disparity"] for whole in wholes)


def _finding(
    name: str,
    breakdown: Breakdown,
    one: Difference,
    q: float,
    gap: bool,
    tests: int,
    inside: np.ndarray,
    against: str,
    images: ImageTable,
    predictions: Predictions,
) -> Finding:
    loss = one.difference
    shares = f"{one.value.value:.0%} ({one.value.low:.0%} to {one.value.high:.0%})"
    others = f"{one.rest.value:.0%} ({one.rest.low:.0%} to {one.rest.high:.0%})"
    where = f"{breakdown.column}: {one.group}"
    if gap:
        title = f"The model is right less often for {where}: {shares} against {others} of {against}."
    else:
        title = f"No group by {breakdown.column} for which the model is clearly worse: the worst is {one.group}."
    reach = float(norm.isf(0.025 / max(1, tests)) + norm.ppf(0.8)) / float(norm.isf(0.025))
    wrong = predictions.log_odds.argmax(axis=1) != images.codes
    sure = predictions.log_odds.max(axis=1)
    examples = [
        row for row in np.argsort(-sure, kind="stable") if inside[row] and wrong[row] and predictions.judged[row]
    ]
    counter = [row for row in np.argsort(-sure, kind="stable") if not inside[row] and not wrong[row]]
    rungs: dict[RungName, Rung] = {
        "association": NOT_ASKED,
        "encoding": NOT_ASKED,
        "reliance": NOT_ASKED,
        "disparity": Rung(
            state="yes" if gap else "no",
            estimate=Estimate(
                measure=f"accuracy within each class: {against} less {where}",
                value=-loss.value,
                low=-loss.high,
                high=-loss.low,
                null=0.0,
                limit=1.0,
                n=loss.n,
            ),
            p_value=one.p_value,
            q_value=q,
            method="accuracy within each class, each group against the others whose value is known",
            why=f"Right on {shares} of {one.value.n} images of {where}, and on {others} of {one.rest.n} of {against}, "
            "each class counting the same.",
            smallest_detectable=max(FLOORS["disparity"], reach * (loss.value - loss.low)),
        ),
    }
    return Finding(
        id=f"subgroup-{name}",
        detector="subgroups",
        cue=breakdown.column,
        kind="subgroup",
        title=title,
        verdict="gap" if gap else "clear",
        label=None,
        rungs=rungs,
        examples=tuple(map(str, images.ids[examples[:EXAMPLES]])) if gap else (),
        counterexamples=tuple(map(str, images.ids[counter[:EXAMPLES]])) if gap else (),
        recommendation=_advice(where, one) if gap else "Nothing to do.",
        question=QUESTION,
        explanation=f"{WHY_WORSE if gap else ''} {breakdown.limits}".strip(),
    )


def _advice(where: str, one: Difference) -> str:
    """What to do, with the number of images that would halve the interval of the group's figure."""
    return (
        f"Look at the errors on {where}, and have their labels checked. If the labels hold, collect {3 * one.value.n} "
        "more such images, which halves the interval, train with them, and audit again; until then give the figures "
        "by group."
    )


def _untested(name: str, breakdown: Breakdown) -> Finding:
    few = "Fewer than ten patients or images of some class in every group, or in all others."
    return Finding(
        id=f"subgroup-{name}",
        detector="subgroups",
        cue=breakdown.column,
        kind="subgroup",
        title=f"Whether the model is worse for a group by {breakdown.column} cannot be said: the groups are too small.",
        verdict="untested",
        label=None,
        rungs={
            "association": NOT_ASKED,
            "encoding": NOT_ASKED,
            "reliance": NOT_ASKED,
            "disparity": Rung(state="untested", why=few),
        },
        recommendation="Collect at least ten patients of each class in each group.",
        question=QUESTION,
    )
