"""Is the figure for independent causes right? Against the same model on photographs where they are independent.

Real rulers: sets drawn from `skin` at two strengths, by people's labels, which the audit never sees; the model is
tested on all photographs left, weighted so that ruler and label are independent. Planted causes: a trait is put into
most of one class and few of the other, and the model is tested on every other photograph both with it and without it.
The model is the audit's own: frozen features, a logistic head, out-of-fold answers.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image
from sklearn.model_selection import StratifiedKFold

from biasaudit.conclude.untied import untied
from biasaudit.cues import BUILTIN
from biasaudit.cues.amounts import as_photo
from biasaudit.evidence.named.cue_values import CueValues
from biasaudit.evidence.named.metadata_cues import metadata_cue
from biasaudit.evidence.ties import Tie, _level_tie, _measured_tie
from biasaudit.images.pixels import resized
from biasaudit.images.table import ImageTable
from biasaudit.model.backbones import load
from biasaudit.model.head import choose_penalty, fit_head
from biasaudit.results import Untied
from biasaudit.stats import weighted_auc

DATA = Path(__file__).parents[3] / "shared" / "data"
CUES = {cue.id: cue for cue in BUILTIN}
STRENGTHS = ((0.92, 0.08), (0.8, 0.2))
MALIGNANT, BENIGN = 100, 300
SEEDS, RESAMPLES = 5, 20
PLANTED = {
    "ruler": ("skin", "ruler", 1.0, 300),
    "ink_marking": ("skin", "ink_marking", 1.0, 300),
    "colour_patch": ("objects_control", "colour_patch", 1.0, 400),
    "brightness": ("skin", "brightness", 20.0, 300),
    "a column (tint)": ("skin", "", 0.06, 300),
    "JPEG quality": ("objects_control", "", 25.0, 400),
}
"""Family -> photographs, the cue that draws and measures it, how much of it, and images of a set."""
OF_PEOPLE = {"ruler": "ruler", "ink_marking": "ink"}
"""Planted cue -> the column that tells which photographs of `skin` have it already."""
AT = 0.9, 0.1
WRONG = 0.25
"""Share of labels of the everyday objects that are turned round: they would else be told without fail."""


@dataclass(frozen=True, eq=False)
class _Features:
    pooled: np.ndarray
    """float32 (n, features)."""
    values: np.ndarray
    """float (n,): what the cue measures."""


@dataclass(frozen=True, eq=False)
class _Set:
    """A biased set, and others on which the truth is measured."""

    features: np.ndarray
    codes: np.ndarray
    """int (n,), 0 or 1."""
    tie: Tie
    others: np.ndarray
    """float32 (m, features)."""
    other_codes: np.ndarray
    weights: np.ndarray
    """float (m,): under which cause and label are independent among the others."""


def _paths(folder: str) -> list[Path]:
    return sorted(path for path in (DATA / folder).rglob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".png"))


def _changed(rgb: np.ndarray, family: str, seed: int) -> np.ndarray:
    _, cue, amount, _ = PLANTED[family]
    if cue:
        insert = CUES[cue].insert
        assert insert is not None
        return insert(rgb, amount, np.random.default_rng(seed))[0]
    if family == "JPEG quality":
        held = BytesIO()
        Image.fromarray(rgb).save(held, "JPEG", quality=round(amount))
        return np.asarray(Image.open(held))
    return np.clip(np.rint(rgb * np.array([1 + amount, 1, 1 - amount])), 0, 255).astype(np.uint8)


@cache
def _features(folder: str, family: str, cue: str) -> _Features:
    """Of every photograph of a folder, changed as the family says; "": as it is."""
    backbone = load("auto")
    pooled, values, held = [], [], []
    for path in _paths(folder):
        rgb = np.asarray(Image.open(path).convert("RGB"))
        rgb = _changed(rgb, family, zlib.crc32(path.name.encode())) if family else rgb
        values.append(CUES[cue].measure(as_photo(rgb)) if cue else np.nan)
        held.append(resized(rgb, backbone.size))
        if len(held) == 32:
            pooled.append(backbone.pooled(np.stack(held)))
            held = []
    pooled += [backbone.pooled(np.stack(held))] if held else []
    return _Features(np.concatenate(pooled), np.array(values, dtype=float))


def _people(column: str) -> np.ndarray:
    """object (n,): a column of the metadata of `skin`, in the order of its files."""
    frame = pd.read_csv(DATA / "skin" / "metadata.csv", dtype=str).set_index("path")
    return frame.loc[[path.relative_to(DATA / "skin").as_posix() for path in _paths("skin")], column].to_numpy()


def _even(codes: np.ndarray, side: np.ndarray) -> np.ndarray:
    """float (n,): each label on each side weighs the same."""
    cell = 2 * codes + side
    return 1 / np.bincount(cell, minlength=4)[cell]


def _measured(cue: str, values: np.ndarray, codes: np.ndarray) -> Tie:
    part = CUES[cue]
    found = CueValues(id=cue, kind=part.kind, question="?", values=values, threshold=part.threshold)  # type: ignore[arg-type]
    return _measured_tie(found, codes, ["no", "yes"])


def _resampled(strength: tuple[float, float], seed: int) -> _Set:
    every = _features("skin", "", "ruler")
    codes, side = (_people("label") == "malignant").astype(int), (_people("ruler") == "1").astype(int)
    rng = np.random.default_rng([seed, round(100 * strength[0])])
    rows = []
    for code, n, share in ((1, MALIGNANT, strength[0]), (0, BENIGN, strength[1])):
        for where, some in ((1, round(n * share)), (0, n - round(n * share))):
            rows.append(rng.choice(np.flatnonzero((codes == code) & (side == where)), some, replace=False))
    return _of(every, codes, side, np.sort(np.concatenate(rows)))


def _of(every: _Features, codes: np.ndarray, side: np.ndarray, rows: np.ndarray) -> _Set:
    """The set of these rows, tested on the others."""
    others = np.setdiff1d(np.arange(len(codes)), rows)
    return _Set(
        every.pooled[rows],
        codes[rows],
        _measured("ruler", every.values[rows], codes[rows]),
        every.pooled[others],
        codes[others],
        _even(codes[others], side[others]),
    )


def _given() -> _Set:
    """`skin_ruler`, tested on `skin_ruler_balanced`; both were drawn from `skin`."""
    place = {path.stem: row for row, path in enumerate(_paths("skin"))}
    some = {name: [place[path.stem] for path in _paths(name)] for name in ("skin_ruler", "skin_ruler_balanced")}
    chosen = np.sort(np.array(some["skin_ruler"]))
    every = _features("skin", "", "ruler")
    rows = np.sort(np.array(some["skin_ruler"] + some["skin_ruler_balanced"]))
    codes, side = (_people("label") == "malignant").astype(int), (_people("ruler") == "1").astype(int)
    held = _Features(every.pooled[rows], every.values[rows])
    return _of(held, codes[rows], side[rows], np.flatnonzero(np.isin(rows, chosen)))


def _planted(family: str, seed: int) -> _Set:
    folder, cue, _, n = PLANTED[family]
    plain, changed = _features(folder, "", cue), _features(folder, family, cue)
    rng = np.random.default_rng([seed, zlib.crc32(family.encode())])
    free = np.ones(len(plain.pooled), dtype=bool)
    if folder == "skin":
        codes = (_people("hair") == "1").astype(int)
        free = _people(OF_PEOPLE[cue]) == "0" if cue in OF_PEOPLE else free
    else:
        names = np.array([path.parent.name for path in _paths(folder)])
        codes = (np.isin(names, sorted(set(names))[:2]) != (rng.random(len(names)) < WRONG)).astype(int)
    order = rng.permutation(np.flatnonzero(free))
    rows = np.sort(np.concatenate([order[codes[order] == code][: n // 2] for code in (0, 1)]))
    others = np.setdiff1d(order, rows)
    side = rng.random(n) < np.where(codes[rows] == 1, *AT)
    if cue:
        tie = _measured(cue, np.where(side, changed.values[rows], plain.values[rows]), codes[rows])
    else:
        column = metadata_cue("site", np.where(side, "a", "b").astype(object))
        tie = _level_tie(column, codes[rows], ["no", "yes"])
    twice, where = np.tile(codes[others], 2), np.repeat([0, 1], len(others))
    return _Set(
        np.where(side[:, None], changed.pooled[rows], plain.pooled[rows]),
        codes[rows],
        tie,
        np.concatenate([plain.pooled[others], changed.pooled[others]]),
        twice,
        _even(twice, where),
    )


def judged(one: _Set, seed: int) -> tuple[Untied, float]:
    """What the audit says of a set, and the truth: the model of all its images, on the others."""
    n = len(one.codes)
    penalty = choose_penalty(one.features, one.codes, np.arange(n), seed)
    odds = np.empty(n)
    for train, test in StratifiedKFold(5, shuffle=True, random_state=seed).split(one.features, one.codes):
        odds[test] = _odds(one.features[train], one.codes[train], penalty, seed, one.features[test])
    ids = [f"{row:05}" for row in range(n)]
    frame = pd.DataFrame({"id": ids, "label": np.array(["no", "yes"])[one.codes], "split": None, "group": ids})
    answers: Any = SimpleNamespace(log_odds=np.column_stack([-odds, odds]), judged=np.ones(n, dtype=bool), given=False)
    shown = _odds(one.features, one.codes, penalty, seed, one.others)
    true = float(weighted_auc(shown, one.other_codes == 1, one.weights[None])[0])
    return untied([one.tie], ImageTable(root=Path(), frame=frame), answers), true


def _odds(features: np.ndarray, codes: np.ndarray, penalty: float, seed: int, shown: np.ndarray) -> np.ndarray:
    logits = fit_head(features, codes, penalty, seed).logits(shown)
    return logits[:, 1] - logits[:, 0]


def _row(name: str, sets: Iterator[_Set]) -> dict[str, Any]:
    found = [judged(one, seed) for seed, one in enumerate(sets)]
    told = [(each.auc, each.naive_auc, true) for each, true in found if each.auc is not None]
    errors = np.array([estimate.value - true for estimate, _, true in told])
    return {
        "cause": name,
        "sets": len(found),
        "told": len(told),
        "naive": float(np.mean([naive for _, naive, _ in told])),
        "true": float(np.mean([true for _, _, true in told])),
        "error": float(errors.mean()),
        "absolute": float(np.abs(errors).mean()),
        "held": float(np.mean([estimate.low <= true <= estimate.high for estimate, _, true in told])),
        "width": float(np.mean([estimate.high - estimate.low for estimate, _, _ in told])),
    }


def measure(resamples: int = RESAMPLES, seeds: int = SEEDS) -> list[dict[str, Any]]:
    """A row a family of sets."""
    rows = [_row("ruler, skin_ruler", iter([_given()]))]
    for strength in STRENGTHS:
        name = "ruler, {:.0%} against {:.0%}".format(*strength)
        rows.append(_row(name, (_resampled(strength, seed) for seed in range(resamples))))
    return rows + [_row(f"planted: {family}", (_planted(family, seed) for seed in range(seeds))) for family in PLANTED]


def table(found: list[dict[str, Any]]) -> str:
    """A line a family, and how often the interval held the truth in all."""
    heads = ["cause", "sets", "told", "naive AUC", "true", "mean error", "mean absolute error", "held", "width"]
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    for row in found:
        areas = f"{row['naive']:.3f}", f"{row['true']:.3f}"
        errors = f"{row['error']:+.3f}", f"{row['absolute']:.3f}"
        cells = [row["cause"], row["sets"], row["told"], *areas, *errors, f"{row['held']:.0%}", f"{row['width']:.2f}"]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    told = sum(row["told"] for row in found)
    held = sum(row["held"] * row["told"] for row in found) / told
    error = sum(row["error"] * row["told"] for row in found) / told
    return (
        "\n".join(lines) + f"\n\nIn all the interval held the truth in {held:.0%} of {told}; mean error {error:+.3f}."
    )
