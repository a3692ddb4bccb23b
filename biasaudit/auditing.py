"""The whole story on one page: read, gather, ask, conclude, write."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from biasaudit.choices import check_given, check_names, check_roles, make_folder, parts_of, settings_of
from biasaudit.conclude.concluding import conclude
from biasaudit.conclude.review import read_reviews
from biasaudit.cues.cue import Cue
from biasaudit.detectors.asking import ask
from biasaudit.detectors.detector import Detector
from biasaudit.evidence.discovery.subject import check_subject
from biasaudit.evidence.gathering import gather, survey_of
from biasaudit.evidence.graph import Evidence, evidence
from biasaudit.evidence.resuming import parts_of_survey
from biasaudit.evidence.sample_weights import read_weights
from biasaudit.images.reading import read_folder
from biasaudit.images.table import ImageTable
from biasaudit.model.opening import name_of
from biasaudit.output.result import AuditResult
from biasaudit.output.writing import write
from biasaudit.results import SelfTest
from biasaudit.runtime.cache import Cache, write_text
from biasaudit.runtime.cluster import check_engine, cluster
from biasaudit.runtime.lock import held
from biasaudit.runtime.progress import Progress
from biasaudit.selftest import selftest
from biasaudit.selftest.sitting import IMAGES, sample
from biasaudit.settings import Settings

MORE_THAN_ENOUGH = round(1.3 * IMAGES)
"""Images that a self-test by itself reads: some may turn out to be unreadable."""


def audit(
    folder: str | Path,
    *,
    metadata: str | Path | None = None,
    reference: str | Path | None = None,
    out: str | Path | None = None,
    scan: bool = False,
    quiet: bool = True,
    command: str = "",
    model: Any = None,
    predict: Callable[[np.ndarray], Any] | None = None,
    extra: Sequence[Cue | Detector | Evidence] = (),
    **choices: Any,
) -> AuditResult:
    """Audit a folder of labelled images.

    Args:
        folder: holds one sub-folder of images a class.
        metadata: CSV with a `path` column relative to `folder`.
        reference: CSV with the shares of groups in the population that the model is meant for.
        out: folder for the report; reports/<name of folder> where None.
        scan: look at the data alone, train nothing.
        quiet: no progress on stderr.
        command: what to print as the way to repeat this run.
        model: a trained Keras classifier to audit, or its file; None trains a network here.
        predict: in place of `model`, any function of uint8 images (n, size, size, 3) to probabilities (n, classes);
            `size` is one of the choices.
        extra: cues, detectors and evidence of your own beside those that are installed, for this audit alone.
        **choices: any other field of `Settings`.

    Raises:
        UsageError, DataError, EnvironmentFault: with the cause and the next step in the message.
    """
    began = time.time()
    source = model if predict is None else predict
    paths = {"metadata": metadata, "reference": reference}
    settings = settings_of(
        **{name: Path(path) if path else None for name, path in paths.items()}, model=name_of(source), **choices
    )
    check_given(settings, model, predict, scan)
    check_engine(settings.engine, settings.address)
    check_subject(settings.subject)
    folder, progress = Path(folder), Progress(quiet=quiet)
    out = Path(out) if out else Path("reports") / (folder.resolve().name or "audit")
    cues, detectors, providers = parts_of(settings, extra)

    progress.say(f"Auditing {folder}")
    reviews = read_reviews(Path(settings.review)) if settings.review else ()
    images = _read(folder, out, settings, extra)
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
        conclusion = conclude(graph, answers, scan)
        result = write(
            out,
            folder,
            graph,
            conclusion,
            scan=scan,
            reviews=reviews,
            began=began,
            command=command,
            progress=progress,
        )
    progress.say(f"Verdict: {result.record.verdict}. {result.record.headline}")
    return result


def audit_the_audit(
    folder: str | Path, *, out: str | Path | None = None, quiet: bool = True, **choices: Any
) -> tuple[SelfTest, Path]:
    """Plant known cues in a folder's images and count what a scan finds; the record, and the file it was saved in.

    Takes the choices of `audit` and raises what it raises.
    """
    settings, folder, progress = settings_of(**choices), Path(folder), Progress(quiet=quiet)
    out = Path(out) if out else Path("reports") / (folder.resolve().name or "audit")
    check_engine(settings.engine, settings.address)
    cues, _, _ = parts_of(settings)
    images = sample(_read(folder, out, settings), settings.seed, MORE_THAN_ENOUGH)
    with (
        held(out),
        cluster(settings.engine, settings.address, settings.jobs, places=(folder, out), carried=cues),
    ):
        cache, parts = Cache(out / "cache", fresh=settings.fresh), parts_of_survey(out, cues, settings)
        record = selftest(survey_of(images, cues, None, cache, settings, progress, parts), cues, settings, progress)
        path = write_text(out / "selftest.json", record.model_dump_json(indent=1) + "\n")
        parts.discard()
        return record, path


def _read(folder: Path, out: Path, settings: Settings, extra: Sequence[Any] = ()) -> ImageTable:
    """The table of images, once all that was chosen is known to fit it, and `out` can be written."""
    images = read_folder(
        folder,
        metadata=settings.metadata,
        group_by=settings.group_by,
        split=settings.split,
        ignore=settings.ignore,
        drop_small=settings.drop_small,
        max_bad=settings.max_bad,
    )
    make_folder(folder, out)
    check_names(settings, images, extra)
    check_roles(settings, images)
    return images
