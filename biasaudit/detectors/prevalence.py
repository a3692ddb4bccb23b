"""Rung one for groups of people: is a group tied to the label?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from biasaudit.detectors.detector import detector
from biasaudit.evidence.named.cue_values import CueValues
from biasaudit.evidence.strata import strata_of
from biasaudit.evidence.subgroups.adjusted import adjusted_difference
from biasaudit.evidence.subgroups.columns import GroupColumn, slug
from biasaudit.evidence.subgroups.composition import LEAST
from biasaudit.evidence.subgroups.differences import p_of
from biasaudit.images.table import ImageTable
from biasaudit.results import NOTHING, Estimate, Finding, Name, Rung, Sentence, paragraph, say
from biasaudit.stats import q_values
from biasaudit.stats.intervals import Interval, difference, effective_n, proportion
from biasaudit.thresholds import Q

FLOOR, LEAST_APART = 0.05, 0.02
"""Difference in a class's share, and what even the nearer end of its interval must show: of people less is asked for
than of a cue, since a model that repeats it treats them differently."""
QUESTION = say("Does a class make up a larger share of one group of people than of the others?")
MAY_BE_TRUE = say(
    "The tie may be true of the population; then a model is right to know it, and it still must not lean on it in "
    "place of the picture."
)
ASKED_OF_THE_COLUMN = Rung(state="untested", why=say("Asked of the column as a cue, under the column's own finding."))


@dataclass(frozen=True)
class _Tie:
    group: str
    against: Sentence
    label: str
    mine: Interval
    rest: Interval
    apart: Interval
    adjusted: Interval | None
    n: int


@detector(question=QUESTION, silence="nothing to test: no column about people that can be compared")
def prevalence(
    images: ImageTable, group_columns: tuple[GroupColumn, ...], known_cues: tuple[CueValues, ...]
) -> Iterator[Finding]:
    """Why it matters: where one group has more of a class, a model gains by telling the group instead of the class,
    and is then wrong about the people who are exceptions. Mug shots against fashion photographs are the plain case.

    How it is measured: for every group of every column about people, the share of each class in it less that in all
    other images, with Newcombe's interval (1998), which counts patients. Where nuisance columns are declared, the
    difference within their values as well (Mantel & Haenszel 1959), and it has to hold there.
    Benjamini-Hochberg over all groups and classes.

    What it cannot show: whether the tie is true of the population: melanoma is more frequent in old men. Whether the
    model uses it is asked of the column as a cue, beside the other columns.

    References: Newcombe 1998; Mantel & Haenszel 1959; Brown et al. 2023 (shortcut testing).
    """
    people = [column for column in group_columns if column.about_people]
    held = strata_of(known_cues, np.ones(images.n, dtype=bool))
    people = [column for column in people if column.name not in held.names]
    strata = held.codes if held.names else None
    ties = {column.name: list(_ties(column, images, strata)) for column in people}
    every = [tie for found in ties.values() for tie in found]
    family = q_values(np.array([_p_value(tie) for tie in every])).tolist()
    q_of = dict(zip(map(id, every), family, strict=True))
    for column in people:
        if ties[column.name]:
            yield _finding(column, ties[column.name], q_of, len(every), images)


def _ties(column: GroupColumn, images: ImageTable, strata: np.ndarray | None) -> Iterator[_Tie]:
    # Of two classes one share says all.
    classes = list(enumerate(images.classes))[1 if len(images.classes) == 2 else 0 :]
    patients = images.group_codes
    for name in column.levels:
        inside, outside = column.sides(name)
        if min(len(np.unique(patients[side])) for side in (inside, outside)) < LEAST:
            continue
        asked = inside | outside
        for code, label in classes:
            hits = images.codes == code
            mine, rest = (_share(hits[side], patients[side]) for side in (inside, outside))
            adjusted = None if strata is None else adjusted_difference(hits[asked], inside[asked], strata[asked])
            yield _Tie(
                name, column.against(name), label, mine, rest, difference(mine, rest), adjusted, int(asked.sum())
            )


def _share(hits: np.ndarray, groups: np.ndarray) -> Interval:
    values = hits.astype(float)
    return proportion(float(values.sum()), len(values), effective_n(values, groups))


def _p_value(tie: _Tie) -> float:
    return max(p_of(tie.apart), p_of(tie.adjusted) if tie.adjusted else 0.0)


def _finding(column: GroupColumn, found: list[_Tie], q_of: dict[int, float], tests: int, images: ImageTable) -> Finding:
    first = min(found, key=lambda tie: (-tie.apart.clear_of(), q_of[id(tie)]))
    q = q_of[id(first)]
    held = [each for each in (first.apart, first.adjusted) if each is not None]
    tied = q < Q and all(abs(each.value) >= FLOOR and each.clear_of() >= LEAST_APART for each in held)
    by = Name("column", column.name)
    where = say("{column}: “{group}”", column=by, group=Name("value", first.group))
    words = say(
        "{mine} of the images of {where} are {label}, and {rest} of {against}",
        mine=_percent(first.mine),
        where=where,
        label=Name("label", first.label),
        rest=_percent(first.rest),
        against=first.against,
    )
    of_group = column.codes == column.levels.index(first.group)
    typical = (images.labels == first.label) == (first.apart.value > 0)
    reach = float(norm.isf(0.025 / tests) + norm.ppf(0.8)) / float(norm.isf(0.025))
    return Finding(
        id=f"representation-{slug(column.name)}-by-class",
        detector="prevalence",
        cue=column.name,
        kind="representation",
        title=say("A group is tied to the label: {words}.", words=words)
        if tied
        else say("No group by {column} is tied to a class.", column=by),
        verdict="suspect" if tied else "clear",
        label=first.label if tied else None,
        rungs={
            "association": Rung(
                state="yes" if tied else "no",
                estimate=_estimate(first, where),
                p_value=_p_value(first),
                q_value=q,
                method=say("share of the class, each group against the others whose value is known"),
                why=_why(words, first),
                smallest_detectable=max(FLOOR, reach * (first.apart.high - first.apart.low) / 2),
            ),
            "encoding": ASKED_OF_THE_COLUMN,
            "reliance": ASKED_OF_THE_COLUMN,
            "disparity": ASKED_OF_THE_COLUMN,
        },
        examples=tuple(map(str, images.ids[of_group & typical][:20])) if tied else (),
        counterexamples=tuple(map(str, images.ids[of_group & ~typical][:20])) if tied else (),
        recommendation=say(
            "See under the column {column} whether the model uses it. If the tie is not one of the population, collect "
            "images that break it, or train with weights that balance it; give the figures by group.",
            column=by,
        )
        if tied
        else say("Nothing to do."),
        question=QUESTION,
        explanation=paragraph(MAY_BE_TRUE if tied else NOTHING, column.limits),
    )


def _estimate(tie: _Tie, where: Sentence) -> Estimate:
    label = Name("label", tie.label)
    return Estimate(
        measure=say("share of {label}: {where} less {against}", label=label, where=where, against=tie.against),
        value=tie.apart.value,
        low=tie.apart.low,
        high=tie.apart.high,
        null=0.0,
        limit=-1.0 if tie.apart.value < 0 else 1.0,
        n=tie.n,
    )


def _why(words: Sentence, tie: _Tie) -> Sentence:
    value, low, high = (100 * each for each in tie.apart)
    seen = say("{words}: {value:+.0f} points, {low:+.0f} to {high:+.0f}.", words=words, value=value, low=low, high=high)
    within = NOTHING
    if tie.adjusted:
        points = 100 * tie.adjusted.value
        within = say("Within the declared columns the difference is {points:+.0f} points.", points=points)
    return paragraph(seen, within)


def _percent(share: Interval) -> Sentence:
    return say("{value:.0%} ({low:.0%} to {high:.0%})", value=share.value, low=share.low, high=share.high)
