"""How well the label is told from parts of a picture that do not show its subject, out of fold."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from threadpoolctl import threadpool_limits

from biasaudit.errors import Unavailable
from biasaudit.evidence.blind_views.features import PICTURES, VECTORS, features_of_files, features_of_views
from biasaudit.evidence.measure.survey import Survey
from biasaudit.evidence.named.cue_values import CueValues
from biasaudit.evidence.predictions import FROZEN_FOLDS, Predictions
from biasaudit.images.table import ImageTable
from biasaudit.model.backbone import Backbone
from biasaudit.model.folds import assign_folds
from biasaudit.model.head import STRENGTHS, fit_head, log_odds
from biasaudit.model.ridge import macro_auc_of_each, out_of_fold_ridge
from biasaudit.results import NOTHING, Estimate, Sentence, say
from biasaudit.runtime.cache import Cache
from biasaudit.runtime.checkpoints import NOTHING_KEPT, Checkpoints
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings
from biasaudit.stats import generator, permutation_p, permuted_within
from biasaudit.stats.macro_auc import macro_auc, macro_auc_estimate

FILE_TRAITS = "file_traits"
NEEDS_PRETRAINED = say("Only a pretrained network can say what is in such a picture.")
NO_TRAITS = say("No trait of the files differs between the images.")
MOST, MOST_HELD_OUT = 1000, 500
"""Images that are learnt from, and of the given test part: what time and the n x n similarities allow."""
NARROW = 256
"""Features up to which the head gets the weakest of its penalties; choosing one would take most of the time."""
PERMUTATIONS = 499


@dataclass(frozen=True, kw_only=True, eq=False)
class BlindView:
    """What one view of the pictures tells of their labels; of a view that could not be had, why."""

    id: str
    untested: Sentence = NOTHING
    rows: np.ndarray
    """int (m,): the images that were looked at, all of them or a part in which rare classes are kept whole."""
    log_odds: np.ndarray
    """float (m, classes): of each class, by a head that never saw the image nor the given test part."""
    auc: Estimate | None = None
    """Out of fold, mean over classes, without the given test part."""
    p_value: float = 1.0
    """Of the AUC of a ridge classifier on the same view, were the labels dealt by chance within each fold."""
    whole: float = 0.5
    """The audited model's AUC on the same images, which it sees whole."""
    held_out: tuple[float, float] | None = None
    """The AUC of the view and that of the audited model in the given test part, where there is one."""


def blind_views(
    images: ImageTable,
    survey: Survey,
    backbone: Backbone,
    predictions: Predictions,
    known_cues: tuple[CueValues, ...],
    settings: Settings,
    cache: Cache,
    progress: Progress,
    checkpoints: Checkpoints = NOTHING_KEPT,
) -> tuple[BlindView, ...]:
    """Every view with its figures, those that stay pictures first.

    A frozen network looks at what stays a picture: the audited one or, where that was trained whole, the same before
    training; of a given model the network beside it, with folds of its own. Without a pretrained one it is coarse
    pixels. The head, the folds and the given test part are else those of `predictions`. Raises Unavailable where there
    are too many classes to look at enough images of each.
    """
    rows = _chosen(images, settings.seed)
    if predictions.given:  # it has no folds, and the views are learnt from all the same
        predictions = replace(predictions, fold=assign_folds(images, FROZEN_FOLDS, settings.seed))
    if not _each_class_is_learnt(images.codes[rows], predictions.fold[rows], ~images.held_out[rows]):
        raise Unavailable(say("too few images of a class to learn partial views of them"))
    features = features_of_views(survey, rows, backbone, settings.seed, cache, progress, checkpoints)
    traits = features_of_files(known_cues, ~images.held_out)
    if traits is not None:
        features[FILE_TRAITS] = traits[rows]
    found = []
    # Matrices so small that threads wait for one another: where others use the cores too, fifteen times as long.
    with progress.step("Learning from each view"), threadpool_limits(1):
        for name in (*PICTURES, *VECTORS, FILE_TRAITS):
            if name in features:
                found.append(_view(name, features[name], rows, images, predictions, settings.seed))
            else:
                why = NO_TRAITS if name == FILE_TRAITS else NEEDS_PRETRAINED
                found.append(BlindView(id=name, untested=why, rows=rows, log_odds=np.zeros((0, len(images.classes)))))
    return tuple(found)


def _chosen(images: ImageTable, seed: int) -> np.ndarray:
    """The images to look at, int (m,), sorted: the classes take turns, so that a rare one is kept whole."""
    order = generator(seed, "blind_views", "images").permutation(images.n)
    turn = np.empty(images.n, dtype=int)
    for code in range(len(images.classes)):
        of_class = order[images.codes[order] == code]
        turn[of_class] = np.arange(len(of_class))
    queue = order[np.argsort(turn[order], kind="stable")]
    held = images.held_out[queue]
    return np.sort(np.concatenate([queue[~held][:MOST], queue[held][:MOST_HELD_OUT]]))


def _each_class_is_learnt(codes: np.ndarray, fold: np.ndarray, learnt: np.ndarray) -> bool:
    present = len(np.unique(codes))
    return all(len(np.unique(codes[learnt & (fold != number)])) == present for number in np.unique(fold))


def _view(
    name: str, features: np.ndarray, rows: np.ndarray, images: ImageTable, predictions: Predictions, seed: int
) -> BlindView:
    codes, groups, fold = images.codes[rows], images.groups[rows], predictions.fold[rows]
    learnt = ~images.held_out[rows]
    odds, whole = _cross_fitted(features, codes, fold, learnt, seed), predictions.log_odds[rows]
    held = None
    if not learnt.all():
        held = macro_auc(odds[~learnt], codes[~learnt]), macro_auc(whole[~learnt], codes[~learnt])
    rng = generator(seed, "blind_views", "permutations", name)
    matrix = out_of_fold_ridge(features[learnt], fold[learnt])
    # Within folds, which were dealt by label: chance would have dealt them no less evenly.
    dealt = permuted_within(codes[learnt], groups[learnt], fold[learnt], PERMUTATIONS, rng)
    null = np.concatenate([macro_auc_of_each(matrix, some) for some in dealt])
    return BlindView(
        id=name,
        rows=rows,
        log_odds=odds,
        auc=macro_auc_estimate(odds[learnt], codes[learnt], groups[learnt], seed),
        p_value=permutation_p(float(macro_auc_of_each(matrix, codes[learnt][None])[0]), null),
        whole=macro_auc(whole[learnt], codes[learnt]),
        held_out=held,
    )


def _cross_fitted(
    features: np.ndarray, codes: np.ndarray, fold: np.ndarray, learnt: np.ndarray, seed: int
) -> np.ndarray:
    """Log-odds of each class by a head fitted on the other folds and never on the given test part."""
    penalty = STRENGTHS[-1] if features.shape[1] <= NARROW else STRENGTHS[1]
    logits = np.empty((len(codes), len(np.unique(codes))))
    for number in np.unique(fold):
        head = fit_head(features[learnt & (fold != number)], codes[learnt & (fold != number)], penalty, seed)
        logits[fold == number] = head.logits(features[fold == number])
    return log_odds(np.round(logits, 6))  # images with equal features must tie
