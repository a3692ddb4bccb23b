"""Conclude: from what the detectors said to findings, a verdict, and what the report says beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from biasaudit.conclude import wording
from biasaudit.conclude.conclusions import conclusions
from biasaudit.conclude.conclusions.about import about
from biasaudit.conclude.costs import costs
from biasaudit.conclude.marks import Marks
from biasaudit.conclude.ranking import rank
from biasaudit.conclude.verdicts import audit_verdict
from biasaudit.conclude.weights import Balance, balance
from biasaudit.detectors.asking.ask import Answers
from biasaudit.evidence.discovery import FixedPlace, Pattern
from biasaudit.evidence.discovery.subject import off_subject
from biasaudit.evidence.embedding_map import embedding_map
from biasaudit.evidence.graph import Graph
from biasaudit.evidence.graph import fault as fault_of
from biasaudit.evidence.marks.places import MarkPlaces
from biasaudit.evidence.predictions import Predictions
from biasaudit.evidence.subgroups.columns import GroupColumn
from biasaudit.evidence.ties import Tie
from biasaudit.images.table import ImageTable
from biasaudit.results import (
    Attribution,
    AuditVerdict,
    Breakdown,
    Check,
    Conclusion,
    EmbeddingMap,
    Finding,
    SelfTest,
    Sentence,
    Untied,
)
from biasaudit.settings import Settings

COLOURED = 3
"""Cues, and as many columns about people, that the map of the representation is coloured by."""


@dataclass(frozen=True, kw_only=True)
class Concluded:
    """What an audit has to say."""

    verdict: AuditVerdict
    headline: Sentence
    conclusions: tuple[Conclusion, ...]
    untied: Untied | None
    """What the leading causes cost together."""
    findings: tuple[Finding, ...]
    checks: tuple[Check, ...]
    subgroups: tuple[Breakdown, ...]
    attribution: Attribution | None
    representation: EmbeddingMap | None
    selftest: SelfTest | None
    balance: Balance | None
    """Weights under which what leads no longer tells the label."""


def conclude(graph: Graph, answers: Answers, scan: bool) -> Concluded:
    """The findings, most serious first, and the verdict that they make."""
    untested = graph.why_not("predictions")
    model: Predictions | None = graph.get_or("fitted")
    learnt = None if scan else untested is None
    findings = graph.call(_findings, answers=answers, model=model, untested=untested)
    balanced = graph.call(balance, findings=findings)
    checks = list(answers.checks)
    if (why := graph.why_not("side_effects")) is not None:
        checks.append(Check(detector="side_effects", status="failed", reason=why))
    if (why := graph.why_not("sensitivities")) is not None:
        checks.append(Check(detector="sensitivities", status="failed", reason=why))
    if graph.get("settings").selftest and (why := graph.why_not("selftest")) is not None:
        checks.append(Check(detector="selftest", status="failed", reason=why))
    if balanced is not None:
        checks.append(balanced.check)
    given = model is not None and model.given
    unseen = [cue for cue in graph.get("cue_values") if cue.pictures_too_small]
    fault, mediators = None if model else untested, graph.get("settings").mediator
    groups = graph.get_or("breakdowns", graph.get_or("composition", ()))
    of_data = about(
        groups, graph.get_or("field", "photo"), graph.get("settings").subject, len(graph.get("images").classes)
    )
    found = conclusions(findings, of_data)
    together = None
    if model is not None and learnt:
        try:
            found, together = costs(found, graph.get("ties"), graph.get("images"), model)
        except (ArithmeticError, LookupError, ValueError) as error:  # what a figure costs is no audit's whole
            checks.append(Check(detector="untied", status="failed", reason=fault_of(error)))
    headline = wording.headline(findings, found, learnt, fault, mediators, unseen)
    return Concluded(
        verdict=audit_verdict(findings, found, learnt),
        headline=untested if given and untested else headline,
        conclusions=found,
        untied=together,
        findings=findings,
        checks=tuple(checks),
        subgroups=groups,
        attribution=graph.get_or("attribution_record"),
        representation=_representation(graph, findings),
        selftest=graph.get_or("selftest"),
        balance=balanced,
    )


def _findings(
    cue_values: tuple,
    ties: tuple[Tie, ...],
    images: ImageTable,
    discovered: tuple[Pattern | FixedPlace, ...],
    settings: Settings,
    answers: Answers,
    model: Predictions | None,
    untested: Sentence | None,
    side_effects: dict | None = None,
    sensitivities: dict | None = None,
    mark_places: MarkPlaces | None = None,
) -> tuple[Finding, ...]:
    patterns = [(pattern, off_subject(pattern, images, settings.subject)) for pattern in discovered]
    marks = Marks(images=images, places=mark_places, sensitivities=sensitivities or {})
    return rank(
        cue_values,
        ties,
        answers.results,
        answers.findings,
        images,
        model,
        untested,
        side_effects or {},
        patterns,
        marks,
    )


def _representation(graph: Graph, findings: Sequence[Finding]) -> EmbeddingMap | None:
    """The map of the model's features, coloured by class, by the first cues with a finding and by groups of people."""
    layout = graph.get_or("embedding_layout")
    if layout is None:
        return None
    leading = [each for each in findings if each.leads and each.verdict not in ("clear", "untested")]
    tie_of = {(tie.cue.kind, tie.cue.id): tie for tie in graph.get("ties")}
    tied = [tie_of[each.kind, each.cue] for each in leading if (each.kind, each.cue) in tie_of][:COLOURED]
    columns: tuple[GroupColumn, ...] = graph.get_or("group_columns", ())
    people = {each.name: (each.levels, each.codes) for each in columns if each.about_people}
    some = dict(list(people.items())[:COLOURED])
    return embedding_map(layout, graph.get("images"), tied, some, graph.get("settings").seed)
