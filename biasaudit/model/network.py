"""The audited model: a network and head for each fold, so that each image meets one that never saw it.

Every network here ends in global average pooling and a linear layer. For that shape Grad-CAM is the class
activation map itself, up to a constant (Selvaraju 2017, section 3.1; Zhou 2016), so no gradient is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from biasaudit.model.backbone import Backbone
from biasaudit.model.head import Head, log_odds


@dataclass(frozen=True, kw_only=True, eq=False)
class FoldedNetwork:
    """One head a fold, on features that the folds share (frozen) or that each fold trained for itself."""

    size: int
    """Input side in pixels."""
    features: tuple[Callable[[np.ndarray], np.ndarray], ...]
    """uint8 (n, size, size, 3) -> float maps (n, h, w, c) or vectors (n, c); one, or one a fold."""
    heads: tuple[Head, ...]
    spatial: bool
    backbones: tuple[Backbone, ...] = ()
    """The networks behind `features`, one for each; none where the features are no Keras network's."""

    @property
    def quick_maps(self) -> bool:
        """A heatmap is one pass through the network."""
        return True

    def _features(self, rgb: np.ndarray, fold: int) -> np.ndarray:
        return self.features[fold if len(self.features) > 1 else 0](rgb)

    def log_odds(self, rgb: np.ndarray, folds: np.ndarray, batch: int = 32) -> np.ndarray:
        """uint8 (n, size, size, 3) and each image's fold -> log-odds of each class, float64 (n, classes)."""
        result = np.empty((len(rgb), len(self.heads[0].bias)))
        shared = len(self.features) == 1
        for fold in [None] if shared else np.unique(folds):
            rows = np.arange(len(rgb)) if fold is None else np.flatnonzero(folds == fold)
            for start in range(0, len(rows), batch):
                some = rows[start : start + batch]
                pooled = pool(self._features(rgb[some], 0 if fold is None else int(fold)))
                for each in np.unique(folds[some]):
                    result[some[folds[some] == each]] = log_odds(self.heads[each].logits(pooled[folds[some] == each]))
        return result

    def heatmap(self, rgb: np.ndarray, fold: int, code: int) -> np.ndarray | None:
        """Grad-CAM of class `code` for one image uint8 (size, size, 3): float (h, w), 0 to 1; None without maps.

        The class's weights are taken against the mean of all classes', since a softmax knows differences only.
        """
        if not self.spatial:
            return None
        weights = self.heads[fold].weights
        heat = np.maximum(0, self._features(rgb[None], fold)[0] @ (weights[:, code] - weights.mean(axis=1)))
        return heat / heat.max() if heat.max() > 0 else heat

    def feature_maps(self, rgb: np.ndarray, fold: int) -> np.ndarray:
        """What a fold's head is given before it is pooled: uint8 (n, size, size, 3) -> float32 (n, h, w, c)."""
        return self._features(rgb, fold)


def without_head(backbone: Backbone, features: Callable[[np.ndarray], np.ndarray]) -> FoldedNetwork:
    """A network that is asked for its features alone.

    features: what `forward` makes of it.
    """
    spatial = backbone.spatial
    return FoldedNetwork(size=backbone.size, features=(features,), heads=(), spatial=spatial, backbones=(backbone,))


def pool(features: np.ndarray) -> np.ndarray:
    """Maps (n, h, w, c) to their mean over places, float32 (n, c); vectors stay as they are."""
    return (features.mean(axis=(1, 2)) if features.ndim == 4 else features).astype(np.float32)
