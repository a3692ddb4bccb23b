"""Traces of a source in pixels whose files are alike: is the right one the leading evidence of what is concluded first?

Photographs of several kinds are saved alike at quality 95; those that get a trace were saved coarsely once before. Sets
are dealt from them with labels at random, as in `verdicts`, and each goes through the audit's own association, joint
test of file traits, side effects, order and conclusions.
"""

from __future__ import annotations

import tempfile
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
from PIL import Image

from biasaudit.cues import BUILTIN
from biasaudit.evidence.measure.planting import plant_each
from biasaudit.images.table import ImageTable
from biasaudit.runtime.progress import Progress
from biasaudit.selftest.sitting import share
from biasaudit.selftest.trial import Trial, run_trial
from tests.benchmarks.verdicts import DATA, _table, _values

FOLDERS = ("skin", "objects_control", "leaves")
QUALITIES = (25, 40, 60)
STRENGTHS = ((0.9, 0.1), (0.7, 0.3))
LAST, SEED, AGAIN = 95, 2026, 40
TRACE = "earlier_compression"
BESIDE = ("hair", "texture", "noise", "sharpness", "entropy", "background_texture", "saturation")
"""What a coarse saving changes besides, and so has to be told under it."""


def _saved(images: ImageTable, folder: Path, before: int | None) -> ImageTable:
    """The same photographs saved at `LAST`, after a saving at `before` if any."""
    for row in range(images.n):
        picture = Image.fromarray(images.photo(row).rgb)
        for quality in (before, LAST):
            if quality is not None:
                held = BytesIO()
                picture.save(held, "JPEG", quality=quality)
                picture = Image.open(held).convert("RGB")
        path = folder / f"{row:05d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(held.getvalue())
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
    groups, cue = np.arange(n).astype(str), None if planted is None else TRACE
    tables = {} if planted is None else {TRACE: planted}
    return run_trial(clean, tables, labels, groups, strength, BUILTIN, cue, number, drawn, with_sources=True)


def measure(n: int = 300, sets: int = 10, data: Path = DATA) -> dict[str, Any]:
    """By folder, quality and strength: in how many of `sets` the trace leads the first conclusion; and of as many clean
    sets how many had any conclusion but `appearance`."""
    rows, alarms, clean_sets = [], 0, 0
    for name in FOLDERS:
        images = _table(data / name)
        images = images.subset(np.random.default_rng(SEED).permutation(images.n)[:n])
        with tempfile.TemporaryDirectory() as folder:
            alike = _saved(images, Path(folder) / "clean", None)
            clean = _values(alike, Path(folder))
            steps = {cue: _step(clean[cue].to_numpy(dtype=float)) for cue in BESIDE if cue != "hair"}
            few = alike.subset(np.arange(AGAIN))
            numbers = [cue for cue in BUILTIN if not cue.words]
            steps = {cue: step for cue, step in steps.items() if step} | {"hair": 1.0, TRACE: -60.0}
            drawn = plant_each(few, numbers, steps, jobs=None, seed=SEED, progress=Progress())
            planted = {
                quality: _values(_saved(images, Path(folder) / str(quality), quality), Path(folder))
                for quality in QUALITIES
            }
        plan: list[tuple[int | None, tuple[float, float], int]] = list(product(QUALITIES, STRENGTHS, range(sets)))
        plan += [(None, (0.0, 0.0), number) for number in range(3 * sets)]
        tasks = (joblib.delayed(_trial)(clean, planted.get(q or 0), s, drawn, number) for q, s, number in plan)
        found = list(joblib.Parallel(n_jobs=-1, return_as="generator")(tasks))
        for quality, strength in product(QUALITIES, STRENGTHS):
            some = [t for (q, s, _), t in zip(plan, found, strict=True) if (q, s) == (quality, strength)]
            leads = sum(trial.evidence[:1] == (f"file-{TRACE}",) for trial in some)
            other = [trial.evidence[:1] for trial in some if trial.evidence[:1] != (f"file-{TRACE}",)]
            rows.append(
                {
                    "folder": name,
                    "quality": quality,
                    "strength": strength,
                    "sets": len(some),
                    "leads": leads,
                    "source": sum(trial.concluded[:1] == ("source",) for trial in some),
                    "instead": [str(each) for each in other[:3]],
                }
            )
        quiet = [trial for (q, _, _), trial in zip(plan, found, strict=True) if q is None]
        alarms += sum(any(kind != "appearance" for kind in trial.concluded) for trial in quiet)
        clean_sets += len(quiet)
    return {"rows": rows, "alarms": alarms, "clean_sets": clean_sets, "interval": list(share(alarms, clean_sets))}


def _step(values: np.ndarray) -> float:
    low, high = np.nanquantile(values, [0.16, 0.84])
    return -float(high - low)  # down: as a coarse saving takes grain and texture away


def table(found: dict[str, Any] | None) -> str:
    """A line a folder, quality and strength, and one on clean sets."""
    if found is None:
        return "Not run: no photographs."
    lines = [
        f"{row['folder']}, saved at {row['quality']} before, {row['strength'][0]:.0%} / {row['strength'][1]:.0%}: "
        f"leads the first conclusion in {row['leads']} of {row['sets']} (a source in {row['source']})"
        + (f"; instead {row['instead']}" if row["instead"] else "")
        for row in found["rows"]
    ]
    return "\n".join(
        [*lines, f"Clean sets with a conclusion but appearance: {found['alarms']} of {found['clean_sets']}"]
    )
