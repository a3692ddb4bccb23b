"""Are one group's pictures poorer than the others'?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.stats import norm

from biasaudit.detectors.detector import detector
from biasaudit.evidence.named.cue_values import CueValues
from biasaudit.evidence.subgroups.columns import GroupColumn, slug
from biasaudit.evidence.subgroups.composition import LEAST
from biasaudit.evidence.subgroups.differences import p_of
from biasaudit.evidence.subgroups.quality import QualityGap, quality_gaps
from biasaudit.images.table import ImageTable
from biasaudit.results import Estimate, Finding, Name, Rung, Sentence, joined, say
from biasaudit.stats import q_values
from biasaudit.stats.intervals import Interval
from biasaudit.thresholds import Q

FLOOR, LEAST_AREA = 0.15, 0.1
"""How far from 0.5 the AUC must lie, and how far even the nearer end of its interval."""
QUESTION = say("Are the pictures of one group of people darker, blurrier or smaller than the others?")
NOT_ASKED = Rung(state="untested", why=say("Measured in the pictures: no question of a model."))


@detector(question=QUESTION, silence="nothing to test: no column about people that can be compared")
def image_quality(
    images: ImageTable, group_columns: tuple[GroupColumn, ...], known_cues: tuple[CueValues, ...]
) -> Iterator[Finding]:
    """Why it matters: a group whose pictures are darker is a group for whom the model will be wrong, in the clinic if
    not in the test.

    How it is measured: brightness, contrast, sharpness, noise, exposure, size and compression of each group's
    pictures against all others', as an AUC within classes (van Elteren 1960) with Newcombe's interval (2006).
    Benjamini-Hochberg over all of them.

    What it cannot show: whether dark pictures, or dark subjects in them; whether it matters to the model, which the
    breakdown by group says.

    References: Buolamwini & Gebru 2018; Newcombe 2006.
    """
    people = [column for column in group_columns if column.about_people]
    gaps = {column.name: list(quality_gaps(column, known_cues, images, LEAST)) for column in people}
    every = [gap for found in gaps.values() for gap in found]
    family = q_values(np.array([p_of(_centred(gap)) for gap in every])).tolist()
    q_of = dict(zip(map(id, every), family, strict=True))
    for column in people:
        if gaps[column.name]:
            yield _finding(column, gaps[column.name], q_of, len(every), images)


def _centred(gap: QualityGap) -> Interval:
    return Interval(gap.area.value - 0.5, gap.area.low - 0.5, gap.area.high - 0.5)


def _told(gap: QualityGap) -> Sentence:
    return say(
        "those of “{group}” are {words} (median {median:.3g}, of the others {others:.3g})",
        group=Name("value", gap.group),
        words=gap.words,
        median=gap.medians[0],
        others=gap.medians[1],
    )


def _title(by: Name, telling: list[QualityGap]) -> Sentence:
    if telling:
        told = joined([_told(gap) for gap in telling[:3]], between=say("; "))
        return say("The pictures differ by {column}: {told}.", column=by, told=told)
    return say("The pictures are much alike in quality in all groups by {column}.", column=by)


def _finding(
    column: GroupColumn, found: list[QualityGap], q_of: dict[int, float], tests: int, images: ImageTable
) -> Finding:
    first = max(found, key=lambda gap: gap.area.clear_of(0.5))
    telling = [
        gap
        for gap in sorted(found, key=lambda gap: -gap.area.clear_of(0.5))
        if q_of[id(gap)] < Q and abs(gap.area.value - 0.5) >= FLOOR and gap.area.clear_of(0.5) >= LEAST_AREA
    ]
    by = Name("column", column.name)
    reach = float(norm.isf(0.025 / tests) + norm.ppf(0.8)) / float(norm.isf(0.025))
    inside = np.flatnonzero(column.codes == column.levels.index(first.group))
    return Finding(
        id=f"representation-{slug(column.name)}-image-quality",
        detector="image_quality",
        cue=column.name,
        kind="representation",
        title=_title(by, telling),
        verdict="gap" if telling else "clear",
        label=None,
        rungs={
            "association": Rung(
                state="untested",
                estimate=Estimate(
                    measure=say(
                        "AUC of {cue}: {column}: “{group}” against the others",
                        cue=Name("cue", first.cue.replace("_", " ")),
                        column=by,
                        group=Name("value", first.group),
                    ),
                    value=first.area.value,
                    low=first.area.low,
                    high=first.area.high,
                    null=0.5,
                    limit=1.0 if first.area.value > 0.5 else 0.0,
                    n=first.n,
                ),
                p_value=p_of(_centred(first)),
                q_value=q_of[id(first)],
                why=say("Tied to the group, within classes; whether it is tied to the label is asked of the property."),
                smallest_detectable=max(FLOOR, reach * (first.area.high - first.area.low) / 2) + 0.5,
            ),
            "encoding": NOT_ASKED,
            "reliance": NOT_ASKED,
            "disparity": NOT_ASKED,
        },
        examples=tuple(map(str, images.ids[inside[:20]])) if telling else (),
        recommendation=say(
            "Take pictures of all groups with the same camera, light and distance, or make them alike before training; "
            "then audit again."
        )
        if telling
        else say("Nothing to do."),
        question=QUESTION,
        explanation=column.limits,
    )
