"""What was audited, with which model and on which machine, as the records that stand in `audit.json`."""

from __future__ import annotations

import hashlib
import platform
from collections import Counter
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pandas as pd

from biasaudit.evidence.measure.survey import Survey
from biasaudit.evidence.predictions import Predictions
from biasaudit.images.names import as_unicode
from biasaudit.results import Dataset, Model, Sentence

LIBRARIES = ("biasaudit", "tensorflow", "keras", "numpy", "pandas", "scikit-learn", "opencv-python-headless", "pillow")


def dataset_record(folder: Path, surveyed: Survey, read_as: tuple[Sentence, ...] = (), field: str = "photo") -> Dataset:
    """The data set as it was read: counts, exclusions, and a fingerprint over ids, labels and content."""
    images, values = surveyed.images, surveyed.values
    sizes = Counter(f"{width} x {height}" for width, height in zip(values["width"], values["height"], strict=True))
    splits = images.frame["split"].dropna()
    return Dataset(
        name=as_unicode(folder.resolve().name),
        n=images.n,
        classes=dict(Counter(images.frame["label"])),
        splits=dict(Counter(splits)),
        groups=images.frame["own_group"].nunique() if images.grouped else None,
        excluded=images.excluded,
        notes=images.notes,
        warnings=images.warnings,
        read_as=read_as,
        sizes=dict(sizes.most_common(10)),
        formats=dict(Counter(values["format"])),
        field=field,
        fingerprint=_fingerprint(images.frame, values["hash"]),
    )


def _fingerprint(frame: pd.DataFrame, hashes: pd.Series) -> str:
    """sha256 over a line an image: its id, label and content hash. The table is in the order of the ids."""
    digest = hashlib.sha256()
    for place, line in enumerate(zip(frame["id"], frame["label"], hashes, strict=True)):
        digest.update(("\n" * (place > 0) + "\t".join(line)).encode())
    return digest.hexdigest()


def model_record(name: str, model: Predictions) -> Model:
    """The network and how well it had learnt."""
    return Model(
        backbone=as_unicode(name),
        training=model.training,
        folds=0 if model.given else int(model.fold.max()) + 1,
        auc=model.auc,
        learnt=model.learnt,
        balanced_accuracy=model.balanced_accuracy,
        curves=model.curves,
        own=model.network.own,
    )


def environment() -> dict[str, str]:
    """Versions of Python and of the libraries that a finding rests on."""
    found = {"python": platform.python_version(), "system": platform.system(), "machine": platform.machine()}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            found[library] = "not installed"
    return found
