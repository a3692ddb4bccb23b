"""Fitting a model so that each image meets one that never saw it: a head a fold, or a whole network a fold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from biasaudit.images.pixels import PixelStore
from biasaudit.images.table import ImageTable
from biasaudit.model.backbone import Backbone
from biasaudit.model.cross_fitted import CrossFittedModel
from biasaudit.model.folds import trained_on
from biasaudit.model.head import choose_penalty, fit_head
from biasaudit.model.training import kept_training, train_network
from biasaudit.model.workers import batches, by_piece
from biasaudit.runtime.checkpoints import NOTHING_KEPT, Checkpoints
from biasaudit.runtime.progress import Progress


@dataclass(frozen=True, eq=False)
class CrossFit:
    """A model, and what it said of each image by the fold in which that was held out."""

    model: CrossFittedModel
    embedding: np.ndarray
    """float32 (n, features): pooled features."""
    logits: np.ndarray
    """float64 (n, classes)."""
    curves: tuple[dict[str, Any], ...] = ()
    """One a fold: its number, and the losses epoch by epoch; none of heads in closed form."""


def embed(
    backbone: Backbone,
    store: PixelStore,
    rows: np.ndarray,
    progress: Progress,
    what: str,
    checkpoints: Checkpoints = NOTHING_KEPT,
) -> np.ndarray:
    """Pooled features of the pictures at these rows of the store, int (n,): float32 (n, features)."""
    pieces = [(number, rows[some]) for number, some in enumerate(batches(len(rows)))]
    return np.concatenate(list(by_piece(partial(_pooled, store, checkpoints), backbone, pieces, progress, what)))


def _pooled(
    store: PixelStore, checkpoints: Checkpoints, backbone: Backbone, number: int, rows: np.ndarray
) -> np.ndarray:
    return checkpoints.arrays("features", number, lambda: {"pooled": backbone.pooled(store.read(rows))})["pooled"]


def fit_heads(
    backbone: Backbone,
    embedding: np.ndarray,
    images: ImageTable,
    fold: np.ndarray,
    sample: np.ndarray,
    seed: int,
    weights: np.ndarray | None,
) -> CrossFit:
    """A logistic head a fold on frozen features.

    embedding: float32 (n, features). fold: int (n,). sample: bool (n,), the images to learn from. weights: float (n,),
    how much each counts within its class; None: all alike.
    """
    penalty = choose_penalty(embedding[sample], images.codes[sample], images.groups[sample], seed, _of(weights, sample))
    heads, logits = [], np.empty((images.n, len(images.classes)))
    for number in range(int(fold.max()) + 1):
        seen = trained_on(images, fold, number) & sample
        head = fit_head(embedding[seen], images.codes[seen], penalty, seed, _of(weights, seen))
        logits[fold == number] = head.logits(embedding[fold == number])
        heads.append(head)
    return CrossFit(CrossFittedModel(backbones=(backbone,), heads=tuple(heads)), embedding, logits)


def train_networks(
    untrained: Callable[[int], Backbone],
    images: ImageTable,
    store: PixelStore,
    rows: np.ndarray,
    fold: np.ndarray,
    sample: np.ndarray,
    seed: int,
    weights: np.ndarray | None,
    progress: Progress,
    checkpoints: Checkpoints,
) -> CrossFit:
    """A whole network a fold; the rest as in `fit_heads`. Raises Diverged.

    untrained: seed -> a backbone to train. rows: int (n,), where in the store the images' pixels are.
    """
    backbones, heads, curves, pieces = [], [], [], []
    for number in range(int(fold.max()) + 1):
        backbone = untrained(seed + number)
        inside, outside = np.flatnonzero(trained_on(images, fold, number) & sample), np.flatnonzero(fold == number)
        with progress.step(f"Training network {number + 1} of {int(fold.max()) + 1} on {len(inside)} images"):
            train = partial(
                train_network,
                backbone,
                store,
                rows[inside],
                images.codes[inside],
                images.groups[inside],
                len(images.classes),
                seed + number,
                _of(weights, inside),
            )
            head, curve = kept_training(backbone, checkpoints, number, train)
        pieces.append((outside, embed(backbone, store, rows[outside], Progress(quiet=True), "")))
        backbones.append(backbone)
        heads.append(head)
        curves.append({"fold": number, **curve})
    embedding = np.empty((images.n, pieces[0][1].shape[1]), dtype=np.float32)
    logits = np.empty((images.n, len(images.classes)))
    for head, (outside, pooled) in zip(heads, pieces, strict=True):
        embedding[outside], logits[outside] = pooled, head.logits(pooled)
    return CrossFit(CrossFittedModel(backbones=tuple(backbones), heads=tuple(heads)), embedding, logits, tuple(curves))


def _of(weights: np.ndarray | None, rows: np.ndarray) -> np.ndarray | None:
    return None if weights is None else weights[rows]
