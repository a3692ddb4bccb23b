"""The findings on cues and patterns, the most serious first. Leaks, groups and lost files bring their own."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from itertools import zip_longest
from types import MappingProxyType

import numpy as np

from biasaudit.conclude import wording
from biasaudit.conclude.related import tell_stories
from biasaudit.conclude.verdicts import ORDER, corrected, rung_of, state_of, verdict_of, verdict_of_pattern
from biasaudit.detectors.discovery import LOOKED_AT
from biasaudit.detectors.rung import RungResult
from biasaudit.evidence.discovery import FixedPlace, Pattern
from biasaudit.evidence.discovery.beyond import goes_as_a_subject, something_else_tells
from biasaudit.evidence.named.cue_values import CueValues
from biasaudit.evidence.named.measured_cues import FAINT
from biasaudit.evidence.predictions import Predictions
from biasaudit.evidence.side_effects import SideEffect
from biasaudit.evidence.ties import Tie
from biasaudit.images.table import ImageTable
from biasaudit.results import RUNGS, Finding, Rung, RungName, Sentence, Verdict, say

SPECIFIC: dict[str, float] = {"artefact": 1.25, "file": 1.2, "metadata": 1.1}
"""How much a cue that causes others counts for more than the properties that it changes."""
FOLLOWS: dict[str, float] = {"bytes_per_pixel": 0.8, "quantisation_table": 1.1}
"""The same by cue: what follows from all else in a picture, and what says in a code what another says plainly."""
EXAMPLES = 20
Marked = Callable[[Finding, Tie], Finding]
OF_ANOTHER_CAUSE = say("Answers go with it, but it is not tied to a class: then that has another cause.")


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
    seen = _plainly(tie)
    showing = np.flatnonzero(tie.known & tie.positive & tie.present & seen)
    showing = showing[np.lexsort((-toward[showing], -signal[showing]))]
    without_label = np.flatnonzero(tie.conflict & ~tie.positive & seen)
    without_cue = np.flatnonzero(tie.conflict & tie.positive & seen)
    kinds = (
        without_label[np.lexsort((-signal[without_label], -toward[without_label]))],
        without_cue[np.lexsort((signal[without_cue], toward[without_cue]))],
    )
    conflicting = [row for pair in zip_longest(*kinds) for row in pair if row is not None]
    return tuple(map(str, images.ids[showing[:EXAMPLES]])), tuple(map(str, images.ids[conflicting[:EXAMPLES]]))


def _plainly(tie: Tie) -> np.ndarray:
    """bool (n,): a mark is there, or nothing comes near it: a faint one that was missed is no picture without it."""
    cue = tie.cue
    if cue.kind != "artefact" or cue.values is None or cue.threshold is None:
        return np.ones(len(tie.known), dtype=bool)
    return np.asarray((cue.values >= cue.threshold) | (cue.values <= FAINT * cue.threshold))


def _gathered(
    cue: CueValues, tie: Tie | None, results: list[tuple[RungResult, float | None]], untested: Sentence | None
) -> dict[RungName, Rung]:
    """The four rungs of a cue, those of the class that it goes with most."""
    why = cue.untestable or untested or say("Not run.")
    rungs = {name: Rung(state="untested", why=why) for name in RUNGS}
    if cue.constant:
        same = say("It is {constant}, so it cannot give a label away.", constant=cue.untestable)
        rungs["association"] = Rung(state="no", why=same)
    for result, q in sorted(results, key=_sureness):  # of two tests of one question the surer is told
        # Of two classes there is one test, whichever of them it names.
        only = sum(other.rung == result.rung for other, _ in results) == 1
        if tie is not None and (only or result.label in (None, tie.label)):
            rungs[result.rung] = rung_of(result, q)
    use = rungs["reliance"]
    if rungs["association"].state == "no" and use.state == "yes" and use.method == "observation":
        rungs["reliance"] = Rung(state="untested", why=OF_ANOTHER_CAUSE)
    return rungs


def _sureness(tested: tuple[RungResult, float | None]) -> tuple[bool, bool, float]:
    """What is tied comes last, the strongest of it at the end; of what is not, what speaks of no class by itself."""
    result, q = tested
    strength = result.estimate.strength if result.estimate else 0.0
    tied = state_of(result, q) == "yes"
    return tied, q is not None, strength if tied else float(result.label is None)


def _strength(finding: Finding) -> float:
    """How far the evidence is from null, 0 to 1: the tie's, and for a shortcut times that of the use."""
    association, reliance = finding.rungs["association"].estimate, finding.rungs["reliance"].estimate
    strength = association.strength if association else 0.0
    if finding.verdict == "shortcut" and reliance:
        strength *= reliance.strength
    return strength * FOLLOWS.get(finding.cue, SPECIFIC.get(finding.kind, 1.0))


