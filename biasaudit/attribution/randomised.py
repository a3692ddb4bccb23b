"""The audited model as it would be had it learnt nothing: its weights shuffled, to see whether maps notice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from biasaudit.attribution.of_given import explained
from biasaudit.attribution.sanity import shuffled_copy
from biasaudit.model.audited import AuditedModel
from biasaudit.model.backbone import Backbone, forward
from biasaudit.model.given import GivenModel
from biasaudit.model.head import Head
from biasaudit.model.network import FoldedNetwork


def randomised(model: AuditedModel, fold: int, seed: int) -> AuditedModel | None:
    """A copy of `model` whose weights are shuffled within each tensor, features and head (Adebayo 2018).

    Features that are no Keras network's stay as they are. None where there are no weights to be had, as of a function.

    Args:
        model: stays as it is.
        fold: the only one that the copy is asked about.
        seed: of the shuffling.
    """
    if isinstance(model, FoldedNetwork):
        return _folded(model, fold, seed)
    if isinstance(model, GivenModel) and model.given.network is not None:
        return _given(model, seed)
    return None


def _folded(model: FoldedNetwork, fold: int, seed: int) -> FoldedNetwork:
    rng = np.random.default_rng(seed)
    heads = list(model.heads)
    heads[fold] = Head(_shuffled(heads[fold].weights, rng), _shuffled(heads[fold].bias, rng))
    features, used = list(model.features), fold if len(model.features) > 1 else 0
    if model.backbones and (found := _forward_shuffled(model.backbones[used], seed)) is not None:
        features[used] = found
    return replace(model, heads=tuple(heads), features=tuple(features))


def _given(model: GivenModel, seed: int) -> GivenModel | None:
    given = model.given
    assert given.network is not None
    network = shuffled_copy(given.network, seed)
    if network is None:
        return None
    answer = forward(Backbone(given.name, given.size, network, pretrained=False, spatial=False))
    return explained(replace(model, given=replace(given, network=network, answer=answer)))


def _forward_shuffled(backbone: Backbone, seed: int) -> Callable[[np.ndarray], np.ndarray] | None:
    network = shuffled_copy(backbone.network, seed) if backbone.network is not None else None
    return forward(replace(backbone, network=network)) if network is not None else None


def _shuffled(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return rng.permutation(values.ravel()).reshape(values.shape)
