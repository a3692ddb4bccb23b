"""Small boosted trees that learn the label from cues alone, out of fold, and how surely that is no chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from biasaudit.evidence.named.cue_values import CueValues, coded
from biasaudit.images.table import ImageTable
from biasaudit.model.folds import trained_on
from biasaudit.model.head import log_odds
from biasaudit.model.training_sample import training_sample
from biasaudit.stats import generator, null_auc, permutation_p, stratified_auc
from biasaudit.thresholds import MANY_CLASSES

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


@dataclass(frozen=True, eq=False)
class Columns:
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


def columns_of(cues: Sequence[CueValues], learnt: np.ndarray) -> Columns:
    """The columns of these cues; learnt: bool (n,), the images whose commonest words count."""
    return Columns(cues, [[] if cue.levels is None else _commonest(cue.levels[learnt]) for cue in cues])


def _commonest(levels: np.ndarray) -> list[str]:
    names, place = coded(levels)
    ranked = names[np.argsort(-np.bincount(place), kind="stable")][:WORDS].tolist()
    return ranked[:1] if len(names) == 2 else ranked


def asked_about(codes: np.ndarray, learnt: np.ndarray, fewest: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """The class of each image among those that are asked about, from 0 on, and their number for all others, int (n,);
    and which classes those are, int (k,): the most frequent, up to `MANY_CLASSES`, with `fewest` images or more.

    codes: int (n,). learnt: bool (n,), the images that count, of every class.
    """
    counts = np.bincount(codes[learnt])
    some = np.sort(np.argsort(-counts, kind="stable")[:MANY_CLASSES])
    some = some[counts[some] >= fewest]
    place = np.full(len(counts), len(some))
    place[some] = np.arange(len(some))
    return place[codes], some


def learnt_from(images: ImageTable, fold: np.ndarray, seed: int) -> list[np.ndarray]:
    """bool (n,) for each fold: what its trees learn from, of very many images a sample."""
    folds = [trained_on(images, fold, number) for number in range(int(fold.max()) + 1)]
    sample = training_sample(images, LEARNT_FROM, seed)
    enough = all(len(np.unique(images.codes[rows & sample])) == len(images.classes) for rows in folds)
    return [rows & sample for rows in folds] if enough else folds


def fitted(values: np.ndarray, codes: np.ndarray, seed: int) -> Any:
    """Trees that tell the classes, int (m,), by the columns, float (m, columns)."""
    from sklearn.ensemble import HistGradientBoostingClassifier  # half a second, where a report is all that is asked

    least = max(2, min(IN_LEAF, len(codes) // 20))
    rounds = max(10, min(ROUNDS, MOST_TREES // len(np.unique(codes))))
    how = {**TREES, "max_iter": rounds, "min_samples_leaf": least, "early_stopping": False, "random_state": seed}
    return HistGradientBoostingClassifier(**how).fit(values, codes)


def out_of_fold(models: Sequence[Any], table: Columns, fold: np.ndarray) -> np.ndarray:
    """Log-odds of each class by the trees of each image's fold, float (n, classes)."""
    odds = np.empty((len(fold), len(models[0].classes_)))
    for number, model in enumerate(models):
        of_fold = np.flatnonzero(fold == number)
        for start in range(0, len(of_fold), AT_ONCE):
            rows = of_fold[start : start + AT_ONCE]
            scores = model.decision_function(table.of(rows))
            odds[rows] = log_odds(scores if scores.ndim == 2 else np.stack([0 * scores, scores], axis=1))
    return np.round(odds, 9)  # images with equal values must tie


def p_value(odds: np.ndarray, codes: np.ndarray, groups: np.ndarray, fold: np.ndarray, seed: int) -> float:
    """Of the mean AUC within folds, under labels permuted within folds, whole groups at a time."""
    once, classes = np.ones((1, len(codes))), range(odds.shape[1])
    found = float(np.mean([stratified_auc(odds[:, code], codes == code, fold, once)[0] for code in classes]))
    rng = generator(seed, "properties_together", "permutations")
    null = null_auc(list(odds.T), codes, groups, fold, PERMUTATIONS, rng)
    drawn = np.mean([null[:, code, code] for code in classes], axis=0)
    return permutation_p(found, 0.5 + LEARNT_FROM_TOO * (drawn - 0.5))
