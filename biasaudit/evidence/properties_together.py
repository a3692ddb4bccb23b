"""How well the label is told by all that was measured of the pictures together, out of fold, and by which of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from biasaudit.errors import Unavailable
from biasaudit.evidence.boosted_trees import Columns, asked_about, columns_of, fitted, learnt_from, out_of_fold, p_value
from biasaudit.evidence.named.cue_values import CueValues, coded
from biasaudit.evidence.predictions import FROZEN_FOLDS
from biasaudit.images.table import ImageTable
from biasaudit.model.folds import assign_folds
from biasaudit.results import Estimate, say
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings
from biasaudit.stats import auc, generator
from biasaudit.stats.macro_auc import macro_auc_estimate

KINDS = ("property", "artefact", "file")
"""What was measured. Columns of the metadata are left out: no network sees them."""
EXPLAINED = 400
"""Images whose scores are taken apart, at most; a fifth of them where there are many classes."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PropertiesTogether:
    """What the measured properties tell of the label together, and which of them tell it."""

    names: tuple[str, ...]
    """Ids of the cues, those that tell most first."""
    shares: np.ndarray
    """float (cues,), of sum 1, or 0 where nothing was learnt: mean |SHAP| of each on held-out images."""
    pair: tuple[str, str]
    """The two cues that interact most."""
    pair_share: float
    """What is owed to their being seen together, beyond each by itself; 0 to 1 of all effects and interactions."""
    best_single: float
    """The highest AUC of a cue by itself, 0.5 to 1, mean over classes."""
    codes: np.ndarray
    """int (n,): the class of each image among those that were asked about, from 0 on; their number for all others."""
    classes: int
    """How many were asked about: all, or of more than `MANY_CLASSES` so many, those with the most images."""
    log_odds: np.ndarray
    """float (n, classes or one more): by trees that never saw the image nor the given test part."""
    auc: Estimate
    """Out of fold, mean over classes, without the given test part."""
    p_value: float
    """Of the AUC within folds, were the labels dealt by chance within each."""
    held_out: float | None
    """The AUC in the given test part, where there is one."""


def properties_together(
    images: ImageTable, known_cues: tuple[CueValues, ...], settings: Settings, progress: Progress
) -> PropertiesTogether:
    """Boosted trees on every measured cue, cross-fitted with the folds that a frozen network would have.

    A round is a tree for each class, so of many classes some are learnt, each against all the others. No network is
    needed. Raises Unavailable where fewer than two cues differ between images, or no folds can be made.
    """
    cues = [cue for cue in known_cues if cue.kind in KINDS and not cue.untestable]
    if len(cues) < 2:
        raise Unavailable(say("needs two measured properties that differ between the images"))
    groups, learnt, seed = images.group_codes, ~images.held_out, settings.seed
    codes, some = asked_about(images.codes, learnt)
    classes = len(some)
    fold = assign_folds(images, FROZEN_FOLDS, seed)
    table = columns_of(cues, learnt)
    # Fits so small that threads wait for one another.
    with progress.step("Learning from the measured properties together"), threadpool_limits(1):
        models = [fitted(table.of(rows), codes[rows], seed) for rows in learnt_from(images, fold, seed)]
        odds = out_of_fold(models, table, fold)
        effects, pairs = _taken_apart(models, table, fold, learnt, seed)
    order, scores = np.argsort(-effects, kind="stable"), odds[:, :classes]
    first, second = np.unravel_index(int(pairs.argmax()), pairs.shape)
    return PropertiesTogether(
        names=tuple(cues[place].id for place in order),
        shares=effects[order],
        pair=(cues[first].id, cues[second].id),
        pair_share=float(pairs.max()),
        best_single=max(_single(cue, codes, classes, fold, learnt) for cue in cues),
        codes=codes,
        classes=classes,
        log_odds=odds,
        auc=macro_auc_estimate(scores[learnt], codes[learnt], groups[learnt], seed),
        p_value=p_value(scores[learnt], codes[learnt], groups[learnt], fold[learnt], seed),
        held_out=None if learnt.all() else _area(scores[~learnt], codes[~learnt]),
    )


def _taken_apart(
    models: Sequence[Any], table: Columns, fold: np.ndarray, learnt: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Shares of the cues in the scores of held-out images, float (cues,), and of their pairs, float (cues, cues).

    Mean |SHAP| and mean |SHAP interaction| (Lundberg 2020); columns of one cue are summed first. The share of a pair
    is of all effects of single cues and of pairs; it stands above the diagonal.
    """
    from shap import TreeExplainer

    cues = len(table.cues)
    gather = np.eye(cues)[table.owner]
    chosen = generator(seed, "properties_together", "explained").permutation(np.flatnonzero(learnt))
    chosen = chosen[: EXPLAINED if len(models[0].classes_) <= 5 else EXPLAINED // 5]
    effects, pairs = np.zeros(cues), np.zeros((cues, cues))
    for number, model in enumerate(models):
        rows = chosen[fold[chosen] == number]
        if not len(rows):
            continue
        parts = TreeExplainer(model).shap_interaction_values(table.of(rows))
        parts = parts.reshape(*parts.shape[:3], -1)  # of two classes there is no axis of classes
        of_cues = np.einsum("nabk,ai,bj->nijk", parts, gather, gather, optimize=True)
        effects += np.abs(of_cues.sum(axis=2)).sum(axis=(0, 2))
        pairs += np.abs(of_cues).sum(axis=(0, 3))
    alone, together = pairs.diagonal().sum(), 2 * np.triu(pairs, 1)
    return effects / max(effects.sum(), 1e-12), together / max(alone + together.sum(), 1e-12)


# --- figures ----------------------------------------------------------------------------------------------


def _single(cue: CueValues, codes: np.ndarray, classes: int, fold: np.ndarray, learnt: np.ndarray) -> float:
    """AUC of one cue by itself, in the direction that it has, mean over classes; of words, how often each is a class's
    in the other folds."""
    areas = []
    for code in range(classes):
        if cue.values is not None:
            known = np.isfinite(cue.values) & learnt
            area = auc(cue.values[known], codes[known] == code)
            areas.append(max(area, 1 - area))
        elif cue.levels is not None:
            scores = _shares_elsewhere(coded(cue.levels[learnt])[1], codes[learnt] == code, fold[learnt])
            areas.append(max(0.5, auc(scores, codes[learnt] == code)))
    areas = [area for area in areas if np.isfinite(area)]
    return float(np.mean(areas)) if areas else 0.5


def _shares_elsewhere(place: np.ndarray, positive: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """Of each image, the share of positives among the images of other folds that have its word; float (n,).

    place: int (n,), which word each image has.
    """
    shares, words = np.empty(len(place)), int(place.max()) + 1
    for number in np.unique(fold):
        there = fold != number
        counts = np.bincount(place[there], minlength=words)
        hits = np.bincount(place[there], weights=positive[there], minlength=words)
        shares[~there] = ((hits + positive[there].mean()) / (counts + 1))[place[~there]]
    return shares


def _area(scores: np.ndarray, codes: np.ndarray) -> float:
    """The AUC, mean over the classes that have images on both sides; 0.5 where none has."""
    areas = [auc(scores[:, code], codes == code) for code in range(scores.shape[1])]
    return float(np.nanmean(areas)) if np.isfinite(areas).any() else 0.5
