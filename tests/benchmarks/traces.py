"""Traces of a source in pixels whose files are alike: is the right one the leading evidence of what is concluded first?

Photographs of several kinds are saved alike at quality 95; those that get a trace were saved coarsely, reduced and
enlarged, sharpened or denoised before. Sets are dealt from them with labels at random, as in `verdicts`, and each goes
through the audit's own association, joint test of file traits, side effects, order and conclusions.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any

import cv2
import joblib
import numpy as np
import pandas as pd
from PIL import Image, ImageFilter

from biasaudit.cues import BUILTIN
from biasaudit.cues.cue import Cue
from biasaudit.evidence.measure.planting import insertable, plant_each
from biasaudit.images.table import ImageTable
from biasaudit.runtime.progress import Progress
from biasaudit.selftest.sitting import share
from biasaudit.selftest.trial import Trial, run_trial
from tests.benchmarks.verdicts import DATA, _table, _values

FOLDERS = ("skin", "objects_control", "leaves")
STRENGTHS = ((0.9, 0.1), (0.7, 0.3))
LAST, SEED, AGAIN = 95, 2026, 40
PLANTED = "trace"
MOVED = 0.5
"""Deviations by which a trace moves the measure of a mark, from which on the mark is put in too."""


def _coarsely(quality: int) -> Callable[[Image.Image], Image.Image]:
    def change(picture: Image.Image) -> Image.Image:
        held = BytesIO()
        picture.save(held, "JPEG", quality=quality)
        return Image.open(held).convert("RGB")

    return change


def _enlarged(share: float) -> Callable[[Image.Image], Image.Image]:
    def change(picture: Image.Image) -> Image.Image:
        small = [round(extent * share) for extent in picture.size]
        return picture.resize(small, Image.Resampling.BICUBIC).resize(picture.size, Image.Resampling.BICUBIC)

    return change


def _sharpened(picture: Image.Image) -> Image.Image:
    return picture.filter(ImageFilter.UnsharpMask())


def _denoised(picture: Image.Image) -> Image.Image:
    return Image.fromarray(cv2.fastNlMeansDenoisingColored(np.asarray(picture), None, 10, 10, 7, 21))


TRACES: dict[str, tuple[Callable[[Image.Image], Image.Image], tuple[str, ...]]] = {
    **{f"saved at {quality}": (_coarsely(quality), ("file-earlier_compression",)) for quality in (25, 40, 60)},
    "shrunk to half and enlarged": (_enlarged(1 / 2), ("file-resampling",)),
    "shrunk to two thirds and enlarged": (_enlarged(2 / 3), ("file-resampling",)),
    "sharpened": (_sharpened, ("property-sharpness",)),
    "denoised": (_denoised, ("property-noise",)),
}
"""What was done before, and the findings that name it."""


def _saved(images: ImageTable, folder: Path, before: Callable[[Image.Image], Image.Image] | None) -> ImageTable:
    """The same photographs saved at `LAST`, after what was done before if anything."""
    for row in range(images.n):
        picture = Image.fromarray(images.photo(row).rgb)
        path = folder / f"{row:05d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        (before(picture) if before else picture).save(path, "JPEG", quality=LAST)
    return _table(folder)


def _trial(
    clean: pd.DataFrame,
    planted: pd.DataFrame | None,
    strength: tuple[float, float],
    drawn: dict[str, pd.DataFrame],
    number: int,
) -> Trial:
    rng = np.random.default_rng([SEED, number, round(100 * strength[0])])
    n = len(clean)
    labels = rng.permutation(np.where(np.arange(n) < n // 2, "one", "other").astype(object))
    groups, cue = np.arange(n).astype(str), None if planted is None else PLANTED
    tables = {} if planted is None else {PLANTED: planted}
    return run_trial(clean, tables, labels, groups, strength, BUILTIN, cue, number, drawn, with_sources=True)


def prepared(
    folder: Path, n: int, traces: Sequence[str]
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame], dict[str, dict[str, pd.DataFrame]]]:
    """Of n photographs the values of all cues in them, by trace in those that have it, and by trace and cue in the
    first `AGAIN` with as much of that cue put in as the trace moves it: what the audit does to tell side effects."""
    images = _table(folder)
    images = images.subset(np.random.default_rng(SEED).permutation(images.n)[:n])
    numbers = [cue for cue in BUILTIN if not cue.words]
    planted, drawn = {}, {}
    with tempfile.TemporaryDirectory() as place:
        alike = _saved(images, Path(place) / "clean", None)
        clean = _values(alike, Path(place))
        for trace in traces:
            planted[trace] = _values(_saved(images, Path(place) / trace, TRACES[trace][0]), Path(place))
            steps = {cue.id: _step(cue, clean[cue.id], planted[trace][cue.id]) for cue in insertable(numbers)}
            steps = {cue: step for cue, step in steps.items() if step}
            few, quiet = alike.subset(np.arange(AGAIN)), Progress(quiet=True)
            drawn[trace] = plant_each(few, numbers, steps, jobs=None, seed=SEED, progress=quiet)
    return clean, planted, drawn


def _step(cue: Cue, clean: pd.Series, planted: pd.Series) -> float:
    """As `difference_of` has it of classes that differ by the trace; 0 of a mark that the trace hardly moves."""
    if cue.kind == "artefact":
        moved = np.mean(planted.to_numpy(dtype=float) - clean.to_numpy(dtype=float))
        return float(abs(moved) > MOVED * np.nanstd(clean.to_numpy(dtype=float)))
    step = float(np.nanmedian(planted.to_numpy(dtype=float)) - np.nanmedian(clean.to_numpy(dtype=float)))
    if not np.isfinite(step):
        return 0.0
    return step if np.sign(step) in cue.directions else abs(step) * cue.directions[0]


def measure(n: int = 300, sets: int = 10, data: Path = DATA, traces: Sequence[str] = tuple(TRACES)) -> dict[str, Any]:
    """By folder, trace and strength: in how many of `sets` the right finding leads the first conclusion; and of as many
    clean sets how many had any conclusion but `appearance`."""
    rows, alarms, clean_sets = [], 0, 0
    for name in FOLDERS:
        clean, planted, drawn = prepared(data / name, n, traces)
        plan: list[tuple[str, tuple[float, float], int]] = list(product(traces, STRENGTHS, range(sets)))
        plan += [("", (0.0, 0.0), number) for number in range(3 * sets)]
        tasks = (
            joblib.delayed(_trial)(clean, planted.get(trace), s, drawn.get(trace, {}), number)
            for trace, s, number in plan
        )
        found = list(joblib.Parallel(n_jobs=-1, return_as="generator")(tasks))
        for trace, strength in product(traces, STRENGTHS):
            some = [t for (w, s, _), t in zip(plan, found, strict=True) if (w, s) == (trace, strength)]
            other = [trial.evidence[:1] for trial in some if not set(trial.evidence[:1]) & set(TRACES[trace][1])]
            rows.append(
                {
                    "folder": name,
                    "trace": trace,
                    "strength": strength,
                    "sets": len(some),
                    "leads": len(some) - len(other),
                    "first": dict(Counter(str(trial.concluded[:1]) for trial in some).most_common()),
                    "instead": dict(Counter(map(str, other)).most_common(3)),
                }
            )
        quiet = [trial for (trace, _, _), trial in zip(plan, found, strict=True) if not trace]
        alarms += sum(any(kind != "appearance" for kind in trial.concluded) for trial in quiet)
        clean_sets += len(quiet)
    return {"rows": rows, "alarms": alarms, "clean_sets": clean_sets, "interval": list(share(alarms, clean_sets))}


def table(found: dict[str, Any] | None) -> str:
    """A line a folder, trace and strength, and one on clean sets."""
    if found is None:
        return "Not run: no photographs."
    lines = [
        f"{row['folder']}, {row['trace']}, {row['strength'][0]:.0%} / {row['strength'][1]:.0%}: "
        f"leads the first conclusion in {row['leads']} of {row['sets']}"
        + (f"; instead {row['instead']}" if row["instead"] else "")
        for row in found["rows"]
    ]
    return "\n".join(
        [*lines, f"Clean sets with a conclusion but appearance: {found['alarms']} of {found['clean_sets']}"]
    )
