"""The methods that an audit may explain its model by, all asked in the same way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from biasaudit.attribution.grad_cam import grad_cam
from biasaudit.attribution.integrated_gradients import integrated_gradients
from biasaudit.attribution.occlusion import occlusion
from biasaudit.attribution.partition import partition
from biasaudit.model.gradients import ScoreGradients, score_gradients
from biasaudit.model.interface import AttributionMethod, AuditedModel, not_arrived

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

    name: AttributionMethod
    explainer: Callable[[AuditedModel], Explain | None]
    """None where this model cannot be explained so."""
    images: int
    checked: int
    """Images on which it is checked."""


@dataclass(frozen=True, eq=False)
class Explainer:
    """A model with the method that draws its maps."""

    method: AttributionMethod
    model: AuditedModel
    explain: Explain

    def keras_networks(self) -> Sequence[keras.Model | None]:
        """The model's."""
        return self.model.keras_networks()

    def without_networks(self) -> Explainer:
        """Model and method alone."""
        return replace(self, model=self.model.without_networks(), explain=not_arrived)

    def with_networks(self, networks: Sequence[keras.Model]) -> Explainer:
        """The same, explaining this model."""
        model = self.model.with_networks(networks)
        explain = METHODS[self.method].explainer(model)
        assert explain is not None
        return Explainer(self.method, model, explain)


def methods_for(model: AuditedModel) -> tuple[Method, ...]:
    """Those to try, in this order."""
    return tuple(METHODS[name] for name in model.attribution_methods)


def chance_of(model: AuditedModel, rgb: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """The model's probability of each class against all others, float64 (n, classes), 0 to 1.

    rgb: uint8 (n, size, size, 3). folds: int (n,).
    """
    return 1 / (1 + np.exp(-np.clip(model.log_odds(rgb, folds), -500, 500)))


def _by_maps(model: AuditedModel) -> Explain:
    """Grad-CAM: of a linear head on the mean of maps in closed form, of any other network by its gradients."""

    @cache
    def by_gradients(fold: int) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
        return grad_cam(model.whole_network(fold))

    def explain(rgb: np.ndarray, fold: int, code: int) -> np.ndarray:
        on_maps = model.head_on_maps(fold)
        if on_maps is None:
            return _scaled(by_gradients(fold)(rgb[None], np.array([model.output_of(code)]))[0])
        backbone, head = on_maps
        # Against the mean of all classes, since a softmax knows differences only.
        return _scaled(backbone.features(rgb[None])[0] @ (head.weights[:, code] - head.weights.mean(axis=1)))

    return explain


def _by_gradients(model: AuditedModel) -> Explain | None:
    """Integrated gradients from the image's mean colour, by the network behind each fold."""
    if model.whole_network(0) is None:
        return None

    @cache
    def gradients(fold: int) -> ScoreGradients:
        return score_gradients(model.whole_network(fold))

    def explain(rgb: np.ndarray, fold: int, code: int) -> np.ndarray:
        image = rgb[None].astype(np.float32)
        mean = image.mean(axis=(1, 2), keepdims=True)
        heat = integrated_gradients(gradients(fold), image, np.array([model.output_of(code)]), baseline=mean)[0]
        return _scaled(cv2.GaussianBlur(heat, (0, 0), len(heat) / GRAINS))

    return explain


def _by_covering(model: AuditedModel) -> Explain:
    def explain(rgb: np.ndarray, fold: int, code: int) -> np.ndarray:
        def predict(covered: np.ndarray) -> np.ndarray:
            return chance_of(model, covered, np.full(len(covered), fold))

        return _scaled(occlusion(predict, rgb[None], np.array([code]))[0])

    return explain


def _by_areas(model: AuditedModel) -> Explain:
    """Partition SHAP of its log-odds."""

    def explain(rgb: np.ndarray, fold: int, code: int) -> np.ndarray:
        def scores(covered: np.ndarray) -> np.ndarray:
            return model.log_odds(covered, np.full(len(covered), fold), batch=len(covered))

        return _scaled(partition(scores, rgb, code))

    return explain


def _scaled(heat: np.ndarray) -> np.ndarray:
    """What speaks for the class, up to 1."""
    heat = np.maximum(0, heat)
    return heat / heat.max() if heat.max() > 0 else heat


METHODS: dict[AttributionMethod, Method] = {
    method.name: method
    for method in (
        Method("Grad-CAM", _by_maps, images=120, checked=16),
        Method("integrated gradients", _by_gradients, images=48, checked=16),
        Method("occlusion", _by_covering, images=12, checked=12),
        Method("Partition SHAP", _by_areas, images=8, checked=8),
    )
}
