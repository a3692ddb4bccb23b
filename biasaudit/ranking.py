"""Decides on cues: q-values, states of rungs, verdicts, stories and order. Leaks and lost files bring their own."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import zip_longest

import numpy as np

from biasaudit import wording
from biasaudit.detectors.rung import RungResult
from biasaudit.evidence.cue_values import CueValues
from biasaudit.evidence.predictions import Predictions
from biasaudit.evidence.ties import Tie, alike
from biasaudit.images.table import ImageTable
from biasaudit.results import RUNGS, AuditVerdict, Finding, Kind, Rung, RungName, State, Verdict
from biasaudit.stats import q_values
from biasaudit.thresholds import FLOORS, Q

GAP = 0.05
"""Accuracy that even the favourable end of the interval must show to be missing, for a gap without a tie."""
ORDER: tuple[Verdict, ...] = ("shortcut", "review", "unidentifiable", "suspect", "gap", "untested", "clear")
SPECIFIC: dict[str, float] = {"artefact": 1.25, "metadata": 1.1}
"""How much a cue that a person can name counts for more than the properties that it changes (sharpness, bytes)."""
EXAMPLES = 20


# --- states -----------------------------------------------------------------------------------------------


def _corrected(results: Iterable[RungResult]) -> list[tuple[RungResult, float | None]]:
    """Each result with its q-value; the family is every test of the same rung in this audit."""
    results = list(results)
    q_of: dict[int, float] = {}
    for rung in RUNGS:
        family = [(place, r.p_value) for place, r in enumerate(results) if r.rung == rung and r.p_value is not None]
        for (place, _), q in zip(family, q_values(np.array([p for _, p in family])), strict=True):
            q_of[place] = float(q)
    return [(result, q_of.get(place)) for place, result in enumerate(results)]


def _state(result: RungResult, q: float | None) -> State:
    """Yes: significant, above the floor, its interval off null, and beyond the placebo's where there is one."""
    estimate = result.estimate
    if estimate is None or q is None:
        return "untested"
    baseline = max(estimate.null, result.placebo.value) if result.placebo else estimate.null
    share = (estimate.value - baseline) / (estimate.limit - estimate.null)
    beyond = result.placebo is None or estimate.low > result.placebo.high
    return "yes" if q < Q and share >= FLOORS[result.rung] and estimate.low > estimate.null and beyond else "no"


def _smallest(result: RungResult) -> float | None:
    """The smallest effect that would have been reported: what the data could show, or the floor where that is more."""
    if result.smallest_detectable is None or result.estimate is None:
        return None
    floor = result.estimate.null + FLOORS[result.rung] * (result.estimate.limit - result.estimate.null)
    return max(result.smallest_detectable, floor)


def _rung(result: RungResult, q: float | None) -> Rung:
    return Rung(
        state=_state(result, q),
        estimate=result.estimate,
        p_value=result.p_value,
        q_value=q,
        why=result.why,
        placebo=result.placebo,
        method=result.method,
        smallest_detectable=_smallest(result),
    )


# --- verdicts ---------------------------------------------------------------------------------------------


def verdict_of(rungs: Mapping[RungName, Rung], kind: Kind, separable: bool) -> Verdict:
    """What the four rungs say together.

    An intervention can show use by itself; an observed dependence has to come with a disparity. Where no image in
    the data has cue and label apart, an artefact that is shown to be used is a shortcut all the same, since it is
    never the subject; a property may be what the label names, and only new data can answer.
    """
    states = {name: rung.state for name, rung in rungs.items()}
    if states["association"] == "untested":
        return "unidentifiable" if separable else "untested"
    if states["association"] == "no":
        disparity = rungs["disparity"]
        wide = disparity.estimate is not None and disparity.estimate.strength >= GAP
        return "gap" if disparity.state == "yes" and wide else "clear"
    if separable and kind != "artefact":
        return "unidentifiable"
    intervened = rungs["reliance"].method == "intervention"
    if states["reliance"] == "yes" and (intervened or states["disparity"] == "yes"):
        return "shortcut"
    return "unidentifiable" if separable else "suspect"


def audit_verdict(findings: Iterable[Finding], learnt: bool | None) -> AuditVerdict:
    """The most serious finding's; `unidentifiable` counts as suspect.

    Inconclusive where the model did not learn, and where nothing was found because no cue could be compared at all.
    """
    if learnt is False:
        return "inconclusive"
    findings = list(findings)
    seen = {"suspect" if finding.verdict == "unidentifiable" else finding.verdict for finding in findings}
    ranked: tuple[AuditVerdict, ...] = ("shortcut", "review", "suspect", "gap")
    compared = any(finding.rungs["association"].estimate is not None for finding in findings)
    return next((verdict for verdict in ranked if verdict in seen), "none_detected" if compared else "inconclusive")


# --- findings ---------------------------------------------------------------------------------------------


def finding_id(cue: CueValues) -> str:
    """Readable and safe in a link: "artefact-ruler"; a hash is added where the name had to be changed."""
    plain = re.sub(r"[^a-z0-9_]+", "-", cue.id.lower()).strip("-")[:60]
    suffix = "" if plain == cue.id else "-" + hashlib.sha256(cue.id.encode()).hexdigest()[:6]
    return f"{cue.kind}-{plain}{suffix}"


