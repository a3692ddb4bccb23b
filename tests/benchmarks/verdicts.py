"""How often a scan is right on planted truth: false alarms, recall, order, and class = source.

Each cue is put into every image of a pool and everything is measured again. Sets are then dealt from the pool: labels
at random in the wanted shares, the cue in P(cue | class) of one class and P(cue | rest) of the other. So one hour
of measuring gives thousands of sets, and every set goes through the audit's own association, verdicts and order.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import cv2
import joblib
import numpy as np
import pandas as pd
from PIL import Image

from biasaudit.cues import BUILTIN
from biasaudit.evidence.measure.planting import insertable, plant_each, step_of
from biasaudit.evidence.measure.survey import survey
from biasaudit.images.table import ImageTable
from biasaudit.runtime.cache import Cache
from biasaudit.runtime.progress import Progress
from biasaudit.selftest.sitting import share
from biasaudit.selftest.trial import Trial, run_trial
from tests.benchmarks.scenes import save, scene

MAJORITIES = (0.5, 0.8)
SIZES = (100, 300, 1000)
"""Images in a clean set: small ones are where chance looks like a tie."""
STRENGTHS = ((0.9, 0.1), (0.7, 0.3), (1.0, 0.0))
"""P(cue | class) and P(cue | rest) of the planted sets."""
SEED, SIDE = 2026, 192
DATA = Path(__file__).parents[3] / "shared" / "data"
REAL = ("actions", "brain_web", "hand_signs", "objects_control", "ultrasound", "xray")
"""Photographs of which clean sets are dealt: labels at random, so that whatever differs is tied to nothing."""
AGAIN, OTHER_STEP = 64, 0.75
"""Images in which cues are drawn a second time, and by how much less of a property is put in then."""


def _table(root: Path) -> ImageTable:
    """Every image under `root`, whatever its folder."""
    found = (path for path in root.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
    files = sorted(str(path.relative_to(root)) for path in found)
    frame = pd.DataFrame({"id": files, "label": "any", "split": None, "group": files})
    return ImageTable(root=root, frame=frame)


def _values(images: ImageTable, folder: Path) -> pd.DataFrame:
    cache = Cache(folder / "cache", fresh=True)
    values = survey(images, BUILTIN, store=None, jobs=None, cache=cache, progress=Progress()).values
    # With their sizes: what a picture is too small for is no trait of its own.
    return values[[*(cue.id for cue in BUILTIN), "width", "height"]]


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


@dataclass(frozen=True, kw_only=True, eq=False)
class Pool:
    """Photographs, measured as they are and with each cue in them."""

    clean: pd.DataFrame
    """The value of every cue in every image."""
    planted: dict[str, pd.DataFrame]
    """By cue, the same with that cue put in: what sets are dealt from."""
    again: dict[str, pd.DataFrame]
    """By cue, the same drawn anew and of another size: what the audit may know when it tells side effects."""


def make_pool(folder: Path, n: int, photographs: Path | None = None) -> Pool:
    """Draw (or take from a folder) `n` photographs and measure them."""
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
    few = images.subset(np.arange(min(images.n, AGAIN)))
    artefacts = {cue.id for cue in BUILTIN if cue.kind == "artefact"}
    other = {cue: step if cue in artefacts else OTHER_STEP * step for cue, step in steps.items()}
    again = plant_each(few, numbers, other, jobs=None, seed=SEED + 1, progress=Progress())
    return Pool(clean=clean, planted=planted | _stored_otherwise(images, folder), again=again)


def _deal(n: int, majority: float, rng: np.random.Generator) -> np.ndarray:
    labels = np.where(np.arange(n) < round(n * majority), "common", "rare").astype(object)
    return rng.permutation(labels)


def _clean_trial(clean: pd.DataFrame, size: int, majority: float, grouped: bool, number: int) -> Trial:
    """A set without any cue; `grouped`: five images a patient, all of one class and much alike."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng([SEED, number, size, round(majority * 100), grouped])
    if not grouped:
        rows = rng.permutation(len(clean))[:size]
        labels, groups = _deal(size, majority, rng), np.arange(size).astype(str)
        values = clean.iloc[rows].reset_index(drop=True)
        return run_trial(values, {}, labels, groups, (0, 0), BUILTIN, None, number, {}, with_sources=True)
    patients = size // 5
    rows = rng.permutation(len(clean))[:patients].repeat(5)
    values = clean.iloc[rows].reset_index(drop=True)
    numbers = [cue.id for cue in BUILTIN if not cue.words]
    values[numbers] += rng.normal(0, 0.3, (len(values), len(numbers))) * clean[numbers].std().to_numpy()
    groups = np.arange(patients).astype(str).repeat(5)
    labels = _deal(patients, majority, rng).repeat(5)
    return run_trial(values, {}, labels, groups, (0, 0), BUILTIN, None, number, {}, with_sources=True)


