"""Each detector asked its question; one that cannot run or crashes becomes a check, and never a lost audit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from biasaudit.detectors.asking.literals import as_said, literals_of
from biasaudit.detectors.detector import Detector
from biasaudit.detectors.rung import RungResult
from biasaudit.errors import AuditError, Unavailable
from biasaudit.evidence.graph import Graph, fault, reason_of
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
        literals = None if _is_ours(detector) else literals_of(detector.function)
        try:
            with progress.step(detector.question.rstrip("?")):
                found = [_whole(item, literals) for item in graph.call(detector.function)]
        except Unavailable as error:
            checks.append(Check(detector=detector.id, status="skipped", reason=reason_of(error)))
            continue
        except (AuditError, MemoryError, OSError):
            raise
        except Exception as error:
            checks.append(Check(detector=detector.id, status="failed", reason=fault(error)))
            continue
        rungs = [item for item in found if isinstance(item, RungResult)]
        whole = [item for item in found if isinstance(item, Finding)]
        results += rungs
        findings += whole
        checks.append(_ran(detector, [*rungs, *(rung for finding in whole for rung in finding.rungs.values())]))
        hand_back_freed_memory()
    return Answers(results=tuple(results), findings=tuple(findings), checks=tuple(checks))


def _is_ours(detector: Detector) -> bool:
    return detector.function.__module__.partition(".")[0] == __name__.partition(".")[0]


def _whole(item: Any, literals: frozenset[str] | None) -> RungResult | Finding:
    """What a detector yielded, if a report can show it; of one of another package as far as its templates are known.

    Raises ValueError, which costs that detector alone.
    """
    if isinstance(item, Finding) and (lacking := [name for name in RUNGS if name not in item.rungs]):
        raise ValueError(
            f"its finding {item.id!r} lacks the rungs {', '.join(lacking)}: untested ones belong there too"
        )
    return item if literals is None else as_said(item, literals)


def _ran(detector: Detector, rungs: Sequence[RungResult | Rung]) -> Check:
    tests = [rung for rung in rungs if rung.p_value is not None]
    shown = any(rung.smallest_detectable is not None for rung in tests)
    text = say("stands beside each finding") if shown else NOTHING
    return Check(detector=detector.id, status="ran", tests=len(tests), smallest_detectable=text)
