"""Who is missing from the data: groups of people that are few, or fewer than in the population."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.stats import norm

from biasaudit.detectors.detector import detector
from biasaudit.evidence.cue_values import MISSING
from biasaudit.evidence.subgroups.columns import slug
from biasaudit.evidence.subgroups.composition import LEAST
from biasaudit.results import Breakdown, Estimate, Finding, Rung, Subgroup
from biasaudit.stats import q_values
from biasaudit.thresholds import Q

FEW = 0.05
"""Share of the images below which a group of people is called few, where no reference population is given."""
FOUR_FIFTHS = 0.8
"""Share of its part in the population that even the favourable end of the interval must stay below."""
QUESTION = "Is a group of people missing, or nearly, from the images?"
RARE = "Rare in the data need not mean rarer than in the population: --reference compares the two."
UNTESTED = Rung(state="untested", why="Counted in the table: no question of the label or of a model.")


@detector(question=QUESTION)
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
    nobody = [name.removesuffix(": no image") for name in each.absent if name.endswith(": no image")]
    told = [
        f"“{group.name}” is {_share(group)} of the images and {group.reference:.0%} of the population"
        for group in sorted(lacking, key=lambda group: group.share.value / (group.reference or 1))[:3]
    ]
    told += [f"“{name}” is in the population and in no image" for name in nobody[:3]]
    return _finding(each, told, f"Every group by {each.column} has four fifths of its part in the population, or may.")


def _by_itself(each: Breakdown) -> Finding:
    few = [group for group in each.groups if group.share.value < FEW and group.name != MISSING]
    told = [f"“{group.name}” is {_share(group)} of the images ({group.images})" for group in few[:3]]
    total = sum(group.images for group in each.groups)
    for group in each.groups:
        for label, count in group.classes.items():
            of_class = sum(other.classes[label] for other in each.groups)
            if not count and group.images * of_class / total >= LEAST and group.name != MISSING:
                told.append(f"“{group.name}” has no image of {label}")
    return _finding(each, told, f"Every group by {each.column} is a twentieth of the images or more.")


def _share(group: Subgroup) -> str:
    share = group.share
    return f"{share.value:.1%} ({share.low:.1%} to {share.high:.1%})"


def _finding(each: Breakdown, told: list[str], nothing: str) -> Finding:
    smallest = min(each.groups, key=lambda group: group.share.value)
    share = smallest.share
    estimate = Estimate(
        measure=f"share of the smallest group, “{smallest.name}”",
        value=share.value,
        low=share.low,
        high=share.high,
        null=smallest.reference if smallest.reference else 1 / len(each.groups),
        limit=0.0,
        n=share.n,
    )
    compared = any(group.reference is not None for group in each.groups)
    counted = ", ".join(f"“{group.name}” {group.images}" for group in each.groups[:8])
    return Finding(
        id=f"representation-{slug(each.column)}",
        detector="representation",
        cue=each.column,
        kind="representation",
        title=f"Hardly anybody of a group by {each.column}: {'; '.join(told)}." if told else nothing,
        verdict="gap" if told else "clear",
        label=None,
        rungs={
            "association": Rung(state="untested", estimate=estimate, why=f"Counted: {counted} images."),
            "encoding": UNTESTED,
            "reliance": UNTESTED,
            "disparity": UNTESTED,
        },
        recommendation="Collect more images of them, or say in the model card that it is not meant for them; until "
        "then give its figures for them apart, with their intervals."
        if told
        else "Nothing to do.",
        question=QUESTION,
        explanation=f"{RARE if told and not compared else ''} {each.limits}".strip(),
    )
