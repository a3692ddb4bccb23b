"""How well the label is told by all that was measured of the pictures together, out of fold, and by which of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from biasaudit.errors import Unavailable
from biasaudit.evidence.cue_values import CueValues, coded
from biasaudit.evidence.predictions import FROZEN_FOLDS
from biasaudit.images.table import ImageTable
from biasaudit.model.folds import assign_folds, trained_on
from biasaudit.model.head import log_odds
from biasaudit.model.training_sample import training_sample
from biasaudit.results import Estimate, say
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings
from biasaudit.stats import auc, generator, null_auc, permutation_p, stratified_auc
from biasaudit.stats.macro_auc import macro_auc_estimate
from biasaudit.thresholds import MANY_CLASSES

KINDS = ("property", "artefact", "file")
"""What was measured. Columns of the metadata are left out: no network sees them."""
WORDS = 12
"""Values of a cue measured as words that get a column of their own, the commonest."""
TREES: dict[str, Any] = {"learning_rate": 0.1, "max_leaf_nodes": 8, "max_features": 0.5, "max_bins": 63}
"""Boosted trees small enough for a few hundred images."""
ROUNDS, MOST_TREES = 60, 300
"""Rounds of boosting, each of one tree a class, fewer where there are many classes."""
IN_LEAF = 20
"""Images that a leaf holds at least, or a twentieth of those learnt from, where that is fewer."""
LEARNT_FROM, AT_ONCE = 20_000, 16_384
"""Images that trees so small learn from, at most, each class in its share; and that are judged at once."""
PERMUTATIONS = 999
LEARNT_FROM_TOO = np.sqrt(2)
"""How much wider chance spreads than labels permuted against fixed scores: each label was also learnt from, for the
images of the other folds, so that every pair of images counts twice with one sign. Exact for a linear smoother."""
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
    codes, classes = _asked_about(images.codes, learnt)
    fold = assign_folds(images, FROZEN_FOLDS, seed)
    table = _table(cues, learnt)
    # Fits so small that threads wait for one another.
    with progress.step("Learning from the measured properties together"), threadpool_limits(1):
        models = [_fitted(table.of(rows), codes[rows], seed) for rows in _learnt_from(images, fold, seed)]
        odds = _out_of_fold(models, table, fold)
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
        p_value=_p_value(scores[learnt], codes[learnt], groups[learnt], fold[learnt], seed),
        held_out=None if learnt.all() else _area(scores[~learnt], codes[~learnt]),
    )


def _asked_about(codes: np.ndarray, learnt: np.ndarray) -> tuple[np.ndarray, int]:
    """The class of each image among those that are asked about, int (n,), and how many they are."""
    counts = np.bincount(codes[learnt])
    if len(counts) <= MANY_CLASSES:
        return codes, len(counts)
    place = np.full(len(counts), MANY_CLASSES)
    place[np.sort(np.argsort(-counts, kind="stable")[:MANY_CLASSES])] = np.arange(MANY_CLASSES)
    return place[codes], MANY_CLASSES


# --- columns ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Table:
    """The cues as columns: numbers as they are, of words one for each of the commonest. Made of some rows at a time."""

    cues: Sequence[CueValues]
    names: Sequence[Sequence[str]]
    """Of each cue the words that have a column; none of a number."""

    @property
    def owner(self) -> np.ndarray:
        """int (columns,): whose each column is."""
        return np.repeat(np.arange(len(self.cues)), [max(1, len(names)) for names in self.names])

    def of(self, rows: np.ndarray) -> np.ndarray:
        """float (m, columns), NaN where a cue is not known; rows: bool (n,) or int (m,)."""
        columns = []
        for cue, names in zip(self.cues, self.names, strict=True):
            if cue.values is not None:
                columns.append(np.where(np.isfinite(cue.values[rows]), cue.values[rows], np.nan))
            elif cue.levels is not None:
                columns += [(cue.levels[rows] == name).astype(float) for name in names]
        return np.column_stack(columns)


def _table(cues: Sequence[CueValues], learnt: np.ndarray) -> _Table:
    return _Table(cues, [[] if cue.levels is None else _commonest(cue.levels[learnt]) for cue in cues])


def _commonest(levels: np.ndarray) -> list[str]:
    names, place = coded(levels)
    ranked = names[np.argsort(-np.bincount(place), kind="stable")][:WORDS].tolist()
    return ranked[:1] if len(names) == 2 else ranked


def _learnt_from(images: ImageTable, fold: np.ndarray, seed: int) -> list[np.ndarray]:
    """bool (n,) for each fold: what its trees learn from, of very many images a sample."""
    folds = [trained_on(images, fold, number) for number in range(int(fold.max()) + 1)]
    sample = training_sample(images, LEARNT_FROM, seed)
    enough = all(len(np.unique(images.codes[rows & sample])) == len(images.classes) for rows in folds)
    return [rows & sample for rows in folds] if enough else folds


# --- trees ------------------------------------------------------------------------------------------------


def _fitted(values: np.ndarray, codes: np.ndarray, seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier  # half a second, where a report is all that is asked

    least = max(2, min(IN_LEAF, len(codes) // 20))
    rounds = max(10, min(ROUNDS, MOST_TREES // len(np.unique(codes))))
    how = {**TREES, "max_iter": rounds, "min_samples_leaf": least, "early_stopping": False, "random_state": seed}
    return HistGradientBoostingClassifier(**how).fit(values, codes)


def _out_of_fold(models: Sequence[Any], table: _Table, fold: np.ndarray) -> np.ndarray:
    """Log-odds of each class by the trees of each image's fold, float (n, classes)."""
    odds = np.empty((len(fold), len(models[0].classes_)))
    for number, model in enumerate(models):
        of_fold = np.flatnonzero(fold == number)
        for start in range(0, len(of_fold), AT_ONCE):
            rows = of_fold[start : start + AT_ONCE]
            scores = model.decision_function(table.of(rows))
            odds[rows] = log_odds(scores if scores.ndim == 2 else np.stack([0 * scores, scores], axis=1))
    return np.round(odds, 9)  # images with equal values must tie


def _taken_apart(
    models: Sequence[Any], table: _Table, fold: np.ndarray, learnt: np.ndarray, seed: int
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


def _p_value(odds: np.ndarray, codes: np.ndarray, groups: np.ndarray, fold: np.ndarray, seed: int) -> float:
    """Of the mean AUC within folds, under labels permuted within folds, whole groups at a time."""
    once, classes = np.ones((1, len(codes))), range(odds.shape[1])
    found = float(np.mean([stratified_auc(odds[:, code], codes == code, fold, once)[0] for code in classes]))
    rng = generator(seed, "properties_together", "permutations")
    null = null_auc(list(odds.T), codes, groups, fold, PERMUTATIONS, rng)
    drawn = np.mean([null[:, code, code] for code in classes], axis=0)
    return permutation_p(found, 0.5 + LEARNT_FROM_TOO * (drawn - 0.5))


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
