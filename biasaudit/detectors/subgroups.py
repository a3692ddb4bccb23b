"""Rung four for groups of people, or of any column: for whom does the model fail?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.stats import norm

from biasaudit.detectors.detector import detector
from biasaudit.evidence.predictions import Predictions
from biasaudit.evidence.subgroups.columns import slug
from biasaudit.evidence.subgroups.erasure import Erased
from biasaudit.evidence.subgroups.worst import WorstGroup
from biasaudit.images.table import ImageTable
from biasaudit.results import Breakdown, Difference, Estimate, Finding, Rung, RungName
from biasaudit.stats.intervals import difference
from biasaudit.thresholds import FLOORS

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
    worst_groups: tuple[WorstGroup, ...],
    erased_gaps: dict[str, Erased],
    predictions: Predictions,
) -> Iterator[Finding]:
    """Why it matters: a model that is right nine times in ten can be right half of the time for the people whom its
    data hardly show.

    How it is measured: each level of each metadata column, and of every two columns about people, is held against all
    other images: accuracy within each class, averaged, with Newcombe's interval (1998), which counts patients and not
    pictures. Numbers are cut into bands at round figures; missing is a group of its own. Benjamini-Hochberg over all
    groups. An intersection is a finding where its margins do not account for it. A class of which either side has fewer
    than ten patients is left out of the comparison. Columns are about people where the user declares them with
    --sensitive, or where their name says so. Of every group there are accuracy, balanced accuracy, sensitivity,
    specificity, precision, selection rate, AUC, calibration error and Brier score, and demographic parity, equalised
    odds, equal opportunity and predictive parity as differences and ratios: all in audit.json, the first of them in the
    section on subgroups. Where a group fares worse and the network's features were frozen, what tells the group apart
    within classes is taken out of them by linear erasure, the head is fitted anew, and the gap is measured again: one
    that shrinks followed the encoding.

    What it cannot show: groups of fewer than ten patients of a class; why a group fares worse; traits that no column
    has.

    References: Buolamwini & Gebru 2018 (Gender Shades); Newcombe 1998; Kearns et al. 2018 (fairness of intersections);
    Brown et al. 2023 (shortcut testing); Belrose et al. 2023 (LEACE).
    """
    for worst in worst_groups:
        if worst.found is None:
            yield _untested(slug(worst.column.name), worst.breakdown)
        else:
            yield _finding(worst, worst.found, erased_gaps.get(worst.column.name), images, predictions)


def _finding(
    worst: WorstGroup, one: Difference, erased: Erased | None, images: ImageTable, predictions: Predictions
) -> Finding:
    breakdown, gap, tests = worst.breakdown, worst.gap, worst.tests
    inside, _ = worst.column.sides(one.group)
    against = worst.column.against(one.group)
    loss = one.difference
    shares = f"{one.value.value:.0%} ({one.value.low:.0%} to {one.value.high:.0%})"
    others = f"{one.rest.value:.0%} ({one.rest.low:.0%} to {one.rest.high:.0%})"
    where = f"{breakdown.column}: “{one.group}”"
    if gap:
        title = f"The model is right less often for {where}: {shares} against {others} of {against}."
    else:
        title = f"No group by {breakdown.column} for which the model is clearly worse: the worst is “{one.group}”."
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
        "reliance": _follows(erased) if erased else NOT_ASKED,
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
            q_value=worst.q_value,
            method="accuracy within each class, each group against the others whose value is known",
            why=f"Right on {shares} of {one.value.n} images of {where}, and on {others} of {one.rest.n} of {against}, "
            "each class counting the same.",
            smallest_detectable=max(FLOORS["disparity"], reach * (loss.value - loss.low)),
        ),
    }
    return Finding(
        id=f"subgroup-{slug(breakdown.column)}",
        detector="subgroups",
        cue=breakdown.column,
        kind="subgroup",
        title=title,
        verdict="gap" if gap else "clear",
        label=None,
        rungs=rungs,
        examples=tuple(map(str, images.ids[examples[:EXAMPLES]])) if gap else (),
        counterexamples=tuple(map(str, images.ids[counter[:EXAMPLES]])) if gap else (),
        recommendation=_advice(where, one, against) if gap else "Nothing to do.",
        question=QUESTION,
        explanation=f"{WHY_WORSE if gap else ''} {breakdown.limits}".strip(),
    )


def _follows(erased: Erased) -> Rung:
    """Whether the gap followed what the features say of the group."""
    before, after = erased.gap
    apart = difference(before, after)
    follows = after.value < before.value / 2 and before.value > 0
    told = (
        f"With what tells the group apart taken out of the features (AUC {erased.encoding[0]:.2f} before, "
        f"{erased.encoding[1]:.2f} after), the loss goes from {before.value:.0%} to {after.value:.0%}"
    )
    return Rung(
        state="yes" if follows else "no",
        estimate=Estimate(
            measure="accuracy within each class lost by the group: before less after what tells it apart was erased",
            value=apart.value,
            low=apart.low,
            high=apart.high,
            null=0.0,
            limit=1.0,
            n=erased.n,
        ),
        method="linear erasure",
        why=f"{told}: the gap {'followed' if follows else 'did not follow'} what the model can see of the group.",
    )


def _advice(where: str, one: Difference, against: str) -> str:
    """What to do, with the number of images that would halve the wider of the two figures' intervals."""
    fewer, n = (where, one.value.n) if one.value.n <= one.rest.n else (against, one.rest.n)
    return (
        f"Look at the errors on {where}, and have their labels checked. If the labels hold, collect {3 * n} more "
        f"images of {fewer}, which halves the interval, train with them, and audit again; until then give the "
        "figures by group."
    )


def _untested(name: str, breakdown: Breakdown) -> Finding:
    few = "Fewer than ten patients or images of every class in every group, or in all others."
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
