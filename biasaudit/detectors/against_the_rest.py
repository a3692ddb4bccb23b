"""One class against the rest by the numbers of a cue: its AUC, with interval, p-value and what would have shown."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from biasaudit.detectors.rung import RungResult
from biasaudit.evidence import rare_marks
from biasaudit.evidence.cue_values import CueValues
from biasaudit.evidence.strata import Strata
from biasaudit.images.table import ImageTable
from biasaudit.results import NOTHING, Estimate, Name, Sentence, say
from biasaudit.stats import (
    auc,
    detectable_auc,
    interval,
    members,
    smallest_p,
    stratified_auc,
    stratified_auc_under,
)
from biasaudit.thresholds import Q

BOTH = say("both classes")
TOO_FEW_GROUPS = say("Too few groups to resample.")


def untested(cue: CueValues, label: str | None, why: Sentence) -> RungResult:
    """Why a cue's tie to the label was not tested; label: the class that was asked about, if one was."""
    return RungResult(cue=cue.key, label=label, rung="association", why=why)


def too_few(positive: np.ndarray, groups: np.ndarray, held: np.ndarray, strata: Strata, tests: int) -> Sentence:
    """Why even a perfect tie could not be told from chance; nothing where it could."""
    if tests * smallest_p(positive, groups, held) < Q:
        return NOTHING
    return strata.given(
        say(
            "with {one} {what} on one side and {other} on the other even a perfect tie could be chance.",
            one=len(np.unique(groups[positive])),
            what=say("images") if len(np.unique(groups)) == len(groups) else say("groups"),
            other=len(np.unique(groups[~positive])),
        )
    )


def against_the_rest(
    cue: CueValues,
    code: int,
    p_of: Callable[[float], float],
    images: ImageTable,
    strata: Strata,
    tests: int,
    rng: np.random.Generator,
    level: str | None = None,
) -> RungResult:
    """One class against the rest, turned so that the AUC is at least 0.5; of two classes the one with more of it.

    p_of: the p-value of such an AUC. level: the value that the cue is a mark of, where it is one.
    """
    assert cue.values is not None
    two, known = len(images.classes) == 2, np.isfinite(cue.values)
    label, positive, sign = images.classes[code], images.codes == code, 1
    rows = strata.speaking(known, positive, cue.values)
    if not rows.any():
        what = BOTH if two else say("{label} and others", label=Name("label", label))
        return untested(cue, label, strata.silence(known, positive, what))
    crude = auc(cue.values[known], positive[known])
    values, positive, groups, held = cue.values[rows], positive[rows], images.group_codes[rows], strata.codes[rows]
    value = float(stratified_auc(values, positive, held, np.ones((1, len(values))))[0])
    if not value >= 0.5 and two:
        label, positive, value, crude = images.classes[1 - code], ~positive, 1 - value, 1 - crude
    elif value < 0.5:
        sign, value, crude = -1, 1 - value, 1 - crude
    if why := too_few(positive, groups, held, strata, tests):
        return untested(cue, label, why)
    low, high = interval(stratified_auc_under(sign * values, positive, held), groups, rng)
    if not np.isfinite(low):
        return untested(cue, label, TOO_FEW_GROUPS)
    # Groups, not images, are what a power calculation may count.
    sides = [[len(np.unique(groups[part[side[part]]])) for part in members(held)] for side in (positive, ~positive)]
    measure, told = _in_words(cue, level, Name("label", label), sign, value, strata.beside(crude), strata.aside)
    return RungResult(
        cue=cue.key,
        label=label,
        rung="association",
        method=say("permutation"),
        p_value=p_of(value),
        estimate=Estimate(
            measure=measure,
            value=value,
            low=min(low, value),
            high=max(high, value),
            null=0.5,
            limit=1.0,
            n=len(values),
        ),
        why=strata.given(told),
        smallest_detectable=detectable_auc(np.array(sides[0]), np.array(sides[1]), tests),
        floor=rare_marks.FLOOR if _a_rare_sure_mark(cue, values, positive, groups, strata) else None,
    )


def _in_words(
    cue: CueValues, level: str | None, label: Name, sign: int, value: float, crude: Sentence, given: Sentence
) -> tuple[Sentence, Sentence]:
    """What is measured, and what was seen; crude, given: what is said of the columns that are held fixed."""
    side = say("more") if sign > 0 else say("less")
    named: Name | Sentence = cue.name
    if level is not None:
        named = say("“{value:40}” by {cue}", value=Name("value", level), cue=cue.name)
    measure = say(
        "AUC of {side} {cue}, {label} against the rest{given}", side=side, cue=named, label=label, given=given
    )
    told = say(
        "{side} of it tells {label} from the rest with AUC {value:.2f}{crude}.",
        side=side, label=label, value=value, crude=crude,
    )  # fmt: skip
    return measure, told if level is None else say("{cue}: {told}", cue=named, told=told)


def _a_rare_sure_mark(
    cue: CueValues, values: np.ndarray, positive: np.ndarray, groups: np.ndarray, strata: Strata
) -> bool:
    """Within strata this is not asked: few of them hold enough of a rare mark."""
    if cue.threshold is None or strata.names:
        return False
    return rare_marks.tells_surely(values >= cue.threshold, positive, groups)
