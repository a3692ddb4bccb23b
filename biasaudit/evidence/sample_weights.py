"""How much each image counts when a model is trained here, as a `weights.csv` says; all is measured unweighted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from biasaudit.errors import UsageError
from biasaudit.images.names import escaped
from biasaudit.images.sources.matching.match import match_paths
from biasaudit.images.sources.matching.path_text import leads_out
from biasaudit.images.sources.tables import read_table
from biasaudit.images.table import ImageTable


def sample_weights(images: ImageTable, weights_file: Mapping[str, float] | None) -> np.ndarray | None:
    """The weight of each image in training, float (n,), mean 1 in each class; None where no file was named.

    weights_file: as `read_weights` returns it. Raises UsageError where an image that is audited has no weight, or a
    class has none above 0.
    """
    if weights_file is None:
        return None
    without = [str(id) for id in images.ids if id not in weights_file]
    if without:
        raise UsageError(
            f"--weights: {len(without)} image(s) have no weight, such as {escaped(without[0])}. Give each image one."
        )
    weights = np.array([weights_file[str(id)] for id in images.ids])
    for code, label in enumerate(images.classes):
        some = (images.codes == code) & ~images.held_out
        if not weights[some].sum() > 0:
            raise UsageError(f"--weights: no image of class {escaped(label, 60)} has a weight above 0.")
        weights[some] /= weights[some].mean()
    return weights


def read_weights(file: str | Path, images: ImageTable) -> dict[str, float]:
    """Image id -> weight, of the images that are audited.

    Raises UsageError where there is no column `weight`, a weight is no finite number of at least 0, two rows of one
    file disagree, or a path names no file of the folder.
    """
    frame = read_table(Path(file), "--weights")
    for column in ("path", "weight"):
        if column not in frame:
            raise UsageError(f"--weights: {escaped(str(file))} has no column {column!r}.")
    frame = frame[frame["path"].notna()]
    paths = frame["path"].str.removeprefix("'")  # what keeps a spreadsheet from running a name
    ids = [own or plain for own, plain in zip(_matched(frame["path"], images), _matched(paths, images), strict=True)]
    weights: dict[str, float] = {}
    for path, id, text in zip(frame["path"], ids, frame["weight"], strict=True):
        weight = _number(text)
        if not (math.isfinite(weight) and weight >= 0):
            given = escaped(str(text), 40)
            raise UsageError(f"--weights: {escaped(path)} has weight {given!r}; a weight is a number of at least 0.")
        if id is None or leads_out(path):
            if leads_out(path) or not _is_file(images.root / path):
                raise UsageError(
                    f"--weights: {escaped(path)} names no file of the folder. Paths are relative to FOLDER."
                )
            continue
        if weights.setdefault(id, weight) != weight:
            raise UsageError(f"--weights: {escaped(path)} has two weights. Keep one row a file.")
    return weights


def _matched(paths: pd.Series, images: ImageTable) -> list[str | None]:
    return match_paths(paths, set(map(str, images.ids))).ids


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _number(text: object) -> float:
    try:
        return float(str(text))
    except ValueError:
        return math.nan