def _order(finding: Finding, side_effect: SideEffect | None) -> tuple[int, bool, float, str]:
    """Most serious first; what was shown by intervention before what was observed; then the strongest evidence.

    What is a side effect of another cue counts half.
    """
    intervened = finding.verdict == "shortcut" and finding.rungs["reliance"].method == "intervention"
    strength = _strength(finding) * (1 - (side_effect.together if side_effect else 0.0) / 2)
    return ORDER.index(finding.verdict), not intervened, -round(strength, 6), finding.id


def rank(
    cue_values: Iterable[CueValues],
    ties: Iterable[Tie],
    results: Iterable[RungResult],
    others: Iterable[Finding],
    images: ImageTable,
    predictions: Predictions | None,
    untested: Sentence | None = None,
    side_effects: Mapping[str, SideEffect] = MappingProxyType({}),
    patterns: Iterable[tuple[Pattern | FixedPlace, bool | None]] = (),
    marked: Marked | None = None,
) -> tuple[Finding, ...]:
    """All findings, most serious first and within one verdict the strongest evidence first.

    Args:
        results: of the rungs' detectors. others: the findings that other detectors made whole.
        untested: why the questions about a model were not asked; None where they were.
        side_effects: by key of the cue.
        patterns: what was discovered, each with whether it lies off the subject (None: not known).
        marked: adds to the finding on a mark where it is and how many bear it.
    """
    pattern_of = {pattern.cue.key: (pattern, off) for pattern, off in patterns}
    cue_values = list(cue_values)
    tie_of = {tie.cue.key: tie for tie in ties}
    by_cue: dict[str, list[tuple[RungResult, float | None]]] = defaultdict(list)
    nuisances = {cue.key for cue in cue_values if cue.role == "nuisance"}
    for result, q in corrected(results, nuisances):
        by_cue[result.cue].append((result, q))
    findings = list(others)
    groups_tied = {each.cue for each in findings if each.kind == "representation" and each.verdict == "suspect"}
    tie_of_finding: dict[str, Tie] = {}
    for cue in cue_values:
        tie = tie_of.get(cue.key)
        rungs = _gathered(cue, tie, by_cue[cue.key], untested)
        if cue.key in pattern_of:
            finding = _of_pattern(cue, *pattern_of[cue.key], tie, rungs, images, predictions)
        else:
            finding = _of_cue(cue, tie, rungs, images, predictions, side_effects.get(cue.key), cue.id in groups_tied)
            if marked is not None and tie is not None:
                finding = marked(finding, tie)
        findings.append(finding)
        if tie is not None:
            tie_of_finding[finding.id] = tie
    effects = {finding: side_effects.get(tie.cue.key) for finding, tie in tie_of_finding.items()}
    findings.sort(key=lambda finding: _order(finding, effects.get(finding.id)))
    return tuple(tell_stories(findings, tie_of_finding, side_effects))


def _of_cue(
    cue: CueValues,
    tie: Tie | None,
    rungs: dict[RungName, Rung],
    images: ImageTable,
    predictions: Predictions | None,
    side_effect: SideEffect | None,
    group_tied: bool,
) -> Finding:
    """The finding on a named cue; group_tied: one of its groups is tied to a class by a finding of its own."""
    verdict = verdict_of(rungs, cue.kind, tie.separable if tie else False, cue.role)
    tied = rungs["association"].state == "yes"
    if verdict == "suspect" and tied and tie is not None and wording.hardly_any(tie):
        verdict = "clear"
    finding = _finding(cue, verdict, tie, rungs, images, predictions, wording.explanation(verdict, cue, side_effect))
    weak = verdict == "clear" and group_tied and cue.kind == "metadata"
    return finding.model_copy(update={"title": wording.weak_column(cue)}) if weak else finding


def _of_pattern(
    cue: CueValues,
    pattern: Pattern | FixedPlace,
    off: bool | None,
    tie: Tie | None,
    rungs: dict[RungName, Rung],
    images: ImageTable,
    predictions: Predictions | None,
) -> Finding:
    """The finding on something that was discovered; off: whether it lies off the declared subject."""
    # Where the user said where the subject is, nobody has to ask whether this is it.
    beside = bool(off) or (
        tie is not None
        and predictions is not None
        and something_else_tells(tie, images, predictions)
        and not goes_as_a_subject(tie, pattern)
    )
    verdict = verdict_of_pattern(rungs, beside and pattern.looks_put_there, beside and pattern.surely_put_there, off)
    told = wording.how_it_recurs(pattern, off, beside)
    finding = _finding(cue, verdict, tie, rungs, images, predictions, told)
    shown = (*finding.examples, *finding.counterexamples)
    looked_at = verdict == "clear" and rungs["association"].state == "yes"
    return finding.model_copy(
        update={
            "regions": {image: pattern.box(row) for image, row in images.rows_of(shown).items()},
            "section": LOOKED_AT if looked_at else None,
        }
    )


def _finding(
    cue: CueValues,
    verdict: Verdict,
    tie: Tie | None,
    rungs: dict[RungName, Rung],
    images: ImageTable,
    predictions: Predictions | None,
    explanation: Sentence,
) -> Finding:
    examples, counterexamples = _examples(tie, images, predictions) if tie else ((), ())
    return Finding(
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
        explanation=explanation,
    )
