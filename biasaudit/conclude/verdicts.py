"""From what was measured to a word: q-values, the states of the four rungs, and the verdict that they make."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from itertools import product

import numpy as np

from biasaudit.detectors.reliance import cannot_say
from biasaudit.detectors.rung import RungResult
from biasaudit.results import CALLED, RUNGS, AuditVerdict, Conclusion, Finding, Kind, Rung, RungName, State, Verdict
from biasaudit.settings import Role
from biasaudit.stats import q_values
from biasaudit.thresholds import FLOORS, Q

GAP = 0.05
"""Accuracy that even the favourable end of the interval must show to be missing, for a gap without a tie."""
ORDER: tuple[Verdict, ...] = ("shortcut", "review", "unidentifiable", "suspect", "gap", "untested", "clear")
"""From the most serious on."""


def corrected(results: Iterable[RungResult], nuisances: Container[str] = ()) -> list[tuple[RungResult, float | None]]:
    """Each result with its q-value; the family is every test of the same rung in this audit.

    Nuisance columns, by key, are a family of their own: a tie that was declared beforehand is a sure rejection, which
    would loosen the screen of the others.
    """
    results = list(results)
    q_of: dict[int, float] = {}
    for rung, declared in product(RUNGS, (False, True)):
        family = [
            (place, r.p_value)
            for place, r in enumerate(results)
            if r.rung == rung and r.p_value is not None and (r.cue in nuisances) == declared
        ]
        for (place, _), q in zip(family, q_values(np.array([p for _, p in family])), strict=True):
            q_of[place] = float(q)
    return [(result, q_of.get(place)) for place, result in enumerate(results)]


def state_of(result: RungResult, q: float | None) -> State:
    """Yes: significant, above the floor, its interval off null, and beyond the placebo's where there is one.

    Use is untested, and not "no", where it cannot be said: see `cannot_say`.
    """
    estimate = result.estimate
    if estimate is None or q is None:
        return "untested"
    baseline = max(estimate.null, result.placebo.value) if result.placebo else estimate.null
    share = (estimate.value - baseline) / (estimate.limit - estimate.null)
    # Under a floor of its own less will do, and the test beside it compares insertion and placebo image by image.
    beyond = result.placebo is None or result.floor is not None or estimate.low > result.placebo.high
    if q < Q and share >= _floor(result) and estimate.low > estimate.null and beyond:
        return "yes"
    unclear = result.placebo is not None and result.floor is None and cannot_say(estimate, result.placebo)
    return "untested" if unclear else "no"


def _floor(result: RungResult) -> float:
    return FLOORS[result.rung] if result.floor is None else result.floor


def _smallest(result: RungResult) -> float | None:
    """The smallest effect that would have been reported: what the data could show, or the floor where that is more."""
    if result.smallest_detectable is None or result.estimate is None:
        return None
    floor = result.estimate.null + _floor(result) * (result.estimate.limit - result.estimate.null)
    return max(result.smallest_detectable, floor)


def rung_of(result: RungResult, q: float | None) -> Rung:
    """A rung as the report tells it: its state, and the figures behind it."""
    return Rung(
        state=state_of(result, q),
        estimate=result.estimate,
        p_value=result.p_value,
        q_value=q,
        why=result.why,
        placebo=result.placebo,
        method=result.method,
        smallest_detectable=_smallest(result),
    )


def verdict_of_pattern(
    rungs: Mapping[RungName, Rung], put_there: bool, surely: bool, off_subject: bool | None
) -> Verdict:
    """What the rungs say of a pattern that nobody has named.

    Tied and used, it is what the model looks at, as the subject would be. Only where it recurs as what was put there
    does, is it for a person to settle; and settled where the user declared the subject and it lies elsewhere. Where
    use was not shown, it is suspect as a named mark would be, if it was surely put there, or lies off the subject.
    """
    tied, use = rungs["association"].state, rungs["reliance"]
    if tied == "untested" or (tied == "yes" and use.estimate is None):
        return "untested"
    if tied != "yes" or not put_there:
        return "clear"
    if use.state != "yes":
        return "suspect" if surely or off_subject else "clear"
    return "shortcut" if off_subject else "review"


def verdict_of(rungs: Mapping[RungName, Rung], kind: Kind, separable: bool, role: Role = "") -> Verdict:
    """What the four rungs say together.

    An intervention can show use by itself; an observed dependence has to come with a disparity. Where no image in
    the data has cue and label apart, an artefact that is shown to be used is a shortcut all the same, since it is
    never the subject; a property may be what the label names, and only new data can answer. A mediator's tie is what
    the label names: all that can be wrong with it is that the model fails on one side of it.
    """
    states = {name: rung.state for name, rung in rungs.items()}
    disparity = rungs["disparity"]
    gap = disparity.state == "yes" and disparity.estimate is not None and disparity.estimate.strength >= GAP
    if role == "mediator":
        return "gap" if gap else "untested"
    if states["association"] == "untested":
        return "unidentifiable" if separable else "untested"
    if states["association"] == "no":
        tried = states["reliance"] == "yes" and rungs["reliance"].method == "intervention"
        return "suspect" if tried else "gap" if gap else "clear"
    if separable and kind != "artefact":
        return "unidentifiable"
    intervened = rungs["reliance"].method == "intervention"
    if states["reliance"] == "yes" and (intervened or states["disparity"] == "yes"):
        return "shortcut"
    return "unidentifiable" if separable else "suspect"


def audit_verdict(findings: Iterable[Finding], conclusions: Iterable[Conclusion], learnt: bool | None) -> AuditVerdict:
    """That of the most serious conclusion; a fact and what cannot be identified count as suspect, questions as nothing.

    Inconclusive where the model did not learn, and where nothing was found because no cue could be compared at all.
    """
    if learnt is False:
        return "inconclusive"
    compared = any(each.kind != "view" and each.rungs["association"].estimate is not None for each in findings)
    levels = {each.level for each in conclusions}
    found = (verdict for level, verdict in CALLED.items() if level in levels)
    return next(found, "none_detected" if compared else "inconclusive")
