"""What the user chose, held against what there is before any work: names, roles, parts, and where to write."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from biasaudit.cues import BUILTIN as CUES
from biasaudit.cues.cue import Cue
from biasaudit.cues.skin_tone import skin_tone
from biasaudit.detectors import BUILTIN as DETECTORS
from biasaudit.detectors.detector import Detector
from biasaudit.errors import EnvironmentFault, UsageError
from biasaudit.evidence.cue_values import CONSTANT, metadata_cue
from biasaudit.evidence.graph import Evidence
from biasaudit.evidence.providers import BUILTIN as PROVIDERS
from biasaudit.images.names import escaped
from biasaudit.images.table import ImageTable
from biasaudit.model.model_file import check_classifier_file
from biasaudit.model.opening import PIXELS
from biasaudit.model.training_sample import FEWEST
from biasaudit.runtime.plugins import installed
from biasaudit.settings import ROLES, Settings


def settings_of(**choices: Any) -> Settings:
    """Settings from keyword arguments. Raises UsageError where one is no field of `Settings`."""
    try:
        return Settings(**choices)
    except TypeError as error:
        raise UsageError(f"{error}. The choices are the fields of biasaudit.Settings.") from error


def parts_of(
    settings: Settings, extra: Sequence[Cue | Detector | Evidence] = ()
) -> tuple[tuple[Cue, ...], tuple[Detector, ...], tuple[Evidence, ...]]:
    """The cues, detectors and evidence of an audit: all installed and `extra`, without those left out.

    Raises UsageError where two have one id, or where an extra one is none, or a cue that workers cannot import.
    """
    cues, detectors, providers = _all_parts(extra, (*CUES, skin_tone) if settings.skin_tone else CUES)
    left_out = set(settings.without)
    return (
        tuple(c for c in cues if c.id not in left_out),
        tuple(d for d in detectors if d.id not in left_out),
        providers,
    )


def _all_parts(
    extra: Sequence[Cue | Detector | Evidence], builtin: Sequence[Cue] = CUES
) -> tuple[tuple[Cue, ...], tuple[Detector, ...], tuple[Evidence, ...]]:
    for part in extra:
        if not isinstance(part, Cue | Detector | Evidence):
            raise UsageError(
                f"extra: {part!r} is neither a cue, a detector nor evidence; @cue, @detector and @evidence make them."
            )
        if isinstance(part, Cue) and part.measure.__module__ == "__main__":
            raise UsageError(
                f"extra: save the cue {part.id!r} in a file of its own and import it: the processes that read images "
                "cannot see what is written in a notebook or a script."
            )
    return (
        installed("biasaudit.cues", (*builtin, *(part for part in extra if isinstance(part, Cue)))),
        installed("biasaudit.detectors", (*DETECTORS, *(part for part in extra if isinstance(part, Detector)))),
        installed("biasaudit.evidence", (*PROVIDERS, *(part for part in extra if isinstance(part, Evidence)))),
    )


def check_names(settings: Settings, images: ImageTable, extra: Sequence[Cue | Detector | Evidence] = ()) -> None:
    """Raise UsageError where --without names nothing that there is."""
    cues, detectors, _ = _all_parts(extra)
    known = {cue.id for cue in cues} | {detector.id for detector in detectors}
    unknown = sorted(set(settings.without) - known - set(images.metadata_columns))
    if unknown:
        raise UsageError(
            f"--without: there is no cue, detector or column {unknown[0]!r}. "
            "`biasaudit cues` and `biasaudit detectors` list them."
        )


def check_roles(settings: Settings, images: ImageTable) -> None:
    """Raise UsageError where a role is given to a column that is not there, is used otherwise, or is no group."""
    taken = {"--split": (settings.split,), "--ignore": settings.ignore, "--without": settings.without}
    given: dict[str, str] = {}
    for role in ROLES:
        for column in getattr(settings, role):
            option, name = f"--{role}", escaped(column)
            if settings.metadata is None:
                raise UsageError(f"{option} {name} needs a table: name it with --metadata.")
            if given.setdefault(column, option) != option:
                raise UsageError(f"{option} {name}: the column is named in {given[column]} too. Give it one role.")
            if other := next((where for where, names in taken.items() if column in names), ""):
                raise UsageError(f"{option} {name}: the column is named in {other} too. Take it out of one of them.")
            if column not in images.metadata_columns:
                have = ", ".join(repr(escaped(str(each), 40)) for each in images.metadata_columns) or "none"
                raise UsageError(f"{option}: the CSV has no column {name!r} that can have a role; choose from: {have}.")
    for column in settings.nuisance:
        why = metadata_cue(column, images.frame[f"meta_{column}"].to_numpy(dtype=object)).untestable
        if column == settings.group_by or (why and why != CONSTANT):
            raise UsageError(
                f"--nuisance {escaped(column)}: {why or 'it names the groups, which are kept whole'}, so nothing can "
                "be compared within one value of it. Name a coarser column."
            )


def check_given(settings: Settings, model: Any, predict: Any, scan: bool) -> None:
    """Raise UsageError where a model to audit cannot be used as it is given; nothing of it is loaded yet."""
    if settings.train_limit is not None and settings.train_limit < 2 * FEWEST:
        raise UsageError(f"--train-limit {settings.train_limit}: a network needs {2 * FEWEST} images at least.")
    if model is None and predict is None:
        about = {"--classes": settings.classes, "--pixels": settings.pixels != "0..255", "--size": settings.size}
        if named := [option for option, value in about.items() if value]:
            raise UsageError(f"{named[0]} is about a model that you have already: name it with --model.")
        return
    if model is not None and predict is not None:
        raise UsageError("There is one model to an audit: give `model` or `predict`.")
    if scan:
        raise UsageError("A scan looks at the data alone and asks no model; `run` audits one.")
    if settings.weights is not None:
        raise UsageError("--weights counts images in training, and a given model is trained already: leave one out.")
    if settings.train_limit is not None:
        raise UsageError("--train-limit is about training, and a given model is trained already: leave one out.")
    if settings.finetune:
        raise UsageError("--finetune trains a network, and a model that is given is audited as it is: leave one out.")
    if settings.pixels not in PIXELS or (predict is not None and settings.pixels != "0..255"):
        raise UsageError(f"--pixels {settings.pixels}: a Keras model takes {', '.join(PIXELS)}, and a function 0..255.")
    if len(set(settings.classes)) < len(settings.classes):
        raise UsageError("--classes names a class twice.")
    if settings.size is not None and not 8 <= settings.size <= 2048:
        raise UsageError(f"--size {settings.size}: the side of a model's input is from 8 to 2048 pixels.")
    if predict is not None and (settings.size is None or not callable(predict)):
        raise UsageError("`predict` is a function of uint8 images (n, size, size, 3): say which `size`.")
    if isinstance(model, str | Path):
        check_classifier_file(str(model), trust_model=settings.trust_model)


def make_folder(folder: Path, out: Path) -> None:
    """Make sure that `out` can be written, holds no images of this audit and leads nowhere else."""
    inside = [out / "cache", out / "evidence"]
    if folder.resolve() in [place.resolve() for place in (out, *inside)]:
        raise UsageError(f"The report cannot be written into {folder}, which it is about. Choose another --out.")
    linked = [place.name for place in inside if place.is_symlink()]
    if linked:
        raise EnvironmentFault(f"{linked[0]} in {out} is a link to somewhere else. Remove it or choose another --out.")
    try:
        out.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=out).close()
    except OSError as error:
        raise EnvironmentFault(f"Cannot write to {out}: {error.strerror}. Choose another folder with --out.") from error
