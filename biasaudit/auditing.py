"""The whole story on one page: read, gather, ask, conclude, write."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from biasaudit.conclude.balanced_cues import leading
from biasaudit.conclude.concluding import conclude
from biasaudit.conclude.parts import deal, shares_of
from biasaudit.conclude.review import read_reviews
from biasaudit.detectors.asking.ask import ask
from biasaudit.detectors.asking.chosen import check_names, parts_of
from biasaudit.errors import DataError, UsageError
from biasaudit.evidence.discovery.subject import check_subject
from biasaudit.evidence.gathering import gather, survey_of
from biasaudit.evidence.graph import evidence
from biasaudit.evidence.measure.file_columns import columns_of_files
from biasaudit.evidence.named.known_cues import known_cues
from biasaudit.evidence.named.missing_words import check_missing
from biasaudit.evidence.resuming import checkpoints_of_survey
from biasaudit.evidence.roles import check_roles
from biasaudit.evidence.sample_weights import read_weights
from biasaudit.evidence.subgroups.columns import slug
from biasaudit.evidence.subgroups.reference import check_reference
from biasaudit.images.reading import read_folder
from biasaudit.images.sources import Options
from biasaudit.images.sources.columns.questions import questions
from biasaudit.images.sources.folders.walk import check_out
from biasaudit.images.table import ImageTable
from biasaudit.images.understood import understood
from biasaudit.model.given.opening import name_of
from biasaudit.model.given.options import check_given
from biasaudit.output.each_label import OfLabel, write_page
from biasaudit.output.result import AuditResult
from biasaudit.output.splitting.split_file import check_place, write_split
from biasaudit.output.splitting.told import told
from biasaudit.output.writing import write
from biasaudit.results import SelfTest
from biasaudit.runtime.cache import Cache, write_text
from biasaudit.runtime.cluster import check_engine, cluster
from biasaudit.runtime.lock import held
from biasaudit.runtime.opencv import tell_of_a_second_opencv
from biasaudit.runtime.output_folder import make_folder
from biasaudit.runtime.progress import Progress
from biasaudit.selftest import selftest
from biasaudit.selftest.sitting import IMAGES, sample
from biasaudit.settings import AuditChoices, Choices, Settings, SplitChoices, by_name

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
    if choices.each_label:
        raise UsageError("`each_label` makes several audits: call `audit_each_label`.")
    check_given(settings, model, predict, scan)
    check_engine(settings.engine, settings.address)
    check_subject(settings.subject)
    progress, out = Progress(quiet=choices.quiet), choices.folder_for(folder)
    cues, detectors, providers = parts_of(settings, extra)

    progress.say(f"Auditing {folder}")
    reviews = read_reviews(Path(settings.review)) if settings.review else ()
    images = _read(folder, out, settings, progress, extra)
    weights = None if settings.weights is None else read_weights(settings.weights, images)
    if settings.selftest:
        providers = (*providers, evidence(selftest))
    with (
        held(out),
        cluster(settings.engine, settings.address, settings.jobs, places=(folder, out), carried=cues),
        gather(
            images, cues, providers, settings, source=source, weights=weights, scan=scan, out=out, progress=progress
        ) as graph,
    ):
        answers = ask(detectors, graph, progress)
        with progress.step("Telling what follows from what"):
            concluded = conclude(graph, answers, scan)
        with progress.step("Writing the report"):
            result = write(
                out,
                folder,
                graph,
                concluded,
                scan=scan,
                reviews=reviews,
                began=began,
                command=choices.command,
                progress=progress,
            )
    progress.say(f"Verdict: {result.record.verdict}. {result.record.headline}")
    for each in result.record.conclusions[result.record.verdict not in ("none_detected", "inconclusive") :]:
        progress.say(f"  {each.level}: {each.sentence}")
    return result


@by_name(AuditChoices)
def audit_each_label(folder: Path, choices: AuditChoices) -> tuple[list[OfLabel], Path]:
    """Audit each label of a table with several labels an image in turn, against the images that do not have it.

    The audits, each in a folder of its own below `out`, and the page that leads to them. A label that cannot be audited
    is told with the reason. Raises what `audit` raises, where that is true of all labels.
    """
    out = choices.folder_for(folder)
    asked = questions(_options(choices.settings(), out))
    audits: list[OfLabel] = []
    last: DataError | None = None
    for number, question in enumerate(asked):
        place = f"{number + 1:02d}-{slug(question.label)}"
        chosen = {each.name: getattr(choices, each.name) for each in fields(AuditChoices)} | {
            "label_column": question.column,
            "positive": (question.positive,),
            "out": out / place,
            "each_label": False,
        }
        try:
            audits.append(OfLabel(question.label, place, audit(folder, **chosen)))
        except DataError as error:
            last = error
            audits.append(OfLabel(question.label, place, None, str(error)))
    if last is not None and not any(each.result for each in audits):
        raise last
    return audits, write_page(out, audits)


@by_name(Choices)
def audit_the_audit(folder: Path, choices: Choices) -> tuple[SelfTest, Path]:
    """Plant known cues in a folder's images and count what a scan finds; the record, and the file it was saved in.

    Raises what `audit` raises.
    """
    tell_of_a_second_opencv()
    settings, progress, out = choices.settings(), Progress(quiet=choices.quiet), choices.folder_for(folder)
    check_engine(settings.engine, settings.address)
    cues, _, _ = parts_of(settings)
    images = sample(_read(folder, out, settings, progress), settings.seed, MORE_THAN_ENOUGH)
    with (
        held(out),
        cluster(settings.engine, settings.address, settings.jobs, places=(folder, out), carried=cues),
    ):
        cache, checkpoints = Cache(out / "cache", fresh=settings.fresh), checkpoints_of_survey(out, cues, settings)
        record = selftest(
            survey_of(images, cues, None, cache, settings, progress, checkpoints), cues, settings, progress
        )
        path = write_text(out / "selftest.json", record.model_dump_json(indent=1) + "\n")
        checkpoints.discard()
        return record, path


@by_name(SplitChoices)
def split_folder(folder: Path, choices: SplitChoices) -> tuple[str, ...]:
    """Deal a folder's images into parts and write `split.csv`; returns what is said of it, a line each.

    Raises what `audit` raises.
    """
    tell_of_a_second_opencv()
    shares = shares_of(choices.parts)
    settings, progress, out = choices.settings(), Progress(quiet=choices.quiet), choices.folder_for(folder)
    cues, _, _ = parts_of(settings)
    check_place(out, settings)
    images = _read(folder, out, settings, progress)
    with held(out):
        cache, checkpoints = Cache(out / "cache", fresh=settings.fresh), checkpoints_of_survey(out, cues, settings)
        surveyed = survey_of(images.undivided(), cues, None, cache, settings, progress, checkpoints)
        known = known_cues(surveyed.images, surveyed, cues, settings)
        with progress.step("Dealing the images into parts"):
            tied = leading(surveyed.images, known, choices.balance, len(shares))
            parts = deal(surveyed.images, tied, shares, settings.seed)
        file = write_split(out, surveyed.images, parts, settings)
        checkpoints.discard()
    return tuple(told(folder, file, images, surveyed, parts, settings))


def _read(folder: Path, out: Path, settings: Settings, progress: Progress, extra: Sequence[Any] = ()) -> ImageTable:
    """The table of images, once all that was chosen is known to fit it, and `out` can be written."""
    check_out(folder, out, exclude=settings.exclude, follow_links=settings.follow_links)
    images = read_folder(folder, _options(settings, out))
    for line in understood(images, settings.missing):
        progress.say(f"  {line}")
    for warning in images.warnings:
        progress.say(f"  Note: {warning}")
    make_folder(folder, out)
    check_names(settings, images, extra)
    check_missing(settings, images)
    check_roles(settings, images, to_come=columns_of_files(settings.dicom_people))
    check_reference(settings, images)
    return images


def _options(settings: Settings, out: Path) -> Options:
    """What the settings say of how the data are laid out."""
    told = {each.name: getattr(settings, each.name) for each in fields(Options) if hasattr(settings, each.name)}
    return Options(**told | {"metadata": Path(settings.metadata) if settings.metadata else None, "out": out})
