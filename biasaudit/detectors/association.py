"""Rung one: is the cue tied to the label in the data?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.stats import rankdata

from biasaudit.detectors.rung import RungResult
from biasaudit.evidence.cue_values import CueValues
from biasaudit.images.table import ImageTable
from biasaudit.registry import detector
from biasaudit.results import Estimate
from biasaudit.settings import Settings
from biasaudit.stats import (
    auc,
    contingency,
    cramers_v,
    detectable_auc,
    detectable_v,
    generator,
    interval,
    permutation_p,
    permutations_for,
    permuted,
    smallest_p,
    weighted_auc,
)
from biasaudit.thresholds import Q

PERMUTATIONS = 1999


def _permuted_auc(cues: list[CueValues], images: ImageTable, permutations: int, rng: np.random.Generator) -> np.ndarray:
    """AUC of each numeric cue and class under permuted labels, float (permutations, cues, classes)."""
    values = np.stack([cue.values for cue in cues if cue.values is not None], axis=1)
    known = np.isfinite(values)
    ranks = np.zeros(values.shape)
    for column in range(values.shape[1]):
        ranks[known[:, column], column] = rankdata(values[known[:, column], column])
    chunks = []
    for labels in permuted(images.codes, images.groups, permutations, rng):
        areas = np.empty((len(labels), values.shape[1], len(images.classes)))
        for code in range(len(images.classes)):
            chosen = (labels == code).astype(np.float64)
            inside = chosen @ known
            outside = known.sum(axis=0) - inside
            with np.errstate(invalid="ignore", divide="ignore"):
                areas[:, :, code] = (chosen @ ranks - inside * (inside + 1) / 2) / (inside * outside)
        chunks.append(areas)
    return np.nan_to_num(np.concatenate(chunks), nan=0.5)


def _too_few(
    cue: CueValues, label: str | None, positive: np.ndarray, groups: np.ndarray, tests: int
) -> RungResult | None:
    """An untested rung where even a perfect tie could not be told from chance, else None."""
    if tests * smallest_p(positive, groups) < Q:
        return None
    sides = len(set(groups[positive])), len(set(groups[~positive]))
    what = "images" if len(set(groups)) == len(groups) else "groups"
    why = f"With {sides[0]} {what} on one side and {sides[1]} on the other even a perfect tie could be chance."
    return RungResult(cue=cue.key, label=label, rung="association", why=why)


def _independent(positive: np.ndarray, groups: np.ndarray) -> tuple[int, int]:
    """How many groups, not images, stand on each side: what a power calculation may count."""
    return len(set(groups[positive])), len(set(groups[~positive]))


def _one_class(
    cue: CueValues, code: int, null: np.ndarray, images: ImageTable, tests: int, rng: np.random.Generator
) -> RungResult:
    """One class against the rest, turned so that the AUC is at least 0.5; of two classes the one with more of it."""
    assert cue.values is not None
    known = np.isfinite(cue.values)
    values, groups = cue.values[known], images.groups[known]
    positive, label, sign = images.codes[known] == code, images.classes[code], 1
    value = auc(values, positive)
    if not value >= 0.5 and len(images.classes) == 2:
        label, positive, value = images.classes[1 - code], ~positive, 1 - value
    elif value < 0.5:
        sign, value = -1, 1 - value
    if (untested := _too_few(cue, label, positive, groups, tests)) is not None:
        return untested
    low, high = interval(lambda weights: weighted_auc(sign * values, positive, weights), groups, rng)
    if not np.isfinite(low):
        return RungResult(cue=cue.key, label=label, rung="association", why="Too few groups to resample.")
    side = "more" if sign > 0 else "less"
    return RungResult(
        cue=cue.key,
        label=label,
        rung="association",
        method="permutation",
        p_value=permutation_p(value, 0.5 + np.abs(null - 0.5)),
        estimate=Estimate(
            measure=f"AUC of {side} {cue.id}, {label} against the rest",
            value=value,
            low=min(low, value),
            high=max(high, value),
            null=0.5,
            limit=1.0,
            n=len(values),
        ),
        why=f"{side.capitalize()} of it tells {label} from the rest with AUC {value:.2f}.",
        smallest_detectable=detectable_auc(*_independent(positive, groups), tests),
    )


def _levels(cue: CueValues, images: ImageTable, tests: int, permutations: int, rng: np.random.Generator) -> RungResult:
    rarest = images.codes == np.bincount(images.codes).argmin()
    if (untested := _too_few(cue, None, rarest, images.groups, tests)) is not None:
        return untested
    names, levels = np.unique(np.asarray(cue.levels, dtype=str), return_inverse=True)
    shape = len(names), len(images.classes)
    value = float(cramers_v(contingency(levels, images.codes, *shape))[0])
    shuffled = permuted(images.codes, images.groups, permutations, rng)
    null = np.concatenate([cramers_v(contingency(levels, labels, *shape)) for labels in shuffled])
    cells = levels * shape[1] + images.codes
    drawn: list[np.ndarray] = []

    def statistic(weights: np.ndarray) -> np.ndarray:
        tables = np.stack([np.bincount(cells, weights=row, minlength=shape[0] * shape[1]) for row in weights])
        drawn.append(cramers_v(tables.reshape(-1, *shape)))
        return drawn[-1]

    low, high = interval(statistic, images.groups, rng)
    if not np.isfinite(low):
        return RungResult(cue=cue.key, label=None, rung="association", why="Too few groups to resample.")
    # Resampled tables look more tied than the table itself, the more so the more levels: take that excess off.
    excess = max(0.0, float(np.nanmean(np.concatenate(drawn))) - value)
    return RungResult(
        cue=cue.key,
        label=None,
        rung="association",
        method="permutation",
        p_value=permutation_p(value, null),
        estimate=Estimate(
            measure=f"Cramer's V of {cue.id} and the label, bias-corrected",
            value=value,
            low=min(max(0.0, low - 2 * excess), value),
            high=max(high - excess, value),
            null=0.0,
            limit=1.0,
            n=images.n,
        ),
        why=f"Its {shape[0]} values and the label go together with Cramer's V {value:.2f}.",
        smallest_detectable=detectable_v(len(set(images.groups)), *shape, tests),
    )


@detector(question="Does this cue alone tell the classes apart?")
def association(images: ImageTable, cue_values: tuple[CueValues, ...], settings: Settings) -> Iterator[RungResult]:
    """Why it matters: a cue that goes with the label in the data is a shortcut on offer, whatever the model does.

    How it is measured: for numbers the AUC of each class against the rest; for columns of text Cramer's V, corrected
    for bias. The null is made by at least 1,999 permutations of the labels (more where there are many tests), whole
    patients at a time where a group is given; intervals come from resampling groups. Never accuracy against a
    majority, which breaks on skewed classes.

    What it cannot show: whether the tie is part of what the label names (a lesion's own colour) and whether a model
    uses it; the other rungs ask that. An AUC misses ties that are not monotone, such as both ends against the middle.

    References: Bergsma 2013 (bias-corrected V); Phipson & Smyth 2010 (permutation p-values).
    """
    testable = [cue for cue in cue_values if not cue.untestable]
    numeric = [cue for cue in testable if cue.levels is None]
    per_cue = len(images.classes) if len(images.classes) > 2 else 1
    tests = len(numeric) * per_cue + len(testable) - len(numeric)
    permutations = permutations_for(tests, PERMUTATIONS)
    shared = generator(settings.seed, "association")
    null = _permuted_auc(numeric, images, permutations, shared) if numeric else np.empty((0, 0, 0))
    # With two classes the second test would be the first in a mirror.
    codes = range(len(images.classes)) if len(images.classes) > 2 else [1]
    for place, cue in enumerate(numeric):
        rng = generator(settings.seed, "association", cue.key)
        for code in codes:
            yield _one_class(cue, code, null[:, place, code], images, tests, rng)
    for cue in testable:
        if cue.levels is not None:
            yield _levels(cue, images, tests, permutations, generator(settings.seed, "association", cue.key))
