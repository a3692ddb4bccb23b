"""How many bear a mark: does the corrected share hold the truth, of planted marks and of those that people labelled?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import joblib
import numpy as np
import pandas as pd

from biasaudit.cues import BUILTIN
from biasaudit.cues.amounts import as_photo
from biasaudit.cues.cue import Cue
from biasaudit.evidence.marks.sensitivity import FAINTEST, IMAGES, Sensitivity, falsely_at_most
from biasaudit.images.table import ImageTable
from biasaudit.runtime.processes import share_cores
from biasaudit.selftest.sitting import share
from tests.benchmarks.artefacts import LABELS
from tests.benchmarks.verdicts import DATA, _table

FOLDERS = ("skin", "objects_control", "hand_signs", "xray")
WITHOUT = ("objects_control", "hand_signs")
"""Those in which nobody put a mark: what fires there fires falsely."""
SHARES = (0.1, 0.3, 0.6, 0.9)
PEOPLE = ("ruler", "ink_marking", "colour_patch", "hair")
SEED = 2026
ARTEFACTS = [cue for cue in BUILTIN if cue.kind == "artefact" and cue.insert is not None]


def _measured(images: ImageTable, row: int, cues: Sequence[Cue], drawn: bool) -> dict[str, tuple[float, float, float]]:
    """By cue the value in the image as it is, and in two draws of the mark, faint or strong."""
    share_cores()
    photo, found = images.photo(row), {}
    for cue in cues:
        if not cue.can_see(photo):
            found[cue.id] = (np.nan, np.nan, np.nan)
            continue
        values = [float(cue.measure(photo))]
        for draw in range(2 if drawn else 0):
            rng, least = np.random.default_rng([SEED, row, draw]), FAINTEST
            assert cue.insert is not None
            rgb, _ = cue.insert(photo.rgb, float(rng.uniform(least, 1)), rng)
            values.append(float(cue.measure(as_photo(np.ascontiguousarray(rgb)))))
        found[cue.id] = (*values, np.nan, np.nan)[:3]
    return found


def _all(images: ImageTable, cues: Sequence[Cue], drawn: bool) -> list[dict[str, tuple[float, float, float]]]:
    one = partial(_measured, images, cues=cues, drawn=drawn)
    return joblib.Parallel(n_jobs=-1)(joblib.delayed(one)(row) for row in range(images.n))


def _held(cue: Cue, values: np.ndarray, faint: np.ndarray, true: float, rng: np.random.Generator) -> tuple[bool, float]:
    """Whether the interval holds the true share, and how wide it is; values: float (n,), with marks in so many."""
    assert cue.threshold is not None
    lacking = rng.permutation(np.flatnonzero(values < cue.threshold))[:IMAGES]
    seen = int((faint[lacking] >= cue.threshold).sum())
    every = falsely_at_most(values, cue.threshold, np.zeros(len(values), dtype=int))
    told = Sensitivity(drawn=max(len(lacking), 1), seen=seen, falsely=every)
    found = told.corrected(float((values >= cue.threshold).mean()), len(values))
    return found.low <= true <= found.high, found.high - found.low


def measure(n: int = 150, sets: int = 5) -> dict[str, Any]:
    """By folder, cue and share: in how many sets the interval holds it; and of four marks that people labelled."""
    rows = []
    for name in FOLDERS:
        images = _table(DATA / name)
        images = images.subset(np.random.default_rng(SEED).permutation(images.n)[:n])
        found = _all(images, ARTEFACTS, drawn=True)
        for cue in ARTEFACTS:
            clean, full, faint = np.array([each[cue.id] for each in found]).T
            known = np.isfinite(clean)
            if name not in WITHOUT:  # what has a mark already is no clean image
                known &= clean < (cue.threshold or 0)
            if known.sum() < 2 * IMAGES:
                continue
            clean, full, faint = clean[known], full[known], faint[known]
            for wanted in SHARES:
                held, width = [], []
                for number in range(sets):
                    rng = np.random.default_rng([SEED, number, round(100 * wanted)])
                    has = rng.permutation(len(clean)) < round(wanted * len(clean))
                    ok, wide = _held(cue, np.where(has, full, clean), faint, float(has.mean()), rng)
                    held.append(ok)
                    width.append(wide)
                rows.append(
                    {"folder": name, "cue": cue.id, "share": wanted, "sets": sets, "held": int(sum(held)),
                     "width": float(np.mean(width))}
                )  # fmt: skip
    return {"rows": rows, "people": _people()}


def _people(n: int = 600) -> list[dict[str, Any]]:
    """Of the dermoscopic photographs, by class: the share that people labelled, what was found, and the interval."""
    table = pd.read_csv(DATA / "skin" / "metadata.csv", dtype=str).sample(n, random_state=SEED).reset_index(drop=True)
    frame = pd.DataFrame({"id": table["path"], "label": table["label"], "split": None, "group": table["path"]})
    images = ImageTable(root=DATA / "skin", frame=frame)
    cues = [cue for cue in ARTEFACTS if cue.id in PEOPLE]
    found, told = _all(images, cues, drawn=True), []
    for cue in cues:
        assert cue.threshold is not None
        values, _, faint = np.array([each[cue.id] for each in found]).T
        people = (table[LABELS[cue.id]] == "1").to_numpy()
        lacking = np.random.default_rng(SEED).permutation(np.flatnonzero(values < cue.threshold))[:IMAGES]
        sensitivity = Sensitivity(
            drawn=len(lacking),
            seen=int((faint[lacking] >= cue.threshold).sum()),
            falsely=falsely_at_most(values, cue.threshold, images.codes),
        )
        for label in images.classes:
            of = images.labels == label
            fired = float((values[of] >= cue.threshold).mean())
            corrected = sensitivity.corrected(fired, int(of.sum()))
            told.append(
                {"cue": cue.id, "label": label, "people": float(people[of].mean()), "found": fired,
                 "corrected": corrected.value, "low": corrected.low, "high": corrected.high}
            )  # fmt: skip
    return told


def table(found: dict[str, Any] | None) -> str:
    """In how many the interval held the truth, by folder, cue and share; and a line a mark and class of people's."""
    if found is None:
        return "Not run: no photographs."
    rows = pd.DataFrame(found["rows"])
    sets, held = int(rows["sets"].sum()), int(rows["held"].sum())
    low, high = share(held, sets)[1:]
    lines = [f"Planted: in {held} of {sets} ({held / sets:.1%}, {low:.1%} to {high:.1%}) the interval holds the share."]
    for by in ("folder", "cue", "share"):
        each = rows.groupby(by, sort=False)[["held", "sets", "width"]].agg(
            {"held": "sum", "sets": "sum", "width": "mean"}
        )
        lines.append(
            f"By {by}: "
            + ", ".join(f"{name} {r.held:.0f} of {r.sets:.0f} (width {r.width:.2f})" for name, r in each.iterrows())
        )
    lines += [
        f"{each['cue']}, {each['label']}: people {each['people']:.1%}, found {each['found']:.1%}, corrected "
        f"{each['corrected']:.1%} ({each['low']:.1%} to {each['high']:.1%})"
        f"{'' if each['low'] <= each['people'] <= each['high'] else ', MISSED'}"
        for each in found["people"]
    ]
    return "\n".join(lines)