def _planted_trial(pool: Pool, cue: str, strength: tuple[float, float], majority: float, number: int) -> Trial:
    cv2.setNumThreads(1)
    rng = np.random.default_rng([SEED, number, round(majority * 100), round(strength[0] * 100)])
    n = len(pool.clean)
    labels, groups, seed = _deal(n, majority, rng), np.arange(n).astype(str), int(rng.integers(2**31))
    return run_trial(pool.clean, pool.planted, labels, groups, strength, BUILTIN, cue, seed, pool.again)


def measure(
    n: int,
    clean_sets: int,
    sets: int,
    photographs: Path | None = None,
    strengths: Sequence[tuple[float, float]] = STRENGTHS,
) -> dict[str, Any]:
    """The whole benchmark on one pool of `n` photographs: `clean_sets` of several sizes, and `sets` for each cue,
    strength and share; every figure with its counts."""
    with tempfile.TemporaryDirectory() as folder:
        pool = make_pool(Path(folder), n, photographs)
    clean = _kinds_of_clean_sets(len(pool.clean), clean_sets)
    plan = list(product(pool.planted, strengths, MAJORITIES, range(sets)))
    tasks = [joblib.delayed(_clean_trial)(pool.clean, *one) for one in clean]
    tasks += [joblib.delayed(_planted_trial)(_only(pool, one[0]), *one) for one in plan]
    parallel = joblib.Parallel(n_jobs=-1, return_as="generator")
    trials = list(Progress().track(parallel(tasks), f"Scanning {len(tasks)} sets", len(tasks)))
    return {"n": len(pool.clean), **_score_clean(clean, trials[: len(clean)]), **_score(plan, trials[len(clean) :])}


def measure_real(n: int, clean_sets: int) -> dict[str, Any]:
    """Clean sets dealt from real photographs, whose sizes, formats and compression differ as people's files do: of each
    folder up to `n` photographs, and `clean_sets` sets; false alarms of all together and by folder."""
    clean, trials, by_folder = [], [], {}
    for name in REAL:
        images = _table(DATA / name)
        rows = np.random.default_rng(SEED).permutation(images.n)[:n]
        with tempfile.TemporaryDirectory() as folder:
            values = _values(images.subset(rows), Path(folder))
        some = _kinds_of_clean_sets(len(values), clean_sets)
        parallel = joblib.Parallel(n_jobs=-1, return_as="generator")
        dealt = parallel(joblib.delayed(_clean_trial)(values, *one) for one in some)
        found = list(Progress().track(dealt, f"Scanning {len(some)} sets of {name}", len(some)))
        by_folder[name] = [sum(map(_is_alarm, found)), len(found)]
        clean, trials = clean + some, trials + found
    return {"by_folder": by_folder, **_score_clean(clean, trials)}


def _kinds_of_clean_sets(n: int, sets: int) -> list[tuple[int, float, bool, int]]:
    """Of several sizes and shares, half of them by patient: size, majority, grouped, number."""
    kinds = list(product(sorted({min(size, n) for size in SIZES}), MAJORITIES, (False, True)))
    return [(*kinds[number % len(kinds)], number) for number in range(sets)]


def _is_alarm(trial: Trial) -> bool:
    """Whether anything is said to be wrong with a clean set: that its classes look different is a question."""
    return any(kind != "appearance" for kind in trial.concluded)


def _only(pool: Pool, cue: str) -> Pool:
    """The pool with the one cue that a set plants, which is less to hand over."""
    return replace(pool, planted={cue: pool.planted[cue]})


def _score_clean(clean: list[Any], trials: list[Trial]) -> dict[str, Any]:
    blamed = [trial.flagged for trial in trials if trial.flagged]
    rate, low, high = share(len(blamed), len(trials))
    wrong = [trial.concluded for trial in trials if _is_alarm(trial)]
    by_kind: dict[str, list[int]] = {}
    for (size, majority, grouped, _), trial in zip(clean, trials, strict=True):
        kind = by_kind.setdefault(f"{size} images, {majority:.0%}{', by patient' if grouped else ''}", [0, 0])
        kind[0] += bool(trial.flagged)
        kind[1] += 1
    return {
        "clean_sets": len(trials),
        "false_alarms": len(blamed),
        "false_alarm_rate": rate,
        "false_alarm_interval": [low, high],
        "false_alarms_by_kind": by_kind,
        "concluded": len(wrong),
        "concluded_interval": list(share(len(wrong), len(trials))),
        "conclusions": pd.Series([kind for some in wrong for kind in some], dtype=object).value_counts().to_dict(),
        "blamed": pd.Series([cue for flagged in blamed for cue in flagged], dtype=object).value_counts().to_dict(),
    }


def _score(plan: list[Any], trials: list[Trial]) -> dict[str, Any]:
    rows = []
    for cue, strength, majority in dict.fromkeys(one[:3] for one in plan):
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
    return {"cues": rows}
