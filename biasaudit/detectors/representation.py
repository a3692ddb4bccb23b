"""Who is missing from the data: groups of people that are few, or fewer than in the population."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
from scipy.stats import norm

from biasaudit.detectors.detector import detector
from biasaudit.evidence.named.cue_values import MISSING
from biasaudit.evidence.subgroups.columns import slug
from biasaudit.evidence.subgroups.composition import LEAST
from biasaudit.results import (
    NOTHING,
    Breakdown,
    Estimate,
    Finding,
    Name,
    Rung,
    Sentence,
    Subgroup,
    joined,
    paragraph,
    say,
)
from biasaudit.stats import q_values
from biasaudit.thresholds import Q

FEW = 0.05
"""Share of the images below which a group of people is called few, where no reference population is given."""
FOUR_FIFTHS = 0.8
"""Share of its part in the population that even the favourable end of the interval must stay below."""
QUESTION = say("Is a group of people missing, or nearly, from the images?")
RARE = say("Rare in the data need not mean rarer than in the population: --reference compares the two.")
UNTESTED = Rung(state="untested", why=say("Counted in the table: no question of the label or of a model."))


@detector(question=QUESTION, silence="nothing to count: no column about people")
def representation(composition: tuple[Breakdown, ...]) -> Iterator[Finding]:
    """Why it matters: a model cannot learn from, and nobody can test it on, those who are not there.

    How it is measured: the share of each group in each column about people, with Wilson's interval, counting patients.
    Against a reference population (--reference) a group is a gap where even the upper end of its interval lies below
    four fifths of its share there (Benjamini-Hochberg over all groups). Without one, where it is less than a
    twentieth of the images, or has no image of a class of which its share would lead one to expect ten.

    What it cannot show: groups that no column names; whether a rare group is as rare where the model will be used.

    References: Wilson 1927; Gebru et al. 2021 (Datasheets).
    """
    people = [each for each in composition if each.about_people and not each.crossed]
    tested = [(each, group) for each in people for group in each.groups if group.reference]
    family = q_values(np.array([_p_value(group) for _, group in tested])).tolist()
    q_of = {(each.column, group.name): q for (each, group), q in zip(tested, family, strict=True)}
    for each in people:
        if any(group.reference is not None for group in each.groups):
            yield _against_reference(each, q_of)
        else:
            yield _by_itself(each)


def _p_value(group: Subgroup) -> float:
    """Of a share this far from the reference, were the images drawn from that population; Wilson's test."""
    true, seen = group.reference or 0.0, group.share
    half = (seen.high - seen.low) / 2 / float(norm.isf(0.025))
    return float(2 * norm.sf(abs(seen.value - true) / half)) if half > 0 else 1.0


def _against_reference(each: Breakdown, q_of: dict[tuple[str, str], float]) -> Finding:
    known = [group for group in each.groups if group.reference]
    lacking = [
        group
        for group in known
        if q_of[each.column, group.name] < Q and group.share.high < FOUR_FIFTHS * (group.reference or 0)
    ]
    told = [
        say(
            "“{group}” is {share} of the images and {reference:.0%} of the population",
            group=_name(group),
            share=_share(group),
            reference=group.reference or 0.0,
        )
        for group in sorted(lacking, key=lambda group: group.share.value / (group.reference or 1))[:3]
    ]
    told += [
        say("“{group}” is in the population and in no image", group=Name("value", name)) for name in each.nobody[:3]
    ]
    by = Name("column", each.column)
    nothing = say("Every group by {column} has four fifths of its part in the population, or may.", column=by)
    return _finding(each, told, nothing)


def _by_itself(each: Breakdown) -> Finding:
    few = [group for group in each.groups if group.share.value < FEW and group.name != MISSING]
    told = [
        say("“{group}” is {share} of the images ({n})", group=_name(group), share=_share(group), n=group.images)
        for group in few[:3]
    ]
    total = sum(group.images for group in each.groups)
    of_class = sum((Counter(group.classes) for group in each.groups), Counter())
    for group in each.groups:
        for label, count in group.classes.items():
            if not count and group.images * of_class[label] / total >= LEAST and group.name != MISSING:
                told.append(say("“{group}” has no image of {label}", group=_name(group), label=Name("label", label)))
    by = Name("column", each.column)
    return _finding(each, told, say("Every group by {column} is a twentieth of the images or more.", column=by))


def _name(group: Subgroup) -> Name:
    return Name("value", group.name)


def _share(group: Subgroup) -> Sentence:
    share = group.share
    return say("{value:.1%} ({low:.1%} to {high:.1%})", value=share.value, low=share.low, high=share.high)


def _finding(each: Breakdown, told: list[Sentence], nothing: Sentence) -> Finding:
    smallest = min(each.groups, key=lambda group: group.share.value)
    share = smallest.share
    estimate = Estimate(
        measure=say("share of the smallest group, “{group}”", group=_name(smallest)),
        value=share.value,
        low=share.low,
        high=share.high,
        null=smallest.reference if smallest.reference else 1 / len(each.groups),
        limit=0.0,
        n=share.n,
    )
    compared = any(group.reference is not None for group in each.groups)
    counted = joined(say("“{group}” {n}", group=_name(group), n=group.images) for group in each.groups[:8])
    reasons = joined(told, between=say("; "))
    return Finding(
        id=f"representation-{slug(each.column)}",
        detector="representation",
        cue=each.column,
        kind="representation",
        title=say("Hardly anybody of a group by {column}: {told}.", column=Name("column", each.column), told=reasons)
        if told
        else nothing,
        verdict="gap" if told else "clear",
        label=None,
        rungs={
            "association": Rung(
                state="untested", estimate=estimate, why=say("Counted: {groups} images.", groups=counted)
            ),
            "encoding": UNTESTED,
            "reliance": UNTESTED,
            "disparity": UNTESTED,
        },
        recommendation=say(
            "Collect more images of them, or say in the model card that it is not meant for them; until then give its "
            "figures for them apart, with their intervals."
        )
        if told
        else say("Nothing to do."),
        question=QUESTION,
        explanation=paragraph(RARE if told and not compared else NOTHING, each.limits),
    )
