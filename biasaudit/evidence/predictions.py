"""Out-of-fold predictions: what the network says of each image when it has never seen that image."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from biasaudit.evidence.measure.survey import Survey
from biasaudit.evidence.on_workers import batches, by_piece
from biasaudit.images.pixels import PixelStore
from biasaudit.images.table import ImageTable
from biasaudit.model.audited import AuditedModel
from biasaudit.model.backbone import Backbone, forward, load
from biasaudit.model.folds import assign_folds, trained_on
from biasaudit.model.head import choose_penalty, fit_head, log_odds, softmax
from biasaudit.model.kept_training import kept_training
from biasaudit.model.network import FoldedNetwork, pool, without_head
from biasaudit.model.training import train_network
from biasaudit.model.training_sample import check_folds, training_sample
from biasaudit.results import Estimate
from biasaudit.runtime.cache import Cache, digest_of, key_of
from biasaudit.runtime.checkpoints import NOTHING_KEPT, Parts
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings
from biasaudit.stats import auc_under, interval

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
    training: str
    balanced_accuracy: float
    """0 to 1: mean over classes of the share called rightly."""
    judged: np.ndarray
    """bool (n,): the images by which it is judged right or wrong: all where out of fold, of a given model the given
    test part where there is one."""
    learnt_from: np.ndarray | None = None
    """bool (n,): the images that any fold's network was trained on; None where the user set no limit."""
    given: bool = False
    """Whether it came trained, so that it may have learnt from these images."""
    hint: str = ""
    """What may be the matter with a given model that tells the classes badly, as a sentence."""

    @property
    def images_called(self) -> str:
        """What a sentence calls the images that cues are put into."""
        return "images" if self.given and self.judged.all() else "held-out images"

    @property
    def learnt(self) -> bool:
        """False where the interval of the AUC covers 0.5."""
        return self.auc.low > 0.5


def _embed(
    backbone: Backbone, store: PixelStore, rows: np.ndarray, progress: Progress, what: str, parts: Parts = NOTHING_KEPT
) -> np.ndarray:
    network = without_head(backbone, forward(backbone))
    pieces = [(number, rows[some]) for number, some in enumerate(batches(len(rows)))]
    return np.concatenate(list(by_piece(partial(_pooled, store, parts), network, pieces, progress, what)))


def _pooled(store: PixelStore, parts: Parts, network: FoldedNetwork, number: int, rows: np.ndarray) -> np.ndarray:
    made = parts.arrays("features", number, lambda: {"pooled": pool(network.feature_maps(store.read(rows), 0))})
    return made["pooled"]


def macro_auc(scores: np.ndarray, codes: np.ndarray, groups: np.ndarray, seed: int) -> Estimate:
    """The AUC of scores (n, classes), mean over classes of one against the rest, with an interval over groups."""
    area_of = [auc_under(scores[:, code], codes == code) for code in range(scores.shape[1])]

    def macro(weights: np.ndarray) -> np.ndarray:
        areas = np.array([area(weights) for area in area_of])
        known = np.isfinite(areas)  # a resample can miss a rare class
        return np.where(known, areas, 0).sum(axis=0) / known.sum(axis=0)

    value = float(macro(np.ones((1, len(codes)), dtype=np.int32))[0])
    low, high = interval(macro, groups, np.random.default_rng(seed))
    return Estimate(
        measure="out-of-fold AUC, mean over classes",
        value=value,
        low=low,
        high=high,
        null=0.5,
        limit=1.0,
        n=len(codes),
    )


def _of(weights: np.ndarray | None, rows: np.ndarray) -> np.ndarray | None:
    return None if weights is None else weights[rows]


def _frozen(
    backbone: Backbone,
    images: ImageTable,
    survey: Survey,
    fold: np.ndarray,
    sample: np.ndarray,
    seed: int,
    cache: Cache,
    progress: Progress,
    weights: np.ndarray | None,
    parts: Parts,
) -> tuple[FoldedNetwork, np.ndarray, np.ndarray]:
    assert survey.pixels is not None
    store = survey.pixels

    def embed() -> dict[str, np.ndarray]:
        return {"embedding": _embed(backbone, store, survey.rows, progress, f"{backbone.name}: features", parts)}

    def fits(kept: dict[str, np.ndarray]) -> bool:
        array = kept.get("embedding")
        return array is not None and array.ndim == 2 and len(array) == images.n and bool(np.isfinite(array).all())

    key = key_of(backbone.name, backbone.size, digest_of(survey.values["hash"]))
    cacheable = backbone.pretrained and not backbone.name.endswith(".keras")
    embedding = (cache.arrays("embedding", key, embed, fits) if cacheable else embed())["embedding"]
    penalty = choose_penalty(embedding[sample], images.codes[sample], images.groups[sample], seed, _of(weights, sample))
    heads, logits = [], np.empty((images.n, len(images.classes)))
    for number in range(int(fold.max()) + 1):
        seen = trained_on(images, fold, number) & sample
        head = fit_head(embedding[seen], images.codes[seen], penalty, seed, _of(weights, seen))
        logits[fold == number] = head.logits(embedding[fold == number])
        heads.append(head)
    network = FoldedNetwork(
        size=backbone.size,
        features=(forward(backbone),),
        heads=tuple(heads),
        spatial=backbone.spatial,
        backbones=(backbone,),
    )
    return network, embedding, logits


