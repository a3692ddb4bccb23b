"""The whole story on one page: read the folder, gather evidence, run the detectors, rank, write."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from biasaudit.conclude import wording
from biasaudit.conclude.ranking import rank
from biasaudit.conclude.review import read_reviews, reviewed
from biasaudit.conclude.verdicts import audit_verdict
from biasaudit.conclude.weights import balance
from biasaudit.cues.cue import Cue
from biasaudit.detectors.chosen import check_names, parts_of
from biasaudit.evidence.attribution_record import save_averages
from biasaudit.evidence.discovery.subject import check_subject, off_subject
from biasaudit.evidence.measure.survey import Survey, survey
from biasaudit.evidence.resuming import parts_of_run, parts_of_survey
from biasaudit.evidence.roles import check_roles
from biasaudit.evidence.sample_weights import read_weights
from biasaudit.gathering import (
    EVIDENCE,
    OF_A_GIVEN_MODEL,
    detect,
    discover,
    left_out,
    maps_of,
    representation_of,
    side_effects_or_none,
    subgroups_of,
    train,
    why_untested,
)
from biasaudit.images.folder import readable_id
from biasaudit.images.pixels import PixelStore
from biasaudit.images.table import ImageTable, check_usable, read_folder
from biasaudit.model.given import Given, name_of, open_given
from biasaudit.model.given_options import check_given
from biasaudit.model.network_file import remove_networks
from biasaudit.output.pictures import save_pictures
from biasaudit.output.provenance import dataset_record, environment, model_record
from biasaudit.output.result import AuditResult
from biasaudit.output.tables import save_weights, write_tables
from biasaudit.registry import Facts
from biasaudit.results import Audit, SelfTest
from biasaudit.runtime.cache import Cache, write_text
from biasaudit.runtime.checkpoints import Parts
from biasaudit.runtime.cluster import check_engine, cluster
from biasaudit.runtime.lock import held
from biasaudit.runtime.opencv import tell_of_a_second_opencv
from biasaudit.runtime.output_folder import make_folder
from biasaudit.runtime.progress import Progress
from biasaudit.selftest import self_test
from biasaudit.selftest.sitting import IMAGES, sample
from biasaudit.settings import AuditChoices, Choices, Settings, by_name

MORE_THAN_ENOUGH = round(1.3 * IMAGES)
"""Images that a self-test by itself reads: some may turn out to be unreadable."""


@by_name(AuditChoices)
def audit(folder: Path, choices: AuditChoices) -> AuditResult:
    """Audit a folder of labelled images.

    `folder` holds one sub-folder of images a class. `model` may be a trained Keras classifier or its file; where it and
    `predict` are None a network is trained here.

    Raises:
        UsageError, DataError, EnvironmentFault: with the cause and the next step in the message.
    """
    began = time.time()
    tell_of_a_second_opencv()
    scan, model, predict, extra = choices.scan, choices.model, choices.predict, choices.extra
    source = model if predict is None else predict
    settings = choices.settings(model=name_of(source))
    check_given(settings, model, predict, scan)
    check_engine(settings.engine, settings.address)
    progress, out = Progress(quiet=choices.quiet), choices.folder_for(folder)
    cues, detectors = parts_of(settings, scan, extra)
    check_subject(settings.subject)
    reviews = read_reviews(Path(settings.review)) if settings.review else ()

    progress.say(f"Auditing {folder}")
    images = _read(folder, settings)
    make_folder(folder, out)
    check_names(settings, images, extra)
    check_roles(settings, images)
    if settings.weights is not None:
        read_weights(settings.weights, images)  # what is wrong with it is said before any work
    with held(out), _workers(settings, (folder, out), cues):
        cache, parts = Cache(out / "cache", fresh=settings.fresh), parts_of_survey(out, cues, settings)
        backbone = None if scan else _load(settings, progress)
        given = None if source is None else _open(source, images, settings, progress)
        store = _reserve(
            out.absolute() / "cache", images.n, [part.size for part in (backbone, given) if part is not None]
        )
        try:
            surveyed = _survey(images, cues, store, cache, settings, progress, parts)
            images = surveyed.images
            facts = Facts(
                {
                    "images": images,
                    "survey": surveyed,
                    "cues": cues,
                    "backbone": backbone,
                    "given": given,
                    "settings": settings,
                    "cache": cache,
                    "parts": parts_of_run(parts, surveyed, settings, source),
                    "progress": progress,
                },
                OF_A_GIVEN_MODEL if given else EVIDENCE,
            )
            subgroups_of(facts, "a reference population that cannot be read is told before the training")
            answers, learnt, why = train(facts, scan)
            discovered = discover(facts)
            results, others, checks = detect(detectors, facts, why, progress)
            findings = rank(
                facts.get("cue_values"),
                facts.get("ties"),
                results,
                others,
                images,
                answers,
                why_untested(scan, why),
                side_effects_or_none(facts, checks),
                [(pattern, off_subject(pattern, images, settings.subject)) for pattern in discovered],
            )
            likeness = {pattern.cue.id: pattern.likeness for pattern in discovered}
            subgroups = subgroups_of(facts, why_untested(scan, why))
            mapped = representation_of(facts, findings, why_untested(scan, why))
            maps, attributed = maps_of(facts, detectors, why)
            save_pictures(findings, images, answers, maps, likeness, out / "evidence", progress)
            if answers and attributed:
                save_averages(facts.get("map_places"), surveyed, answers.network.size, out / "evidence")
            tested = self_test(surveyed, cues, settings, progress) if settings.selftest else None
        finally:
            if store is not None:
                store.discard()
            remove_networks(out / "cache")

        balanced = balance(findings, facts.get("ties"), images)
        if balanced is not None:
            checks.append(balanced.check)
        save_weights(out, images, balanced, settings.weights)
        record = Audit(
            verdict=audit_verdict(findings, learnt),
            headline=why if given and why else wording.headline(findings, learnt, why if answers is None else ""),
            dataset=dataset_record(folder, surveyed),
            model=model_record((given or backbone).name, answers) if backbone and answers else None,
            settings={**settings.to_record(), "scan": scan},
            environment=environment(),
            checks=(*checks, *left_out(settings, scan)),
            findings=findings,
            attribution=attributed,
            representation=mapped,
            subgroups=subgroups,
            selftest=tested,
            run={
                "started": datetime.fromtimestamp(began, UTC).isoformat(timespec="seconds"),
                "seconds": round(time.time() - began, 1),
                "command": readable_id(choices.command),
            },
        )
        record = reviewed(record, reviews)
        result = AuditResult(record, out)
        write_tables(out, surveyed, answers, record.findings)
        result.save()
        parts.discard()
        progress.say(f"Verdict: {record.verdict}. {record.headline}")
        return result


@by_name(Choices)
def audit_the_audit(folder: Path, choices: Choices) -> tuple[SelfTest, Path]:
    """Plant known cues in a folder's images and count what a scan finds; the record, and the file it was saved in.

    Raises what `audit` raises.
    """
    tell_of_a_second_opencv()
    settings, progress, out = choices.settings(), Progress(quiet=choices.quiet), choices.folder_for(folder)
    check_engine(settings.engine, settings.address)
    cues, _ = parts_of(settings, scan=True)
    images = _read(folder, settings)
    make_folder(folder, out)
    check_names(settings, images)
    with held(out), _workers(settings, (folder, out), cues):
        cache, parts = Cache(out / "cache", fresh=settings.fresh), parts_of_survey(out, cues, settings)
        images = sample(images, settings.seed, MORE_THAN_ENOUGH)
        record = self_test(_survey(images, cues, None, cache, settings, progress, parts), cues, settings, progress)
        path = write_text(out / "selftest.json", record.model_dump_json(indent=1) + "\n")
        parts.discard()
        return record, path


def _read(folder: Path, settings: Settings) -> ImageTable:
    return read_folder(
        folder,
        metadata=Path(settings.metadata) if settings.metadata else None,
        group_by=settings.group_by,
        split=settings.split,
        ignore=settings.ignore,
        drop_small=settings.drop_small,
        max_bad=settings.max_bad,
    )


def _workers(settings: Settings, places: Sequence[Path], cues: Sequence[Cue]) -> AbstractContextManager[None]:
    return cluster(settings.engine, settings.address, settings.jobs, places=places, carried=cues)


def _survey(
    images: ImageTable,
    cues: Sequence[Cue],
    store: PixelStore | None,
    cache: Cache,
    settings: Settings,
    progress: Progress,
    parts: Parts,
) -> Survey:
    surveyed = survey(images, cues, store=store, jobs=settings.jobs, cache=cache, progress=progress, parts=parts)
    return surveyed.of(check_usable(surveyed.images, max_bad=settings.max_bad, drop_small=settings.drop_small))


def _load(settings: Settings, progress: Progress) -> Any:
    # TensorFlow takes seconds to import: only where a model is needed.
    from biasaudit.model.backbone import load

    with progress.step("Loading the network"):
        backbone = load(settings.backbone, trust_model=settings.trust_model, seed=settings.seed)
    progress.say(f"Backbone: {backbone.name}, {backbone.size} px")
    return backbone


def _open(source: Any, images: ImageTable, settings: Settings, progress: Progress) -> Given:
    with progress.step("Loading the model to audit"):
        given = open_given(source, images.classes, settings)
    progress.say(f"Model: {given.name}, {given.size} px")
    return given


def _reserve(folder: Path, n: int, sizes: Sequence[int]) -> PixelStore | None:
    """Room for pixels at each of up to two sizes, the second store beside the first; None where no network runs."""
    names = "pixels.raw", "pixels_beside.raw"
    stores = [
        PixelStore.create(folder.absolute() / name, n, size)
        for name, size in zip(names, dict.fromkeys(sizes), strict=False)
    ]
    for first, second in pairwise(stores):
        first.beside = second
    return stores[0] if stores else None
