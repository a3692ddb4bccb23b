"""Out-of-fold predictions: what the network says of each image when it has never seen that image."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from biasaudit.evidence.measure.survey import Survey
from biasaudit.images.table import ImageTable
from biasaudit.model.backbone import Backbone
from biasaudit.model.backbones import load
from biasaudit.model.cross_fitting import CrossFit, embed, fit_heads, train_networks
from biasaudit.model.folds import assign_folds
from biasaudit.model.head import log_odds, softmax
from biasaudit.model.interface import AuditedModel
from biasaudit.model.training_sample import check_folds, training_sample
from biasaudit.results import NOTHING, Estimate, Sentence, say
from biasaudit.runtime.cache import Cache, digest_of, key_of
from biasaudit.runtime.checkpoints import NOTHING_KEPT, Checkpoints
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings
from biasaudit.stats.macro_auc import macro_auc_estimate

FROZEN_FOLDS = 5
TRAINED_FOLDS = 3
"""Training a whole network costs minutes a fold."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Predictions:
    """The network and what it said of every image, out of fold where it was trained here."""

    network: AuditedModel
    fold: np.ndarray
    """int (n,): the fold in which the image was held out; 0 throughout of a given model."""
    log_odds: np.ndarray
    """float (n, classes): log p / (1 - p) of each class."""
    probabilities: np.ndarray
    """float (n, classes), rows sum to 1."""
    embedding: np.ndarray | None
    """float32 (n, features): pooled features; None of a given model that shows none."""
    space: np.ndarray
    """int (n,): images with one number share a feature space (one fold's own network, or all, where frozen)."""
    auc: Estimate
    """Out of fold, mean over classes of one against the rest, without the given test part."""
    curves: tuple[dict[str, Any], ...]
    training: Sentence
    balanced_accuracy: float
    """0 to 1: mean over classes of the share called rightly."""
    judged: np.ndarray
    """bool (n,): the images by which it is judged right or wrong: all where out of fold, of a given model the given
    test part where there is one."""
    learnt_from: np.ndarray | None = None
    """bool (n,): the images that any fold's network was trained on; None where the user set no limit."""
    given: bool = False
    """Whether it came trained, so that it may have learnt from these images."""
    hint: Sentence = NOTHING
    """What may be the matter with a given model that tells the classes badly, as a sentence."""

    @property
    def images_called(self) -> Sentence:
        """What a sentence calls the images that cues are put into."""
        return say("images") if self.given and self.judged.all() else say("held-out images")

    @property
    def learnt(self) -> bool:
        """False where the interval of the AUC covers 0.5."""
        return self.auc.low > 0.5


def cross_fitted(
    images: ImageTable,
    survey: Survey,
    backbone: Backbone,
    settings: Settings,
    cache: Cache,
    progress: Progress,
    sample_weights: np.ndarray | None = None,
    checkpoints: Checkpoints = NOTHING_KEPT,
) -> Predictions:
    """Cross-fit the network: frozen features with a linear head, or the whole network a fold.

    `sample_weights`, float (n,), count in training alone; every figure is of the images as they are.

    A small CNN has nothing to freeze, so it is always trained whole. Raises Diverged.
    """
    assert survey.pixels is not None
    whole = settings.finetune or not backbone.pretrained
    fold = assign_folds(images, TRAINED_FOLDS if whole else FROZEN_FOLDS, settings.seed)
    sample = training_sample(images, settings.train_limit, settings.seed)
    check_folds(images, fold, sample)
    seed, weights = settings.seed, sample_weights
    if whole:
        untrained = partial(_untrained, settings)
        fit = train_networks(
            untrained, images, survey.pixels, survey.rows, fold, sample, seed, weights, progress, checkpoints
        )
    else:
        embedding = _embedding(backbone, images, survey, cache, progress, checkpoints)
        fit = fit_heads(backbone, embedding, images, fold, sample, seed, weights)
    odds, learnt = log_odds(fit.logits), ~images.held_out
    recalls = [np.mean(fit.logits[images.codes == code].argmax(axis=1) == code) for code in range(len(images.classes))]
    return Predictions(
        network=fit.model,
        fold=fold,
        log_odds=odds,
        probabilities=softmax(fit.logits),
        embedding=fit.embedding,
        space=fold if whole else np.zeros_like(fold),
        curves=fit.curves,
        training=_training(fit, sample, learnt, weights),
        balanced_accuracy=float(np.mean(recalls)),
        judged=np.ones(images.n, dtype=bool),
        learnt_from=sample if sample.sum() < learnt.sum() else None,
        auc=macro_auc_estimate(odds[learnt], images.codes[learnt], images.groups[learnt], settings.seed),
    )


def _untrained(settings: Settings, seed: int) -> Backbone:
    return load(settings.backbone, trust_model=settings.trust_model, seed=seed)


def _embedding(
    backbone: Backbone, images: ImageTable, survey: Survey, cache: Cache, progress: Progress, checkpoints: Checkpoints
) -> np.ndarray:
    """Pooled features of every image, float32 (n, features): of this run, or of an earlier one."""
    assert survey.pixels is not None
    store = survey.pixels

    def made() -> dict[str, np.ndarray]:
        return {"embedding": embed(backbone, store, survey.rows, progress, f"{backbone.name}: features", checkpoints)}

    def fits(kept: dict[str, np.ndarray]) -> bool:
        array = kept.get("embedding")
        return array is not None and array.ndim == 2 and len(array) == images.n and bool(np.isfinite(array).all())

    key = key_of(backbone.name, backbone.size, digest_of(survey.values["hash"]))
    return (cache.arrays("embedding", key, made, fits) if backbone.cacheable else made())["embedding"]


def _training(fit: CrossFit, sample: np.ndarray, learnt: np.ndarray, weights: np.ndarray | None) -> Sentence:
    """What was trained, and on what, in words."""
    how = say("frozen features, logistic head")
    if fit.curves:
        how = say("whole network, {n} epochs at most", n=max(len(curve["loss"]) for curve in fit.curves))
    some = say("; trained on a sample of {n:,} of {of:,} images", n=int(sample.sum()), of=int(learnt.sum()))
    weighted = say("; images counted as the given weights say")
    return say(
        "{how}{some}{weighted}",
        how=how,
        some=some if sample.sum() < learnt.sum() else NOTHING,
        weighted=NOTHING if weights is None else weighted,
    )
