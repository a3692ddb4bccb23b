"""Gather: one pass over the files, the model opened, and the graph from which every fact of the audit comes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from biasaudit.cues.cue import Cue
from biasaudit.evidence.graph import Evidence, Graph
from biasaudit.evidence.measure.file_columns import file_columns
from biasaudit.evidence.measure.survey import Survey, survey
from biasaudit.evidence.resuming import checkpoints_of_run, checkpoints_of_survey
from biasaudit.evidence.roles import check_roles
from biasaudit.images.pixels import PixelStore
from biasaudit.images.table import ImageTable
from biasaudit.images.understood import columns_read, left_out
from biasaudit.images.usable import check_usable
from biasaudit.model.given.opening import open_user_model
from biasaudit.model.given.user_model import UserModel
from biasaudit.model.network_file import remove_networks
from biasaudit.results import Sentence, say
from biasaudit.runtime.cache import Cache
from biasaudit.runtime.checkpoints import Checkpoints
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings

SCAN = say("No model was trained: this is a scan of the data; `biasaudit run` trains one.")
LEFT_OUT = say("Left out with --without.")
SERVES_ALONE = {"discovery": ("patterns", "fixed_places"), "attribution": ("attributions",)}
"""Detector -> facts that nobody wants once it is left out."""
FIRST = ("composition", "fitted", "discovered")
"""Facts made before anything is asked: a reference population that cannot be read is told before the training."""


@contextmanager
def gather(
    images: ImageTable,
    cues: Sequence[Cue],
    providers: Iterable[Evidence],
    settings: Settings,
    *,
    source: Any = None,
    weights: Mapping[str, float] | None = None,
    scan: bool = False,
    out: Path,
    progress: Progress,
) -> Iterator[Graph]:
    """The facts of an audit, while its pixels are at hand; what they were kept in is removed at the end.

    Args:
        images: what was read. source: the model to audit; None trains one, unless this is a `scan`.
        weights: image id -> how much it counts in training.
        out: the output folder; pixels and pieces of finished work lie in its cache.

    Raises:
        DataError: too many files turned out to be unreadable. EnvironmentFault, UsageError: no network could be had.
    """
    cache, checkpoints = Cache(out / "cache", fresh=settings.fresh), checkpoints_of_survey(out, cues, settings)
    backbone = None if scan else _load(settings, progress)
    given = None if source is None else _open(source, images, settings, progress)
    sizes = [part.size for part in (backbone, given) if part is not None]
    store = _reserve(out.absolute() / "cache", images.n, sizes)
    try:
        surveyed = survey_of(images, cues, store, cache, settings, progress, checkpoints)
        check_roles(settings, surveyed.images)
        known = {
            "images": surveyed.images,
            "survey": surveyed,
            "cues": cues,
            "given": given,
            "weights_file": weights,
            "settings": settings,
            "cache": cache,
            "checkpoints": checkpoints_of_run(checkpoints, surveyed, settings, source),
            "progress": progress,
        }
        if backbone is not None:
            known["backbone"] = backbone
        graph = Graph(known, providers, _withheld(settings, scan))
        for name in FIRST:
            graph.get_or(name)
        yield graph
    finally:
        if store is not None:
            store.discard()
        remove_networks(out / "cache")
    checkpoints.discard()


def survey_of(
    images: ImageTable,
    cues: Sequence[Cue],
    store: PixelStore | None,
    cache: Cache,
    settings: Settings,
    progress: Progress,
    checkpoints: Checkpoints,
) -> Survey:
    """What one pass over the files found, of those that can be audited. Raises DataError where too few can."""
    told = file_columns(people=settings.dicom_people)
    surveyed = survey(
        images, (*cues, *told), store=store, jobs=settings.jobs, cache=cache, progress=progress, checkpoints=checkpoints
    )
    usable = check_usable(surveyed.images, settings.max_bad, settings.drop_small, settings.allow_missing)
    _tell_what_came(images, usable, settings, progress)
    return surveyed.of(usable)


def _tell_what_came(before: ImageTable, after: ImageTable, settings: Settings, progress: Progress) -> None:
    """Say of the files what only reading them told: those that are left out, columns of their own, and warnings."""
    columns = after.metadata_columns[len(before.metadata_columns) :]
    lost = replace(after, left_out=after.left_out[len(before.left_out) :])
    for line in (*columns_read(after, columns, settings.missing), *left_out(lost)):
        progress.say(f"  {line}")
    for warning in after.warnings[len(before.warnings) :]:
        progress.say(f"  Note: {warning}")


def _withheld(settings: Settings, scan: bool) -> dict[str, Sentence]:
    """Facts that this run is not to have, with the reason."""
    unwanted = [name for detector in settings.without for name in SERVES_ALONE.get(detector, ())]
    return dict.fromkeys(unwanted, LEFT_OUT) | ({"backbone": SCAN} if scan else {})


def _load(settings: Settings, progress: Progress) -> Any:
    # TensorFlow takes seconds to import: only where a model is needed.
    from biasaudit.model.backbones import load

    with progress.step("Loading the network"):
        backbone = load(settings.backbone, trust_model=settings.trust_model, seed=settings.seed)
    progress.say(f"Backbone: {backbone.name}, {backbone.size} px")
    return backbone


def _open(source: Any, images: ImageTable, settings: Settings, progress: Progress) -> UserModel:
    with progress.step("Loading the model to audit"):
        given = open_user_model(source, images.classes, settings)
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
