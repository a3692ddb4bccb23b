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
from biasaudit.results import (
    NOTHING,
    Breakdown,
    Difference,
    Estimate,
    Figure,
    Finding,
    Name,
    Rung,
    Sentence,
    paragraph,
    say,
)
from biasaudit.stats.intervals import difference
from biasaudit.thresholds import FLOORS

QUESTION = say("Is there a group of people, or two traits together, for whom the model is right less often?")
WHY_WORSE = say(
    "The group's images may be harder, poorer, or labelled less well; the figures by class and the findings about the "
    "quality of its pictures help to tell."
)
NOT_ASKED = Rung(state="untested", why=say("Asked of the column itself, under the column's own finding."))
EXAMPLES = 20


@detector(question=QUESTION, silence="nothing to test: no column of groups that can be compared")
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
    breakdown, gap = worst.breakdown, worst.gap
    against, by = worst.column.against(one.group), Name("column", breakdown.column)
    where = say("{column}: “{group}”", column=by, group=Name("value", one.group))
    examples, counterexamples = _images_called(worst, one, images, predictions) if gap else ((), ())
    return Finding(
        id=f"subgroup-{slug(breakdown.column)}",
        detector="subgroups",
        cue=breakdown.column,
        kind="subgroup",
        title=say(
            "The model is right less often for {where}: {mine} against {rest} of {against}.",
            where=where,
            mine=_percent(one.value),
            rest=_percent(one.rest),
            against=against,
        )
        if gap
        else say(
            "No group by {column} for which the model is clearly worse: the worst is “{group}”.",
            column=by,
            group=Name("value", one.group),
        ),
        verdict="gap" if gap else "clear",
        label=None,
        rungs={
            "association": NOT_ASKED,
            "encoding": NOT_ASKED,
            "reliance": _follows(erased) if erased else NOT_ASKED,
            "disparity": _worse(worst, one, where, against),
        },
        examples=examples,
        counterexamples=counterexamples,
        recommendation=_advice(where, one, against) if gap else say("Nothing to do."),
        question=QUESTION,
        explanation=paragraph(WHY_WORSE if gap else NOTHING, breakdown.limits),
    )


def _images_called(
    worst: WorstGroup, one: Difference, images: ImageTable, predictions: Predictions
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ids of the group's images that are called wrongly, and of others that are called rightly, the surest first."""
    inside, _ = worst.column.sides(one.group)
    wrong = predictions.log_odds.argmax(axis=1) != images.codes
    surest = np.argsort(-predictions.log_odds.max(axis=1), kind="stable")
    missed = surest[(inside & wrong & predictions.judged)[surest]]
    others = surest[(~inside & ~wrong)[surest]]
    return tuple(map(str, images.ids[missed[:EXAMPLES]])), tuple(map(str, images.ids[others[:EXAMPLES]]))


def _worse(worst: WorstGroup, one: Difference, where: Sentence, against: Sentence) -> Rung:
    loss = one.difference
    reach = float(norm.isf(0.025 / max(1, worst.tests)) + norm.ppf(0.8)) / float(norm.isf(0.025))
    return Rung(
        state="yes" if worst.gap else "no",
        estimate=Estimate(
            measure=say("accuracy within each class: {against} less {where}", against=against, where=where),
            value=-loss.value,
            low=-loss.high,
            high=-loss.low,
            null=0.0,
            limit=1.0,
            n=loss.n,
        ),
        p_value=one.p_value,
        q_value=worst.q_value,
        method=say("accuracy within each class, each group against the others whose value is known"),
        why=say(
            "Right on {mine} of {n} images of {where}, and on {rest} of {others} of {against}, each class counting the "
            "same.",
            mine=_percent(one.value),
            n=one.value.n,
            where=where,
            rest=_percent(one.rest),
            others=one.rest.n,
            against=against,
        ),
        smallest_detectable=max(FLOORS["disparity"], reach * (loss.value - loss.low)),
    )


def _percent(share: Figure) -> Sentence:
    return say("{value:.0%} ({low:.0%} to {high:.0%})", value=share.value, low=share.low, high=share.high)


def _follows(erased: Erased) -> Rung:
    """Whether the gap followed what the features say of the group."""
    before, after = erased.gap
    apart = difference(before, after)
    follows = after.value < before.value / 2 and before.value > 0
    return Rung(
        state="yes" if follows else "no",
        estimate=Estimate(
            measure=say(
                "accuracy within each class lost by the group: before less after what tells it apart was erased"
            ),
            value=apart.value,
            low=apart.low,
            high=apart.high,
            null=0.0,
            limit=1.0,
            n=erased.n,
        ),
        method=say("linear erasure"),
        why=say(
            "With what tells the group apart taken out of the features (AUC {told:.2f} before, {still:.2f} after), the "
            "loss goes from {before:.0%} to {after:.0%}: the gap {followed} what the model can see of the group.",
            told=erased.encoding[0],
            still=erased.encoding[1],
            before=before.value,
            after=after.value,
            followed=say("followed") if follows else say("did not follow"),
        ),
    )


def _advice(where: Sentence, one: Difference, against: Sentence) -> Sentence:
    """What to do, with the number of images that would halve the wider of the two figures' intervals."""
    fewer, n = (where, one.value.n) if one.value.n <= one.rest.n else (against, one.rest.n)
    return say(
        "Look at the errors on {where}, and have their labels checked. If the labels hold, collect {n} more images of "
        "{fewer}, which halves the interval, train with them, and audit again; until then give the figures by group.",
        where=where,
        n=3 * n,
        fewer=fewer,
    )


def _untested(name: str, breakdown: Breakdown) -> Finding:
    few = say("Fewer than ten patients or images of every class in every group, or in all others.")
    return Finding(
        id=f"subgroup-{name}",
        detector="subgroups",
        cue=breakdown.column,
        kind="subgroup",
        title=say(
            "Whether the model is worse for a group by {column} cannot be said: the groups are too small.",
            column=Name("column", breakdown.column),
        ),
        verdict="untested",
        label=None,
        rungs={
            "association": NOT_ASKED,
            "encoding": NOT_ASKED,
            "reliance": NOT_ASKED,
            "disparity": Rung(state="untested", why=few),
        },
        recommendation=say("Collect at least ten patients of each class in each group."),
        question=QUESTION,
    )
