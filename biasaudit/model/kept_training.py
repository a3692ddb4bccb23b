"""A trained network that an interrupted run finds again: weights as plain arrays, layers from the code."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from biasaudit.model.backbone import Backbone
from biasaudit.model.head import Head
from biasaudit.runtime.checkpoints import Parts

Trained = tuple[Head, dict[str, list[float]]]


def kept_training(backbone: Backbone, parts: Parts, fold: int, train: Callable[[], Trained]) -> Trained:
    """What `train`, which trains `backbone.network` in place, returns or returned before the run was interrupted."""

    def arrays() -> dict[str, np.ndarray]:
        head, curves = train()
        weights = {f"layer {place}": each for place, each in enumerate(backbone.network.get_weights())}
        curve = {f"curve {name}": np.array(values, dtype=float) for name, values in curves.items()}
        return weights | curve | {"head": head.weights, "bias": head.bias}

    kept = parts.arrays("network", fold, arrays)
    backbone.network.set_weights([kept[f"layer {place}"] for place in range(len(backbone.network.get_weights()))])
    curves = {name.removeprefix("curve "): kept[name].tolist() for name in kept if name.startswith("curve ")}
    return Head(kept["head"], kept["bias"]), curves