def _trained(
    settings: Settings,
    images: ImageTable,
    survey: Survey,
    fold: np.ndarray,
    sample: np.ndarray,
    progress: Progress,
    weights: np.ndarray | None,
    parts: Parts,
) -> tuple[FoldedNetwork, np.ndarray, np.ndarray, list[dict[str, Any]]]:
    assert survey.pixels is not None
    features, heads, curves, backbones = [], [], [], []
    pieces: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for number in range(int(fold.max()) + 1):
        backbone = load(settings.backbone, trust_model=settings.trust_model, seed=settings.seed + number)
        inside, outside = np.flatnonzero(trained_on(images, fold, number) & sample), np.flatnonzero(fold == number)
        with progress.step(f"Training network {number + 1} of {int(fold.max()) + 1} on {len(inside)} images"):
            train = partial(
                train_network,
                backbone,
                survey.pixels,
                survey.rows[inside],
                images.codes[inside],
                images.groups[inside],
                len(images.classes),
                settings.seed + number,
                _of(weights, inside),
            )
            head, curve = kept_training(backbone, parts, number, train)
        pooled = _embed(backbone, survey.pixels, survey.rows[outside], Progress(quiet=True), "")
        pieces.append((outside, pooled, head.logits(pooled)))
        features.append(forward(backbone))
        backbones.append(backbone)
        heads.append(head)
        curves.append({"fold": number, **curve})
    embedding = np.empty((images.n, pieces[0][1].shape[1]), dtype=np.float32)
    logits = np.empty((images.n, len(images.classes)))
    for outside, pooled, out_of_fold in pieces:
        embedding[outside], logits[outside] = pooled, out_of_fold
    network = FoldedNetwork(
        size=backbones[0].size,
        features=tuple(features),
        heads=tuple(heads),
        spatial=backbones[0].spatial,
        backbones=tuple(backbones),
    )
    return network, embedding, logits, curves


def cross_fitted(
    images: ImageTable,
    survey: Survey,
    backbone: Backbone,
    settings: Settings,
    cache: Cache,
    progress: Progress,
    sample_weights: np.ndarray | None = None,
    parts: Parts = NOTHING_KEPT,
) -> Predictions:
    """Cross-fit the network: frozen features with a linear head, or the whole network a fold.

    `sample_weights` count in training alone; every figure is of the images as they are.

    A small CNN has nothing to freeze, so it is always trained whole. Raises Diverged.
    """
    whole = settings.finetune or not backbone.pretrained
    fold = assign_folds(images, TRAINED_FOLDS if whole else FROZEN_FOLDS, settings.seed)
    sample = training_sample(images, settings.train_limit, settings.seed)
    check_folds(images, fold, sample)
    curves: list[dict[str, Any]] = []
    if whole:
        network, embedding, logits, curves = _trained(
            settings, images, survey, fold, sample, progress, sample_weights, parts
        )
        training = f"whole network, {max(len(curve['loss']) for curve in curves)} epochs at most"
    else:
        network, embedding, logits = _frozen(
            backbone, images, survey, fold, sample, settings.seed, cache, progress, sample_weights, parts
        )
        training = "frozen features, logistic head"
    limited = sample.sum() < (~images.held_out).sum()
    if limited:
        training += f"; trained on a sample of {sample.sum():,} of {(~images.held_out).sum():,} images"
    if sample_weights is not None:
        training += "; images counted as the given weights say"
    odds, learnt = log_odds(logits), ~images.held_out
    recalls = [np.mean(logits[images.codes == code].argmax(axis=1) == code) for code in range(len(images.classes))]
    return Predictions(
        network=network,
        fold=fold,
        log_odds=odds,
        probabilities=softmax(logits),
        embedding=embedding,
        space=fold if whole else np.zeros_like(fold),
        curves=tuple(curves),
        training=training,
        balanced_accuracy=float(np.mean(recalls)),
        judged=np.ones(images.n, dtype=bool),
        learnt_from=sample if limited else None,
        auc=macro_auc(odds[learnt], images.codes[learnt], images.groups[learnt], settings.seed),
    )
