"""Which findings tell of one thing: a ruler, its column in the metadata, and the sharpness that it brings along."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from biasaudit.evidence.side_effects import SideEffect
from biasaudit.evidence.ties import Tie, alike
from biasaudit.results import Finding, column_of
from biasaudit.stats import members, stratified_auc

ACCOUNTED_FOR = 0.5
"""Share of a cue's difference that another must account for, to be one story with it."""
FEWEST = 5
"""Images of the class, and of the others, on either side of a cue, before anything is said about what it leaves."""
ABOUT_A_COLUMN = ("metadata", "representation", "subgroup")
"""Kinds of findings that ask different things of one column."""


def tell_stories(
    findings: Sequence[Finding], ties: Mapping[str, Tie], side_effects: Mapping[str, SideEffect]
) -> list[Finding]:
    """The findings, in their order, each with those that tell the same story; the first of a story leads it.

    Args:
        findings: most serious first.
        ties: by id of the finding, of those that are about a cue.
        side_effects: by key of the cue.
    """
    same: dict[str, list[str]] = defaultdict(list)
    for one, other in combinations([each for each in findings if each.verdict not in ("clear", "untested")], 2):
        if _one_column(one, other) or (
            one.id in ties and other.id in ties and _one_story(ties[one.id], ties[other.id], side_effects)
        ):
            same[one.id].append(other.id)
            same[other.id].append(one.id)
    told: list[Finding] = []
    led: set[str] = set()
    by_key = {ties[each.id].cue.key: each.id for each in findings if each.id in ties}
    for finding in findings:
        story = same.get(finding.id, [])
        effect = side_effects.get(ties[finding.id].cue.key) if finding.id in ties else None
        cause = by_key.get(effect.of) if effect is not None and effect.share >= ACCOUNTED_FOR else None
        update = {"story": tuple(story), "follows": cause if cause in story else None, "leads": finding.id not in led}
        told.append(finding.model_copy(update=update))
        if finding.id not in led:
            led.update(story)
    return told


def _one_column(one: Finding, other: Finding) -> bool:
    """Whether both ask of one column, or of parts of it: a date, its year."""
    columns = {column_of(each.cue) for each in (one, other) if each.kind in ABOUT_A_COLUMN}
    return len(columns) == 1 and one.kind in ABOUT_A_COLUMN and other.kind in ABOUT_A_COLUMN


def _one_story(one: Tie, other: Tie, side_effects: Mapping[str, SideEffect]) -> bool:
    """Whether two cues go together image by image, or one accounts for the other's tie."""
    for first, second in ((one, other), (other, one)):
        effect = side_effects.get(first.cue.key)
        if effect is not None and effect.of == second.cue.key and effect.share >= ACCOUNTED_FOR:
            return True
    return alike(one, other) or screens_off(one, other)


def screens_off(one: Tie, other: Tie) -> bool:
    """Whether little of the weaker tie `other` is left among images on the same side of `one` (Reichenbach 1956).

    Two cues that are tied to a class each by itself leave one another's ties as they are.
    """
    known = one.known & other.known & one.strata.counted & other.strata.counted
    positive, signal = other.positive[known], other.signal[known]
    sides = np.unique(np.stack([other.strata.codes[known], one.present[known]]), axis=1, return_inverse=True)[1].ravel()
    if other.strength > one.strength or len(np.unique(one.present[known])) < 2:
        return False
    if any(min(positive[side].sum(), (~positive[side]).sum()) < FEWEST for side in members(sides)):
        return False
    once = np.ones((1, len(signal)))
    before = float(stratified_auc(signal, positive, other.strata.codes[known], once)[0]) - 0.5
    left = float(stratified_auc(signal, positive, sides, once)[0]) - 0.5
    return before > 0 and left <= (1 - ACCOUNTED_FOR) * before
