"""Each of several cues put into each image of a sample, and everything measured again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import cv2
import joblib
import numpy as np
import pandas as pd

from biasaudit.cues.cue import Cue
from biasaudit.evidence.measure.photograph import Value, measure
from biasaudit.evidence.named.too_small import LEAST_KNOWN
from biasaudit.images.photo import Photo
from biasaudit.images.table import ImageTable
from biasaudit.runtime.cluster import in_order
from biasaudit.runtime.processes import share_cores
from biasaudit.runtime.progress import Progress
from biasaudit.stats import generator

STEP = 2.0
"""How far a property is moved, in standard deviations of its values in these images."""
FEW = 24
"""Pictures to measure, up to which starting processes would take longer than the work."""


def insertable(cues: Sequence[Cue]) -> list[Cue]:
    """The cues that can be planted in pixels. A trait of a file is mostly read from its header: nothing to miss."""
    return [cue for cue in cues if cue.insert is not None and (cue.kind != "file" or cue.in_pixels)]


def step_of(cue: Cue, values: np.ndarray) -> float:
    """How much of a cue to plant: 1, fully drawn, of an artefact; `STEP` robust deviations of a property.

    values: float (n,), the cue as it is in these images, NaN where unknown. 0 where they do not differ: nothing can be
    planted then.
    """
    if cue.kind == "artefact":
        return 1.0
    known = values[np.isfinite(values)]
    if not known.size:
        return 0.0
    low, high = np.quantile(known, [0.16, 0.84])
    return cue.directions[0] * STEP * float((high - low) / 2 or known.std())


def not_planted(cue: Cue, values: np.ndarray) -> str:
    """Why a cue is not planted in pictures in which it was measured as `values`, float (n,); "" where it can be."""
    if cue.smallest_side and np.isfinite(values).mean() < LEAST_KNOWN:
        return f"the pictures are too small: it needs {cue.smallest_side} pixels on the shorter side"
    return "" if step_of(cue, values) else "the images do not differ in it"


def _encoded(rgb: np.ndarray) -> int:
    """Bytes of the picture as a JPEG of middle quality."""
    return len(cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, 85])[1])


def _with_each(
    photo: Photo, cues: Sequence[Cue], steps: Mapping[str, float], seed: int, name: str
) -> list[dict[str, Value]]:
    found, before = [], _encoded(photo.rgb)
    for cue in cues:
        if cue.id in steps and cue.insert is not None:
            try:
                rgb, _ = cue.insert(photo.rgb, steps[cue.id], generator(seed, "planting", cue.id, name))
            except Exception:  # a cue that cannot be drawn is not put in, and costs nothing else
                rgb = photo.rgb
            rgb = np.ascontiguousarray(rgb)
            # What is in a picture shows in the size of its file.
            n_bytes = round(photo.file.n_bytes * _encoded(rgb) / before)
            values, _ = measure(Photo(rgb, replace(photo.file, n_bytes=n_bytes)), cues)  # the survey told what fails
            found.append(values)
    return found


def _read_and_plant(
    images: ImageTable, row: int, cues: Sequence[Cue], steps: Mapping[str, float], seed: int
) -> list[dict[str, Value]]:
    share_cores()
    return _with_each(images.photo(row), cues, steps, seed, str(images.ids[row]))


def plant_each(
    images: ImageTable,
    cues: Sequence[Cue],
    steps: Mapping[str, float],
    *,
    jobs: int | None,
    seed: int,
    progress: Progress,
) -> dict[str, pd.DataFrame]:
    """Cue id -> the values of every cue in every image with that cue put in, one row an image."""
    absolute = replace(images, root=images.root.absolute())
    tasks = (joblib.delayed(_read_and_plant)(absolute, row, cues, steps, seed) for row in range(images.n))
    measured = in_order(tasks, jobs, few=images.n * len(steps) < FEW)
    rows = list(progress.track(measured, f"Planting {len(steps)} cues in {images.n} images", images.n))
    planted = [cue.id for cue in cues if cue.id in steps]
    return {cue: pd.DataFrame([row[place] for row in rows]) for place, cue in enumerate(planted)}
