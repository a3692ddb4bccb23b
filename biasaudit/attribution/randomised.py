"""The audited model as it would be had it learnt nothing: its weights shuffled, to see whether maps notice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from biasaudit.attribution.of_given import explained
from biasaudit.attribution.sanity import shuffled_copy
from biasaudit.model.audited import AuditedModel
from biasaudit.model.backbone import Backbone, forward
from biasaudit.model.given import GivenModel
from biasaudit.model.head import Head
from biasaudit.model.network import FoldedNetwork

if TYPE_CHECKING:
    import keras


HEAD = 2
"""Weight tensors of a given network's last layer: kernel and bias."""


def randomised(model: AuditedModel, fold: int, seed: int) -> tuple[AuditedModel, ...]:
    """Two copies of `model` with weights shuffled within each tensor (Adebayo 2018): the last layer's, and all.

    A map of the features alone would notice the second only. Features that are no Keras network's stay as they are.
    None of both where there are no weights to be had, as of a function.

    Args:
        model: stays as it is.
        fold: the only one that the copies are asked about.
        seed: of the shuffling.
    """
    if isinstance(model, FoldedNetwork):
        return _folded(model, fold, seed)
    if isinstance(model, GivenModel) and model.given.network is not None:
        found = (shuffled_copy(model.given.network, seed, last) for last in (HEAD, None))
        return tuple(_given(model, network) for network in found if network is not None)
    return ()


def _folded(model: FoldedNetwork, fold: int, seed: int) -> tuple[FoldedNetwork, ...]:
    rng = np.random.default_rng(seed)
    heads = list(model.heads)
    heads[fold] = Head(_shuffled(heads[fold].weights, rng), _shuffled(heads[fold].bias, rng))
    top = replace(model, heads=tuple(heads))
    used = fold if len(model.features) > 1 else 0
    found = _forward_shuffled(model.backbones[used], seed) if model.backbones else None
    if found is None:
        return (top,)
    features = list(model.features)
    features[used] = found
    return top, replace(top, features=tuple(features))


def _given(model: GivenModel, network: keras.Model) -> GivenModel:
    given = model.given
    answer = forward(Backbone(given.name, given.size, network, pretrained=False, spatial=False))
    return explained(replace(model, given=replace(given, network=network, answer=answer)))


def _forward_shuffled(backbone: Backbone, seed: int) -> Callable[[np.ndarray], np.ndarray] | None:
    network = shuffled_copy(backbone.network, seed) if backbone.network is not None else None
    return None if network is None else forward(replace(backbone, network=network))


def _shuffled(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return rng.permutation(values.ravel()).reshape(values.shape)
