"""Small Keras classifiers of the planted photographs, whose weights are known: what they use is no question."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd

from biasaudit.images.pixels import resized
from biasaudit.model.quiet import import_keras

SIDE = 64
LUMA = 0
"""The first channel of the maps is brightness; the others are the slopes to the right, left, down and up."""


def kernels() -> np.ndarray:
    """float32 (3, 3, 3, 5): of pixels 0 to 1."""
    across = np.outer([1, 2, 1], [-1, 0, 1]) / 8
    blur = np.outer([1, 2, 1], [1, 2, 1]) / 16
    each = np.stack([blur, across, -across, across.T, -across.T], axis=-1)
    return np.repeat(each[:, :, None] / 3, 3, axis=2).astype(np.float32)


def features(*, scaled: bool = True) -> Any:
    """Maps of brightness and slopes, float (n, 64, 64, 5), and their means, as a Keras model."""
    keras = import_keras()
    layers = keras.layers
    image = keras.Input((SIDE, SIDE, 3))
    x = layers.Rescaling(1 / 255)(image) if scaled else image
    maps = layers.Conv2D(5, 3, padding="valid", activation="relu", use_bias=False, name="maps")
    model = keras.Model(image, layers.GlobalAveragePooling2D()(maps(x)), name="features")
    maps.set_weights([kernels()])
    return model


def pictures(folder: Path, frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """uint8 (n, 64, 64, 3) and the codes of the sorted classes, int (n,)."""
    rgb = np.stack([resized(cv2.imread(str(folder / path))[:, :, ::-1], SIDE) for path in frame["path"]])
    return rgb, np.unique(frame["label"], return_inverse=True)[1]


def weights_of(folder: Path, frame: pd.DataFrame, *, luma: bool) -> tuple[np.ndarray, np.ndarray]:
    """Weights float (5, 1) and bias float (1,): slopes tell `upright`, and brightness does or does not."""
    rgb, codes = pictures(folder, frame)
    pooled = features().predict(rgb.astype(np.float32), verbose=0)
    turned = np.array([0, 1, 1, -1, -1]) / (pooled @ [0, 1, 1, -1, -1]).std()
    bright = np.array([1, 0, 0, 0, 0]) / pooled[:, LUMA].std()
    weights = (turned + 2 * bright if luma else 3 * turned)[:, None]
    means = (pooled[codes == 0].mean(axis=0) + pooled[codes == 1].mean(axis=0)) / 2
    return weights, -means @ weights


def classifier(
    folder: Path,
    frame: pd.DataFrame,
    *,
    luma: bool,
    units: int = 2,
    last: str | None = "softmax",
    nested: bool = False,
    scaled: bool = True,
) -> Any:
    """A whole classifier of `lying` and `upright` with one output or two."""
    keras = import_keras()
    weights, bias = weights_of(folder, frame, luma=luma)
    if units == 2:
        weights, bias = np.hstack([-weights, weights]) / 2, np.hstack([-bias, bias]) / 2
    inner = features(scaled=scaled)
    dense = keras.layers.Dense(units, activation=last)
    if nested:
        image = keras.Input((SIDE, SIDE, 3))
        model = keras.Model(image, dense(inner(image)), name="transfer")
    else:
        model = keras.Model(inner.inputs, dense(inner.output), name="plain")
    dense.set_weights([weights, bias])
    return model
