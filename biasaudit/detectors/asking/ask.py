"""Each detector asked its question; one that cannot run or crashes becomes a check, and never a lost audit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from biasaudit.detectors import BUILTIN
from biasaudit.detectors.detector import Detector
from biasaudit.detectors.rung import RungResult
from biasaudit.errors import AuditError, Unavailable
from biasaudit.evidence.graph import Graph, fault, reason_of
from biasaudit.evidence.literals import as_said, literals_of
from biasaudit.results import NOTHING, RUNGS, Check, Finding, Rung, say
from biasaudit.runtime.processes import hand_back_freed_memory
from biasaudit.runtime.progress import Progress


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What the detectors said."""

    results: tuple[RungResult, ...] = ()
    """Of the four rungs, cue by cue: the findings on cues are made of these."""
    findings: tuple[Finding, ...] = ()
    """Those that a detector made whole."""
    checks: tuple[Check, ...] = field(default=())
    """One a detector: it ran, was skipped or failed."""


def ask(detectors: Iterable[Detector], graph: Graph, progress: Progress) -> Answers:
    """Run each detector on the facts that it asks for.

    One that lacks a fact is skipped with the reason. Raises AuditError, MemoryError and OSError, which end an audit.
    """
    results: list[RungResult] = []
    findings: list[Finding] = []
    checks: list[Check] = []
    for detector in detectors:
        foreign = detector not in BUILTIN
        try:
            with progress.step(detector.question.rstrip("?")):
                found = [_whole(item) for item in graph.call(detector.function)]
            if foreign:
                found = _of_others(detector, found, graph)
        except Unavailable as error:
            why = as_said(reason_of(error), literals_of(detector.function)) if foreign else reason_of(error)
            checks.append(Check(detector=detector.id, status="skipped", reason=why))
            continue
        except MemoryError:
            raise
        except Exception as error:
            if not foreign and isinstance(error, AuditError | OSError):
                raise
            checks.append(Check(detector=detector.id, status="failed", reason=fault(error)))
            continue
        rungs = [item for item in found if isinstance(item, RungResult)]
        whole = [item for item in found if isinstance(item, Finding)]
        results += rungs
        findings += whole
        asked: list[RungResult | Rung] = [*rungs, *(rung for finding in whole for rung in finding.rungs.values())]
        checks.append(_ran(detector, asked, silent=not found))
        hand_back_freed_memory()
    return Answers(results=tuple(results), findings=tuple(findings), checks=tuple(checks))


def _whole(item: Any) -> RungResult | Finding:
    """What a detector yielded, if a report can show it. Raises ValueError, which costs that detector alone."""
    if isinstance(item, Finding) and (lacking := [name for name in RUNGS if name not in item.rungs]):
        raise ValueError(
            f"its finding {item.id!r} lacks the rungs {', '.join(lacking)}: untested ones belong there too"
        )
    if not isinstance(item, Finding | RungResult):
        raise ValueError(f"it yielded {type(item).__name__}: a detector yields findings and rung results")
    return item


def _of_others(detector: Detector, found: Sequence[RungResult | Finding], graph: Graph) -> list[RungResult | Finding]:
    """What a detector of another package said, as far as its words are known, and under its own name.

    Raises ValueError and pydantic.ValidationError where a rung result could not stand in a finding.
    """
    images, literals = graph.get_or("images"), literals_of(detector.function)
    known = {cue.id for cue in graph.get_or("cues", ())}
    known |= {*images.classes, *images.metadata_columns} if images is not None else set()
    said = [as_said(item, literals, known) for item in found]
    for item in said:
        if isinstance(item, RungResult):
            _check(item)
    return [item.model_copy(update={"detector": detector.id}) if isinstance(item, Finding) else item for item in said]


def _check(result: RungResult) -> None:
    estimate, p = result.estimate, result.p_value
    if result.rung not in RUNGS or not isinstance(result.cue, str):
        raise ValueError(f"it speaks of the rung {result.rung!r} of {result.cue!r}, and there is none")
    if (p is not None and not 0 <= p <= 1) or (estimate is not None and estimate.limit == estimate.null):
        raise ValueError(f"its figures on {result.cue!r} are on no scale")
    Rung(
        state="untested",
        estimate=estimate,
        p_value=p,
        why=result.why,
        placebo=result.placebo,
        method=result.method,
        smallest_detectable=result.smallest_detectable,
    )


COUNTS = say("counts, and makes no test")


def _ran(detector: Detector, rungs: Sequence[RungResult | Rung], silent: bool) -> Check:
    tests = [rung for rung in rungs if rung.p_value is not None]
    shown = any(rung.smallest_detectable is not None for rung in tests)
    text = say("stands beside each finding") if shown else NOTHING
    reason = detector.silence if silent else NOTHING if tests else COUNTS
    return Check(detector=detector.id, status="ran", tests=len(tests), smallest_detectable=text, reason=reason)
