"""Whether one group's pictures are darker, blurrier or smaller than the others': a gap of tomorrow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from biasaudit.evidence.named.cue_values import CueValues
from biasaudit.evidence.subgroups.columns import GroupColumn
from biasaudit.images.table import ImageTable
from biasaudit.results import Sentence, say
from biasaudit.stats import stratified_auc
from biasaudit.stats.intervals import Interval, area_under_curve, effective_n

QUALITY = {
    "brightness": (say("darker"), say("brighter")),
    "contrast": (say("duller"), say("richer in contrast")),
    "sharpness": (say("blurrier"), say("sharper")),
    "noise": (say("less noisy"), say("noisier")),
    "clipped_exposure": (say("less often over- or underexposed"), say("more often over- or underexposed")),
    "image_size": (say("smaller"), say("larger")),
    "jpeg_quality": (say("more compressed"), say("less compressed")),
}
"""Cue -> what its low and its high values mean for a picture."""


@dataclass(frozen=True)
class QualityGap:
    """One measure of one group's pictures against those of the others."""

    group: str
    cue: str
    words: Sentence
    area: Interval
    """AUC, within classes, of the measure for membership in the group."""
    medians: tuple[float, float]
    """Of the group, and of the others."""
    n: int


def quality_gaps(
    column: GroupColumn, cues: Iterable[CueValues], images: ImageTable, least: int
) -> Iterator[QualityGap]:
    """Every measure of quality for every group with at least that many patients, and as many besides."""
    patients = images.group_codes
    told = [cue for cue in cues if cue.id in QUALITY and cue.values is not None and not cue.untestable]
    for name in column.levels:
        inside, outside = column.sides(name)
        if min(len(np.unique(patients[side])) for side in (inside, outside)) < least:
            continue
        for cue in told:
            assert cue.values is not None
            known = np.isfinite(cue.values) & (inside | outside)
            if (known & inside).sum() >= least and (known & outside).sum() >= least:
                yield _gap(name, cue.id, cue.values[known], inside[known], images.codes[known], patients[known])


def _gap(
    name: str, cue: str, values: np.ndarray, inside: np.ndarray, codes: np.ndarray, groups: np.ndarray
) -> QualityGap:
    weights = np.ones((1, len(values)), dtype=np.int32)
    area = float(stratified_auc(values, inside, codes, weights)[0])
    area = area if np.isfinite(area) else 0.5
    sides = [effective_n(values[side], groups[side]) for side in (inside, ~inside)]
    return QualityGap(
        group=name,
        cue=cue,
        words=QUALITY[cue][int(area > 0.5)],
        area=area_under_curve(area, *sides),
        medians=(float(np.median(values[inside])), float(np.median(values[~inside]))),
        n=len(values),
    )
