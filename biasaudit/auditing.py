"""The whole story on one page: read the folder, gather evidence, run the detectors, rank, write."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from biasaudit import detectors as detector_package
from biasaudit import wording
from biasaudit.cache import Cache, write_text
from biasaudit.choices import check_names, check_roles, make_folder, parts_of, settings_of
from biasaudit.cues.cue import Cue
from biasaudit.detectors.rung import RungResult
from biasaudit.discovery import FixedPlace, Pattern, fixed_places, patterns
from biasaudit.discovery.slices import slices
from biasaudit.discovery.subject import check_subject, off_subject
from biasaudit.discovery.transplants import transplants
from biasaudit.errors import AuditError
from biasaudit.evidence.blind_views import blind_views
from biasaudit.evidence.cue_values import CueValues, cue_values
from biasaudit.evidence.interventions import interventions
from biasaudit.evidence.pictures import save_pictures
from biasaudit.evidence.predictions import Predictions, predictions
from biasaudit.evidence.properties_together import properties_together
from biasaudit.evidence.side_effects import SideEffect, side_effects
from biasaudit.evidence.survey import Survey, survey
from biasaudit.evidence.ties import ties
from biasaudit.images.folder import readable_id
from biasaudit.images.pixels import PixelStore
from biasaudit.images.table import ImageTable, check_usable, read_folder
from biasaudit.outcome import AuditResult
from biasaudit.progress import Progress
from biasaudit.provenance import dataset_record, environment, model_record
from biasaudit.ranking import audit_verdict, rank
from biasaudit.registry import Detector, Facts, Unavailable
from biasaudit.results import Audit, Check, Finding, SelfTest
from biasaudit.selftest import self_test
from biasaudit.selftest.sitting import IMAGES, sample
from biasaudit.settings import Settings
from biasaudit.tables import write_tables

EVIDENCE: dict[str, Callable[..., Any]] = {
    "known_cues": cue_values,
    "patterns": patterns,
    "fixed_places": fixed_places,
    "ties": ties,
    "predictions": predictions,
    "interventions": interventions,
    "side_effects": side_effects,
    "transplants": transplants,
    "slices": slices,
    "blind_views": blind_views,
    "properties_together": properties_together,
}


MORE_THAN_ENOUGH = round(1.3 * IMAGES)
"""Images that a self-test by itself reads: some may turn out to be unreadable."""


def audit(
    folder: str | Path,
    *,
    metadata: str | Path | None = None,
    out: str | Path | None = None,
    scan: bool = False,
    quiet: bool = True,
    command: str = "",
    **choices: Any,
) -> AuditResult:
    """Audit a folder of labelled images.

    Args:
        folder: holds one sub-folder of images a class.
        metadata: CSV with a `path` column relative to `folder`.
        out: folder for the report; reports/<name of folder> where None.
        scan: look at the data alone, train nothing.
        quiet: no progress on stderr.
        command: what to print as the way to repeat this run.
        **choices: any other field of `Settings`.

    Raises:
        UsageError, DataError, EnvironmentFault: with the cause and the next step in the message.
    """
    began = time.time()
    settings = settings_of(metadata=Path(metadata) if metadata else None, **choices)
    folder, progress = Path(folder), Progress(quiet=quiet)
    out = Path(out) if out else Path("reports") / (folder.resolve().name or "audit")
    cues, detectors = parts_of(settings, scan)
    check_subject(settings.subject)

    progress.say(f"Auditing {folder}")
    images = _read(folder, settings)
    make_folder(folder, out)
    check_names(settings, images)
    check_roles(settings, images)
    cache = Cache(out / "cache", fresh=settings.fresh)
    backbone = None if scan else _load(settings, progress)
    store = PixelStore.create(out / "cache" / "pixels.raw", images.n, backbone.size) if backbone else None
    try:
        surveyed = _survey(images, cues, store, cache, settings, progress)
        images = surveyed.images
        facts = Facts(
            {
                "images": images,
                "survey": surveyed,
                "cues": cues,
                "backbone": backbone,
                "settings": settings,
                "cache": cache,
                "progress": progress,
            },
            EVIDENCE,
        )
        model, learnt, why = _train(facts, scan)
        discovered = _discover(facts)
        results, others, checks = _detect(detectors, facts, why, progress)
        findings = rank(
            facts.get("cue_values"),
            facts.get("ties"),
            results,
            others,
            images,
            model,
            _why_untested(scan, why),
            _side_effects(facts, checks),
            [(pattern, off_subject(pattern, images, settings.subject)) for pattern in discovered],
        )
        likeness = {pattern.cue.id: pattern.likeness for pattern in discovered}
        save_pictures(findings, images, model, likeness, out / "evidence", progress)
        tested = self_test(surveyed, cues, settings, progress) if settings.selftest else None
    finally:
        if store is not None:
            store.discard()

    record = Audit(
        verdict=audit_verdict(findings, learnt),
        headline=wording.headline(findings, learnt, why if model is None else ""),
        dataset=dataset_record(folder, surveyed),
        model=model_record(backbone.name, model) if backbone and model else None,
        settings={**settings.to_record(), "scan": scan},
        environment=environment(),
        checks=(*checks, *_left_out(settings, scan)),
        findings=findings,
        selftest=tested,
        run={
            "started": datetime.fromtimestamp(began, UTC).isoformat(timespec="seconds"),
            "seconds": round(time.time() - began, 1),
            "command": readable_id(command),
        },
    )
    result = AuditResult(record, out)
    write_tables(out, surveyed, model, findings)
    result.save()
    progress.say(f"Verdict: {record.verdict}. {record.headline}")
    return result


def audit_the_audit(
    folder: str | Path, *, out: str | Path | None = None, quiet: bool = True, **choices: Any
) -> tuple[SelfTest, Path]:
    """Plant known cues in a folder's images and count what a scan finds; the record, and the file it was saved in.

    Takes the choices of `audit` and raises what it raises.
    """
    settings, folder, progress = settings_of(**choices), Path(folder), Progress(quiet=quiet)
    out = Path(out) if out else Path("reports") / (folder.resolve().name or "audit")
    cues, _ = parts_of(settings, scan=True)
    images = _read(folder, settings)
    make_folder(folder, out)
    check_names(settings, images)
    cache = Cache(out / "cache", fresh=settings.fresh)
    images = sample(images, settings.seed, MORE_THAN_ENOUGH)
    record = self_test(_survey(images, cues, None, cache, settings, progress), cues, settings, progress)
    return record, write_text(out / "selftest.json", record.model_dump_json(indent=1) + "\n")


def _read(folder: Path, settings: Settings) -> ImageTable:
    return read_folder(
        folder,
        metadata=settings.metadata,
        group_by=settings.group_by,
        split=settings.split,
        ignore=settings.ignore,
        drop_small=settings.drop_small,
        max_bad=settings.max_bad,
    )


def _survey(
    images: ImageTable,
    cues: Sequence[Cue],
    store: PixelStore | None,
    cache: Cache,
    settings: Settings,
    progress: Progress,
) -> Survey:
    surveyed = survey(images, cues, store=store, jobs=settings.jobs, cache=cache, progress=progress)
    return surveyed.of(check_usable(surveyed.images, max_bad=settings.max_bad, drop_small=settings.drop_small))


def _load(settings: Settings, progress: Progress) -> Any:
    # TensorFlow takes seconds to import: only where a model is needed.
    from biasaudit.model.backbone import load

    with progress.step("Loading the network"):
        backbone = load(settings.backbone, trust_model=settings.trust_model, seed=settings.seed)
    progress.say(f"Backbone: {backbone.name}, {backbone.size} px")
    return backbone


def _train(facts: Facts, scan: bool) -> tuple[Predictions | None, bool | None, str]:
    """The out-of-fold predictions, whether the model learnt (None: there is none), and why not."""
    if scan:
        return None, None, ""
    try:
        model: Predictions = facts.get("predictions")
    except Unavailable as error:
        return None, False, str(error)
    area = f"{model.auc.value:.2f} ({model.auc.low:.2f} to {model.auc.high:.2f})"
    return (
        model,
        model.learnt,
        "" if model.learnt else f"The model did not learn: its out-of-fold AUC is {area}.",
    )


def _why_untested(scan: bool, not_learnt: str) -> str:
    return "No model was trained: this is a scan of the data." if scan else not_learnt


def _detect(
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
                found = list(facts.call(detector.function))
        except Unavailable as error:
            checks.append(Check(detector=detector.id, status="skipped", reason=str(error)))
            continue
        except (AuditError, MemoryError, OSError):
            raise
        except Exception as error:
            checks.append(Check(detector=detector.id, status="failed", reason=f"{type(error).__name__}: {error}"))
            continue
        rungs = [item for item in found if isinstance(item, RungResult)]
        results += rungs
        others += [item for item in found if isinstance(item, Finding)]
        checks.append(_ran(detector, rungs))
    return results, others, checks


def _discover(facts: Facts) -> tuple[Pattern | FixedPlace, ...]:
    """The patterns, which join the cues of this audit; none where there is nothing to find them with."""
    found: list[Pattern | FixedPlace] = []
    for name in ("patterns", "fixed_places"):
        with suppress(Unavailable):
            found += facts.get(name)
    facts.known["patterns"] = tuple(found)
    known: tuple[CueValues, ...] = facts.get("known_cues")
    facts.known["cue_values"] = (*known, *(pattern.cue for pattern in found))
    return tuple(found)


def _side_effects(facts: Facts, checks: list[Check]) -> dict[str, SideEffect]:
    """What follows from what; none where that failed, which costs the order of findings and no more."""
    try:
        return facts.get("side_effects")
    except Unavailable as error:
        checks.append(Check(detector="side_effects", status="failed", reason=str(error)))
        return {}


def _ran(detector: Detector, rungs: list[RungResult]) -> Check:
    tests = [rung for rung in rungs if rung.p_value is not None]
    text = "stands beside each finding" if any(rung.smallest_detectable is not None for rung in tests) else ""
    return Check(detector=detector.id, status="ran", tests=len(tests), smallest_detectable=text)


def _left_out(settings: Settings, scan: bool) -> list[Check]:
    checks = [Check(detector=name, status="skipped", reason="Left out with --without.") for name in settings.without]
    if scan:
        checks += [
            Check(detector=name, status="skipped", reason="A scan trains no model: `biasaudit run` does.")
            for name in detector_package.NEED_A_MODEL
        ]
    return checks
