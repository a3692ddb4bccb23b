"""A model that was trained here: a backbone and a head for each fold, so that each image meets one that never saw it.

Every network here ends in global average pooling and a linear layer. For that shape Grad-CAM is the class
activation map itself, up to a constant (Selvaraju 2017, section 3.1; Zhou 2016), so no gradient is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from biasaudit.model.backbone import Backbone
from biasaudit.model.head import Head, log_odds
from biasaudit.model.interface import BATCH, AttributionMethod
from biasaudit.model.network import forward, shuffled, shuffled_copy
from biasaudit.model.quiet import import_keras

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, kw_only=True, eq=False)
class CrossFittedModel:
    """One head a fold, on features that the folds share (frozen) or that each fold trained for itself."""

    backbones: tuple[Backbone, ...]
    """One, or one a fold."""
    heads: tuple[Head, ...]

    @property
    def size(self) -> int:
        """Input side in pixels."""
        return self.backbones[0].size

    @property
    def own(self) -> bool:
        """Whether its backbone is a file of the user's."""
        return self.backbones[0].own

    @property
    def shared_features(self) -> bool:
        """Whether the folds share one backbone."""
        return len(self.backbones) == 1

    @property
    def attribution_methods(self) -> tuple[AttributionMethod, ...]:
        """The methods that can explain it, cheapest first."""
        by_maps: tuple[AttributionMethod, ...] = ("Grad-CAM",) if self.backbones[0].spatial else ()
        return *by_maps, "integrated gradients", "occlusion"

    def log_odds(self, rgb: np.ndarray, folds: np.ndarray, batch: int = BATCH) -> np.ndarray:
        """uint8 (n, size, size, 3) and each image's fold, int (n,) -> log p / (1 - p), float64 (n, classes)."""
        result = np.empty((len(rgb), len(self.heads[0].bias)))
        for fold in [None] if self.shared_features else np.unique(folds):
            rows = np.arange(len(rgb)) if fold is None else np.flatnonzero(folds == fold)
            backbone = self._backbone(0 if fold is None else int(fold))
            for start in range(0, len(rows), batch):
                some = rows[start : start + batch]
                pooled = backbone.pooled(rgb[some])
                for each in np.unique(folds[some]):
                    result[some[folds[some] == each]] = log_odds(self.heads[each].logits(pooled[folds[some] == each]))
        return result

    def head_on_maps(self, fold: int) -> tuple[Backbone, Head] | None:
        """What gives the maps, and the head on their mean; None of vectors."""
        backbone = self._backbone(fold)
        return (backbone, self.heads[fold]) if backbone.spatial else None

    def whole_network(self, fold: int) -> keras.Model | None:
        """Backbone and head of a fold as one: float32 (n, size, size, 3), 0 to 255 -> logits (n, classes)."""
        backbone, head = self._backbone(fold), self.heads[fold]
        if backbone.network is None:
            return None
        keras = import_keras()
        image = keras.Input((backbone.size, backbone.size, 3))
        maps = backbone.network(image)
        pooled = keras.layers.GlobalAveragePooling2D()(maps) if backbone.spatial else maps
        dense = keras.layers.Dense(len(head.bias))
        network = keras.Model(image, dense(pooled))
        dense.set_weights([head.weights, head.bias])
        return network

    def output_of(self, code: int) -> int:
        """The classes are in the order of their codes."""
        return code

    def randomised(self, fold: int, seed: int) -> CrossFittedModel:
        """A copy whose head and, where it is a Keras network's, whose features come of shuffled weights.

        Its `whole_network` has the shuffled head on the backbone as it was.
        """
        rng, heads, backbones = np.random.default_rng(seed), list(self.heads), list(self.backbones)
        heads[fold] = Head(shuffled(heads[fold].weights, rng), shuffled(heads[fold].bias, rng))
        backbone = self._backbone(fold)
        copy = None if backbone.network is None else shuffled_copy(backbone.network, seed)
        if copy is not None:
            backbones[self.backbones.index(backbone)] = replace(backbone, run=forward(copy, backbone.size))
        return replace(self, heads=tuple(heads), backbones=tuple(backbones))

    def keras_networks(self) -> tuple[keras.Model | None, ...]:
        """Those of the backbones, in their order."""
        return tuple(network for backbone in self.backbones for network in backbone.keras_networks())

    def without_networks(self) -> CrossFittedModel:
        """The heads, and what is known of the backbones."""
        return replace(self, backbones=tuple(backbone.without_networks() for backbone in self.backbones))

    def with_networks(self, networks: Sequence[keras.Model]) -> CrossFittedModel:
        """The same with these networks as its backbones'."""
        pairs = zip(self.backbones, networks, strict=True)
        return replace(self, backbones=tuple(backbone.with_networks([network]) for backbone, network in pairs))

    def _backbone(self, fold: int) -> Backbone:
        return self.backbones[0 if self.shared_features else fold]
