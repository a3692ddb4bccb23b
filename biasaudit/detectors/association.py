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
    interval,
    permutation_p,
    permuted_labels,
    weighted_auc,
)

PERMUTATIONS = 1999


def _permuted_auc(cues: list[CueValues], images: ImageTable, rng: np.random.Generator) -> np.ndarray:
    """AUC of each numeric cue and class under permuted labels, float (permutations, cues, classes)."""
    values = np.stack([cue.values for cue in cues if cue.values is not None], axis=1)
    known = np.isfinite(values)
    ranks = np.zeros(values.shape)
    for column in range(values.shape[1]):
        ranks[known[:, column], column] = rankdata(values[known[:, column], column])
    chunks = []
    for labels in permuted_labels(images.codes, images.groups, PERMUTATIONS, rng):
        areas = np.empty((len(labels), values.shape[1], len(images.classes)))
        for code in range(len(images.classes)):
            chosen = (labels == code).astype(np.float64)
            inside = chosen @ known
            outside = known.sum(axis=0) - inside
            with np.errstate(invalid="ignore", divide="ignore"):
                areas[:, :, code] = (chosen @ ranks - inside * (inside + 1) / 2) / (inside * outside)
        chunks.append(areas)
    return np.nan_to_num(np.concatenate(chunks), nan=0.5)


def _numeric(
    cue: CueValues, null: np.ndarray, images: ImageTable, tests: int, rng: np.random.Generator
) -> Iterator[RungResult]:
    assert cue.values is not None
    known = np.isfinite(cue.values)
    values, groups = cue.values[known], images.groups[known]
    # With two classes the second test would be the first in a mirror.
    for code in range(len(images.classes)) if len(images.classes) > 2 else [1]:
        positive = images.codes[known] == code
        area = auc(values, positive)
        if np.isfinite(area):
            yield _one_class(cue, code, values, positive, area, null[:, code], groups, images.classes, tests, rng)


def _one_class(
    cue: CueValues,
    code: int,
    values: np.ndarray,
    positive: np.ndarray,
    area: float,
    null: np.ndarray,
    groups: np.ndarray,
    classes: list[str],
    tests: int,
    rng: np.random.Generator,
) -> RungResult:
    """One class against the rest, turned so that the AUC is at least 0.5; of two classes the one with more of it."""
    label, sign = classes[code], 1 if area >= 0.5 else -1
    if sign < 0 and len(classes) == 2:
        label, positive, sign, area = classes[1 - code], ~positive, 1, 1 - area
    value = area if sign > 0 else 1 - area
    low, high = interval(lambda weights: weighted_auc(sign * values, positive, weights), groups, rng)
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
        smallest_detectable=detectable_auc(int(positive.sum()), int((~positive).sum()), tests),
    )


def _levels(cue: CueValues, images: ImageTable, tests: int, rng: np.random.Generator) -> RungResult:
    names, levels = np.unique(np.asarray(cue.levels, dtype=str), return_inverse=True)
    shape = len(names), len(images.classes)
    value = float(cramers_v(contingency(levels, images.codes, *shape))[0])
    null = np.concatenate(
        [
            cramers_v(contingency(levels, labels, *shape))
            for labels in permuted_labels(images.codes, images.groups, PERMUTATIONS, rng)
        ]
    )
    cells = levels * shape[1] + images.codes

    def statistic(weights: np.ndarray) -> np.ndarray:
        tables = np.stack([np.bincount(cells, weights=row, minlength=shape[0] * shape[1]) for row in weights])
        return cramers_v(tables.reshape(-1, *shape))

    low, high = interval(statistic, images.groups, rng, resamples=300)
    return RungResult(
        cue=cue.key,
        label=None,
        rung="association",
        method="permutation",
        p_value=permutation_p(value, null),
        estimate=Estimate(
            measure=f"Cramer's V of {cue.id} and the label, bias-corrected",
            value=value,
            low=min(low, value),
            high=max(high, value),
            null=0.0,
            limit=1.0,
            n=images.n,
        ),
        why=f"Its {shape[0]} values and the label go together with Cramer's V {value:.2f}.",
        smallest_detectable=detectable_v(images.n, *shape, tests),
    )


@detector(question="Does this cue alone tell the classes apart?")
def association(images: ImageTable, cue_values: tuple[CueValues, ...], settings: Settings) -> Iterator[RungResult]:
    """Why it matters: a cue that goes with the label in the data is a shortcut on offer, whatever the model does.

    How it is measured: for numbers the AUC of each class against the rest; for columns of text Cramer's V, corrected
    for bias. The null is made by 1,999 permutations of the labels, whole patients at a time where a group is given;
    intervals come from resampling groups. Never accuracy against a majority, which breaks on skewed classes.

    What it cannot show: whether the tie is part of what the label names (a lesion's own colour) and whether a model
    uses it; the other rungs ask that. An AUC misses ties that are not monotone, such as both ends against the middle.

    References: Bergsma 2013 (bias-corrected V); Phipson & Smyth 2010 (permutation p-values).
    """
    testable = [cue for cue in cue_values if not cue.untestable]
    numeric = [cue for cue in testable if cue.levels is None]
    per_cue = len(images.classes) if len(images.classes) > 2 else 1
    tests = len(numeric) * per_cue + len(testable) - len(numeric)
    rng = np.random.default_rng([settings.seed, 1])
    null = _permuted_auc(numeric, images, rng) if numeric else np.empty((0, 0, 0))
    for place, cue in enumerate(numeric):
        yield from _numeric(cue, null[:, place], images, tests, rng)
    for cue in testable:
        if cue.levels is not None:
            yield _levels(cue, images, tests, rng)