def _examples(tie: Tie, images: ImageTable, predictions: Predictions | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Images that show the cue with the label, most of it first; and those in conflict, most misled first.

    Where many have as much of the cue (a flag), those that the model is surest of come first. Of the conflicts, one
    that has the cue without the label and one that has the label without the cue take turns.
    """
    toward = np.zeros(images.n)
    if predictions is not None:
        toward = predictions.log_odds[:, images.classes.index(tie.label)]
    signal = np.nan_to_num(tie.signal)
    showing = np.flatnonzero(tie.known & tie.positive & tie.present)
    showing = showing[np.lexsort((-toward[showing], -signal[showing]))]
    without_label = np.flatnonzero(tie.conflict & ~tie.positive)
    without_cue = np.flatnonzero(tie.conflict & tie.positive)
    kinds = (
        without_label[np.lexsort((-signal[without_label], -toward[without_label]))],
        without_cue[np.lexsort((signal[without_cue], toward[without_cue]))],
    )
    conflicting = [row for pair in zip_longest(*kinds) for row in pair if row is not None]
    return tuple(map(str, images.ids[showing[:EXAMPLES]])), tuple(map(str, images.ids[conflicting[:EXAMPLES]]))


def _gathered(
    cue: CueValues, tie: Tie | None, results: list[tuple[RungResult, float | None]], untested: str
) -> dict[RungName, Rung]:
    """The four rungs of a cue, those of the class that it goes with most."""
    why = cue.untestable or untested or "Not run."
    rungs = {name: Rung(state="untested", why=why) for name in RUNGS}
    if cue.constant:
        rungs["association"] = Rung(state="no", why=f"It is {cue.untestable}, so it cannot give a label away.")
    for result, q in results:
        # Of two classes there is one test, whichever of them it names.
        only = sum(other.rung == result.rung for other, _ in results) == 1
        if tie is not None and (only or result.label in (None, tie.label)):
            rungs[result.rung] = _rung(result, q)
    return rungs


def _strength(finding: Finding) -> float:
    """How far the evidence is from null, 0 to 1: the tie's, and for a shortcut times that of the use."""
    association, reliance = finding.rungs["association"].estimate, finding.rungs["reliance"].estimate
    strength = association.strength if association else 0.0
    if finding.verdict == "shortcut" and reliance:
        strength *= reliance.strength
    return strength * SPECIFIC.get(finding.kind, 1.0)


def _order(finding: Finding) -> tuple[int, bool, float, str]:
    """Most serious first; what was shown by intervention before what was observed; then the strongest evidence."""
    intervened = finding.verdict == "shortcut" and finding.rungs["reliance"].method == "intervention"
    return ORDER.index(finding.verdict), not intervened, -round(_strength(finding), 6), finding.id


def _tell_stories(findings: list[Finding], ties: Mapping[str, Tie]) -> list[Finding]:
    """Findings about one thing point to one another, and the first of them leads."""
    told: list[Finding] = []
    same: dict[str, list[str]] = defaultdict(list)
    serious = [f for f in findings if f.verdict not in ("clear", "untested") and f.id in ties]
    for place, one in enumerate(serious):
        for other in serious[place + 1 :]:
            if alike(ties[one.id], ties[other.id]):
                same[one.id].append(other.id)
                same[other.id].append(one.id)
    led: set[str] = set()
    for finding in findings:
        story = same.get(finding.id, [])
        told.append(finding.model_copy(update={"story": tuple(story), "leads": finding.id not in led}))
        if finding.id not in led:
            led.update(story)
    return told


def rank(
    cue_values: Iterable[CueValues],
    ties: Iterable[Tie],
    results: Iterable[RungResult],
    others: Iterable[Finding],
    images: ImageTable,
    predictions: Predictions | None,
    untested: str,
) -> tuple[Finding, ...]:
    """All findings, most serious first and within one verdict the strongest evidence first."""
    tie_of = {tie.cue.key: tie for tie in ties}
    by_cue: dict[str, list[tuple[RungResult, float | None]]] = defaultdict(list)
    for result, q in _corrected(results):
        by_cue[result.cue].append((result, q))
    findings = list(others)
    tie_of_finding: dict[str, Tie] = {}
    for cue in cue_values:
        tie = tie_of.get(cue.key)
        rungs = _gathered(cue, tie, by_cue[cue.key], untested)
        verdict = verdict_of(rungs, cue.kind, tie.separable if tie else False)
        examples, counterexamples = _examples(tie, images, predictions) if tie else ((), ())
        finding = Finding(
            id=finding_id(cue),
            detector="rungs",
            cue=cue.id,
            kind=cue.kind,
            verdict=verdict,
            title=wording.title(verdict, cue, tie, rungs),
            label=tie.label if tie else None,
            rungs=rungs,
            examples=examples,
            counterexamples=counterexamples,
            question=cue.question,
            recommendation=wording.recommendation(verdict, cue, tie),
            explanation=wording.explanation(verdict, cue),
        )
        findings.append(finding)
        if tie is not None:
            tie_of_finding[finding.id] = tie
    findings.sort(key=_order)
    return tuple(_tell_stories(findings, tie_of_finding))
