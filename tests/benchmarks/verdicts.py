"""How often a scan is right on planted truth: false alarms, recall, order, and class = source.

Each cue is put into every image of a pool and everything is measured again. Sets are then dealt from the pool: labels
at random in the wanted shares, the cue in P(cue | class) of one class and P(cue | rest) of the other. So one hour
of measuring gives thousands of sets, and every set goes through the audit's own association, verdicts and order.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import cv2
import joblib
import numpy as np
import pandas as pd
from PIL import Image

from biasaudit.cache import Cache
from biasaudit.cues import BUILTIN
from biasaudit.evidence.planting import insertable, plant_each, step_of
from biasaudit.evidence.survey import survey
from biasaudit.images.table import ImageTable
from biasaudit.progress import Progress
from biasaudit.selftest.sitting import share
from biasaudit.selftest.trial import Trial, run_trial
from tests.benchmarks.scenes import save, scene

MAJORITIES = (0.5, 0.8)
STRENGTHS = ((0.9, 0.1), (0.7, 0.3))
SEED, SIDE = 2026, 192


def _table(root: Path) -> ImageTable:
    """Every image under `root`, whatever its folder."""
    files = sorted(str(path.relative_to(root)) for path in root.rglob("*.jpg"))
    frame = pd.DataFrame({"id": files, "label": "any", "split": None, "group": files})
    return ImageTable(root=root, frame=frame)


def _values(images: ImageTable, folder: Path) -> pd.DataFrame:
    cache = Cache(folder / "cache", fresh=True)
    values = survey(images, BUILTIN, store=None, jobs=None, cache=cache, progress=Progress()).values
    return values[[cue.id for cue in BUILTIN]]


def _stored_otherwise(images: ImageTable, folder: Path) -> dict[str, pd.DataFrame]:
    """The traits of a file that can be planted only by writing the file so."""
    planted = {}
    for cue in ("jpeg_quality", "image_size"):
        for index, name in enumerate(images.ids):
            with Image.open(images.path(index)) as image:
                if cue == "image_size":
                    image = image.resize(
                        (round(image.width * 0.7), round(image.height * 0.7)), Image.Resampling.LANCZOS
                    )
                path = folder / cue / name
                path.parent.mkdir(parents=True, exist_ok=True)
                image.save(path, quality=60 if cue == "jpeg_quality" else 92)
        planted[cue] = _values(replace(images, root=folder / cue), folder)
    return planted


def make_pool(folder: Path, n: int, photographs: Path | None = None) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Values of every cue in each of `n` images as they are, and by cue with that cue put in."""
    if photographs is None:
        for number in range(n):
            save(folder / "pool" / f"{number:05d}.jpg", scene(np.random.default_rng([SEED, number]), SIDE))
    images = _table(photographs or folder / "pool")
    if images.n > n:
        images = images.subset(np.random.default_rng(SEED).choice(images.n, n, replace=False))
    clean = _values(images, folder)
    steps = {cue.id: step_of(cue, clean[cue.id].to_numpy(dtype=float)) for cue in insertable(BUILTIN)}
    steps = {cue: step for cue, step in steps.items() if step}
    numbers = [cue for cue in BUILTIN if not cue.words]
    planted = plant_each(images, numbers, steps, jobs=None, seed=SEED, progress=Progress())
    return clean, planted | _stored_otherwise(images, folder)


def _deal(n: int, majority: float, rng: np.random.Generator) -> np.ndarray:
    labels = np.where(np.arange(n) < round(n * majority), "common", "rare").astype(object)
    return rng.permutation(labels)


def _trial(
    clean: pd.DataFrame, planted: dict[str, pd.DataFrame], cue: str | None, strength: Any, majority: float, number: int
) -> Trial:
    cv2.setNumThreads(1)
    rng = np.random.default_rng([SEED, number, round(majority * 100), round(strength[0] * 100)])
    labels = _deal(len(clean), majority, rng)
    return run_trial(clean, planted, labels, strength, BUILTIN, cue, int(rng.integers(2**31)))


def measure(
    n: int, clean_sets: int, sets: int, photographs: Path | None = None, cues: Sequence[str] = ()
) -> dict[str, Any]:
    """The whole benchmark on one pool; every figure with its counts."""
    with tempfile.TemporaryDirectory() as folder:
        clean, planted = make_pool(Path(folder), n, photographs)
    chosen = [cue for cue in planted if not cues or cue in cues]
    plan: list[tuple[str | None, tuple[float, float], float, int]] = []
    plan += [(None, (0.0, 0.0), majority, number) for majority in MAJORITIES for number in range(clean_sets // 2)]
    plan += list(product(chosen, (*STRENGTHS, (1.0, 0.0)), MAJORITIES, range(sets)))
    parallel = joblib.Parallel(n_jobs=-1, return_as="generator")
    tasks = (joblib.delayed(_trial)(clean, planted, *one) for one in plan)
    trials = list(Progress().track(parallel(tasks), f"Scanning {len(plan)} sets", len(plan)))
    return {"n": len(clean), **_score(plan, trials)}


def _score(plan: list[Any], trials: list[Trial]) -> dict[str, Any]:
    alarms = [trial.flagged for trial in trials if trial.cue is None]
    blamed = sum(map(bool, alarms))
    rate, low, high = share(blamed, len(alarms))
    rows = []
    for cue, strength, majority in dict.fromkeys((one[0], one[1], one[2]) for one in plan if one[0]):
        some = [t for one, t in zip(plan, trials, strict=True) if one[:3] == (cue, strength, majority)]
        rivals = pd.Series([t.flagged[0] for t in some if t.flagged and not t.first], dtype=object).value_counts()
        rows.append(
            {
                "cue": cue,
                "strength": strength,
                "majority": majority,
                "sets": len(some),
                "recall": float(np.mean([t.found for t in some])),
                "first": float(np.mean([t.first for t in some])),
                "unidentifiable": float(np.mean([t.inseparable for t in some])),
                "before_it": rivals.head(3).to_dict(),
            }
        )
    return {
        "clean_sets": len(alarms),
        "false_alarms": blamed,
        "false_alarm_rate": rate,
        "false_alarm_interval": [low, high],
        "blamed": pd.Series([cue for flagged in alarms for cue in flagged], dtype=object).value_counts().to_dict(),
        "cues": rows,
    }
