"""What an audit gathers and asks, step by step; a step that fails becomes a check, and never a lost audit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from biasaudit import detectors as detector_package
from biasaudit.detectors.rung import RungResult
from biasaudit.errors import AuditError
from biasaudit.evidence.attribution_record import attribution_record
from biasaudit.evidence.attributions import Attributions, attributions
from biasaudit.evidence.blind_views import blind_views
from biasaudit.evidence.cue_maps import cue_maps
from biasaudit.evidence.cue_values import CueValues, cue_values
from biasaudit.evidence.discovery import FixedPlace, Pattern, fixed_places, patterns
from biasaudit.evidence.discovery.clustered_maps import evidence_places
from biasaudit.evidence.discovery.slices import slices
from biasaudit.evidence.discovery.transplants import transplants
from biasaudit.evidence.given_predictions import given_predictions
from biasaudit.evidence.interventions import interventions
from biasaudit.evidence.map_places import map_places
from biasaudit.evidence.predictions import Predictions, predictions
from biasaudit.evidence.properties_together import properties_together
from biasaudit.evidence.representation_map import representation_map
from biasaudit.evidence.sample_weights import sample_weights
from biasaudit.evidence.side_effects import SideEffect, side_effects
from biasaudit.evidence.subgroups.breakdowns import breakdowns
from biasaudit.evidence.subgroups.columns import GroupColumn, group_columns
from biasaudit.evidence.subgroups.composition import composition
from biasaudit.evidence.subgroups.erasure import erased_gaps
from biasaudit.evidence.subgroups.worst import worst_groups
from biasaudit.evidence.ties import ties
from biasaudit.registry import Detector, Facts, Unavailable
from biasaudit.results import RUNGS, Attribution, Breakdown, Check, Finding, RepresentationMap, Rung
from biasaudit.runtime.processes import hand_back_freed_memory
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings

EVIDENCE: dict[str, Callable[..., Any]] = {
    "known_cues": cue_values,
    "patterns": patterns,
    "fixed_places": fixed_places,
    "ties": ties,
    "sample_weights": sample_weights,
    "predictions": predictions,
    "interventions": interventions,
    "side_effects": side_effects,
    "transplants": transplants,
    "slices": slices,
    "blind_views": blind_views,
    "properties_together": properties_together,
    "attributions": attributions,
    "map_places": map_places,
    "cue_maps": cue_maps,
    "attribution_record": attribution_record,
    "evidence_places": evidence_places,
    "group_columns": group_columns,
    "composition": composition,
    "breakdowns": breakdowns,
    "worst_groups": worst_groups,
    "erased_gaps": erased_gaps,
}
"""Name -> what makes it, in a run that trains its own model."""
COLOURED = 3
"""Cues, and as many columns about people, that the map of the representation is coloured by."""
OF_A_GIVEN_MODEL = EVIDENCE | {"predictions": given_predictions}


def train(facts: Facts, scan: bool) -> tuple[Predictions | None, bool | None, str]:
    """The out-of-fold predictions, whether the model learnt (None: there is none), and why not."""
    if scan:
        return None, None, ""
    try:
        model: Predictions = facts.get("predictions")
    except Unavailable as error:
        return None, False, str(error)
    area = f"{model.auc.value:.2f} ({model.auc.low:.2f} to {model.auc.high:.2f})"
    why = f"The model did not learn: its out-of-fold AUC is {area}."
    if model.given:
        why = f"The given model does not tell these classes apart: its AUC is {area}. {model.hint}".rstrip()
    return model, model.learnt, "" if model.learnt else why


def why_untested(scan: bool, not_learnt: str) -> str:
    """Why the questions that need a model were not asked; "" where they were."""
    return "No model was trained: this is a scan of the data." if scan else not_learnt


def detect(
    detectors: Sequence[Detector], facts: Facts, not_learnt: str, progress: Progress
) -> tuple[list[RungResult], list[Finding], list[Check]]:
    """Run each detector; one that crashes becomes a failed check, never a lost audit."""
    results: list[RungResult] = []
    others: list[Finding] = []
    checks: list[Check] = []
    for detector in detectors:
        if not_learnt and detector.id in detector_package.NEED_A_MODEL:
            checks.append(Check(detector=detector.id, status="skipped", reason=not_learnt))
            continue
        try:
            with progress.step(detector.question.rstrip("?")):
                found = [_whole(item) for item in facts.call(detector.function)]
        except Unavailable as error:
            checks.append(Check(detector=detector.id, status="skipped", reason=str(error)))
            continue
        except (AuditError, MemoryError, OSError):
            raise
        except Exception as error:
            checks.append(Check(detector=detector.id, status="failed", reason=f"{type(error).__name__}: {error}"))
            continue
        rungs = [item for item in found if isinstance(item, RungResult)]
        whole = [item for item in found if isinstance(item, Finding)]
        results += rungs
        others += whole
        checks.append(_ran(detector, [*rungs, *(rung for finding in whole for rung in finding.rungs.values())]))
        hand_back_freed_memory()
    return results, others, checks


def _whole(item: RungResult | Finding) -> RungResult | Finding:
    """What a detector yielded, if a report can show it. Raises ValueError, which costs that detector alone."""
    if isinstance(item, Finding) and (lacking := [name for name in RUNGS if name not in item.rungs]):
        raise ValueError(
            f"its finding {item.id!r} lacks the rungs {', '.join(lacking)}: untested ones belong there too"
        )
    return item


def discover(facts: Facts) -> tuple[Pattern | FixedPlace, ...]:
    """What no cue names, and joins the cues of this audit; none where there is nothing to find it with."""
    found: list[Pattern | FixedPlace] = []
    for name in ("patterns", "fixed_places"):
        with suppress(Unavailable):
            found += facts.get(name)
    facts.known["patterns"] = tuple(found)
    known: tuple[CueValues, ...] = facts.get("known_cues")
    facts.known["cue_values"] = (*known, *(pattern.cue for pattern in found))
    return tuple(found)


def maps_of(
    facts: Facts, detectors: Sequence[Detector], not_learnt: str
) -> tuple[Attributions | None, Attribution | None]:
    """The maps and what is said of them; None where the detector that asks for them could not run."""
    if not_learnt or "attribution" not in [detector.id for detector in detectors]:
        return None, None
    try:
        return facts.get("attributions"), facts.get("attribution_record")
    except Unavailable:
        return None, None


def subgroups_of(facts: Facts, not_learnt: str) -> tuple[Breakdown, ...]:
    """Who is in the data and, where a model learnt, for whom it fails; none where that could not be had."""
    for name in ("composition",) if not_learnt else ("breakdowns", "composition"):
        with suppress(Unavailable):
            return facts.get(name)
    return ()


def representation_of(facts: Facts, findings: Sequence[Finding], not_learnt: str) -> RepresentationMap | None:
    """The map of the model's features, coloured by class, by the first cues with a finding and by groups of people."""
    if not_learnt:
        return None
    leading = [each for each in findings if each.leads and each.verdict not in ("clear", "untested")]
    with suppress(Unavailable):
        tie_of = {(tie.cue.kind, tie.cue.id): tie for tie in facts.get("ties")}
        columns: tuple[GroupColumn, ...] = facts.get("group_columns")
        people = [each for each in columns if each.about_people]
        return representation_map(
            facts.get("predictions"),
            facts.get("images"),
            [tie_of[each.kind, each.cue] for each in leading if (each.kind, each.cue) in tie_of][:COLOURED],
            {each.name: (each.levels, each.codes) for each in people[:COLOURED]},
            facts.get("settings").seed,
        )
    return None


def side_effects_or_none(facts: Facts, checks: list[Check]) -> dict[str, SideEffect]:
    """What follows from what; none where that failed, which costs the order of findings and no more."""
    try:
        return facts.get("side_effects")
    except Unavailable as error:
        checks.append(Check(detector="side_effects", status="failed", reason=str(error)))
        return {}


def _ran(detector: Detector, rungs: Sequence[RungResult | Rung]) -> Check:
    tests = [rung for rung in rungs if rung.p_value is not None]
    text = "stands beside each finding" if any(rung.smallest_detectable is not None for rung in tests) else ""
    return Check(detector=detector.id, status="ran", tests=len(tests), smallest_detectable=text)


def left_out(settings: Settings, scan: bool) -> list[Check]:
    """A check for everything that this run was told to leave out, or that a scan cannot do."""
    checks = [Check(detector=name, status="skipped", reason="Left out with --without.") for name in settings.without]
    if scan:
        checks += [
            Check(detector=name, status="skipped", reason="A scan trains no model: `biasaudit run` does.")
            for name in detector_package.NEED_A_MODEL
        ]
    return checks
