"""The methods that an audit may explain its model by, cheapest first, all asked in the same way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from biasaudit.attribution.integrated_gradients import integrated_gradients
from biasaudit.attribution.occlusion import occlusion
from biasaudit.model.audited import AuditedModel
from biasaudit.model.given import GivenModel
from biasaudit.model.gradients import ScoreGradients, score_gradients
from biasaudit.model.network import FoldedNetwork
from biasaudit.model.quiet import import_keras

if TYPE_CHECKING:
    import keras

Explain = Callable[[np.ndarray, int, int], np.ndarray | None]
"""One image uint8 (size, size, 3), its fold and a class code -> float (h, w), 0 to 1: where there is evidence for the
class; None where there is no map."""
GRAINS = 40
"""Gradients are grainy: they are softened by this part of the side, as Partition SHAP's areas are."""


@dataclass(frozen=True)
class Method:
    """A way to explain, and how many images it can be asked about in an audit."""

    name: str
    explainer: Callable[[AuditedModel], Explain | None]
    """None where this model cannot be explained so."""
    images: int
    checked: int
    """Images on which it is checked."""


@dataclass(frozen=True, eq=False)
class Explainer:
    """A model with the method that draws its maps."""

    method: str
    """The name of one of `methods_for` the model."""
    model: AuditedModel
    explain: Explain


def methods_for(model: AuditedModel) -> tuple[Method, ...]:
    """Those to try, in this order; of a model whose heatmaps cost hundreds of answers, those alone."""
    if not model.quick_maps:
        return (Method("Partition SHAP", lambda model: model.heatmap, images=8, checked=8),)
    return (
        Method("Grad-CAM", lambda model: model.heatmap, images=120, checked=16),
        Method("integrated gradients", _by_gradients, images=48, checked=16),
        Method("occlusion", _by_covering, images=12, checked=12),
    )


def chance_of(model: AuditedModel, rgb: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """The model's probability of each class, of each against all others; float64 (n, classes)."""
    return 1 / (1 + np.exp(-np.clip(model.log_odds(rgb, folds), -500, 500)))


def _by_gradients(model: AuditedModel) -> Explain | None:
    """Integrated gradients from the image's mean colour, by the network behind each fold."""
    if _network(model, 0) is None:
        return None

    @cache
    def gradients(fold: int) -> ScoreGradients:
        network = _network(model, fold)
        assert network is not None
        return score_gradients(network)

    def explain(rgb: np.ndarray, fold: int, code: int) -> np.ndarray:
        output = int(model.columns[code]) if isinstance(model, GivenModel) else code
        image = rgb[None].astype(np.float32)
        mean = image.mean(axis=(1, 2), keepdims=True)
        heat = integrated_gradients(gradients(fold), image, np.array([output]), baseline=mean)[0]
        return _scaled(cv2.GaussianBlur(heat, (0, 0), len(heat) / GRAINS))

    return explain


def _by_covering(model: AuditedModel) -> Explain:
    def explain(rgb: np.ndarray, fold: int, code: int) -> np.ndarray:
        def predict(covered: np.ndarray) -> np.ndarray:
            return chance_of(model, covered, np.full(len(covered), fold))

        return _scaled(occlusion(predict, rgb[None], np.array([code]))[0])

    return explain


def _scaled(heat: np.ndarray) -> np.ndarray:
    """What speaks for the class, up to 1."""
    heat = np.maximum(0, heat)
    return heat / heat.max() if heat.max() > 0 else heat


def _network(model: AuditedModel, fold: int) -> keras.Model | None:
    """The whole Keras network behind a fold, images to logits; None where there is none."""
    if isinstance(model, GivenModel):
        return model.given.network
    if not isinstance(model, FoldedNetwork) or not model.backbones or model.backbones[0].network is None:
        return None
    keras = import_keras()
    backbone = model.backbones[fold if len(model.backbones) > 1 else 0]
    image = keras.Input((backbone.size, backbone.size, 3))
    maps = backbone.network(image)
    pooled = keras.layers.GlobalAveragePooling2D()(maps) if backbone.spatial else maps
    dense = keras.layers.Dense(len(model.heads[fold].bias))
    network = keras.Model(image, dense(pooled))
    dense.set_weights([model.heads[fold].weights, model.heads[fold].bias])
    return network
