"""Small networks of the three usual shapes, with weights from a seed that are the same on every backend."""

from typing import Any

import numpy as np

from biasaudit.model.quiet import import_keras

SIDE = 24
CLASSES = 3


def plain(last: str | None = "softmax", bend: str = "relu") -> Any:
    keras = import_keras()
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 3)),
            layers.Rescaling(1 / 127.5, offset=-1),
            layers.Conv2D(6, 3, padding="same", activation=bend),
            layers.MaxPooling2D(2) if bend == "relu" else layers.AveragePooling2D(2),
            layers.Conv2D(8, 3, padding="same", activation=bend),
            layers.GlobalAveragePooling2D(),
            layers.Dense(CLASSES, activation=last),
        ]
    )


def separable(last: str | None = "softmax") -> Any:
    keras = import_keras()
    layers = keras.layers
    image = keras.Input((SIDE, SIDE, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1)(image)
    x = layers.ReLU(6.0)(layers.BatchNormalization()(layers.Conv2D(8, 3, 2, padding="same", use_bias=False)(x)))
    y = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x)
    y = layers.ReLU(6.0)(layers.BatchNormalization()(y))
    y = layers.BatchNormalization()(layers.Conv2D(8, 1, use_bias=False)(y))
    x = layers.SeparableConv2D(10, 3, 2, padding="same")(layers.Add()([x, y]))
    x = layers.ReLU()(layers.BatchNormalization()(x))
    return keras.Model(image, layers.Dense(CLASSES, activation=last)(layers.GlobalAveragePooling2D()(x)))


def nested(last: str | None = "softmax") -> Any:
    """Transfer learning: a backbone with its own pooling inside a model with the head."""
    keras = import_keras()
    layers = keras.layers
    picture = keras.Input((SIDE, SIDE, 3))
    x = layers.BatchNormalization()(layers.Conv2D(6, 3, 2, padding="same")(picture))
    x = layers.Conv2D(8, 3, padding="same", activation="relu")(layers.ReLU()(x))
    backbone = keras.Model(picture, layers.GlobalAveragePooling2D()(x), name="backbone")
    image = keras.Input((SIDE, SIDE, 3))
    x = layers.Dropout(0.5)(backbone(layers.Rescaling(1 / 127.5, offset=-1)(image)))
    return keras.Model(image, layers.Softmax()(layers.Dense(CLASSES)(x)) if last else layers.Dense(CLASSES)(x))


BUILDERS = {"plain": plain, "separable": separable, "nested": nested}


def drawn(network: Any, seed: int = 0) -> Any:
    """The network with weights from NumPy's generator: kernels as He et al. 2015, variances above 0."""
    rng = np.random.default_rng(seed)
    weights = []
    for variable in network.weights:
        shape = tuple(variable.shape)
        if variable.name in ("gamma", "moving_variance"):
            weights.append(rng.uniform(0.5, 1.5, shape))
        elif len(shape) == 1:
            weights.append(rng.normal(0, 0.1, shape))
        else:
            fan_in = np.prod(shape[:2]) if "depthwise" in variable.path else np.prod(shape[:-1])
            weights.append(rng.normal(0, np.sqrt(2 / fan_in), shape))
    network.set_weights(weights)
    return network


def pictures(n: int = 4) -> np.ndarray:
    """Float32 (n, SIDE, SIDE, 3), 0 to 255, smooth enough to have shapes in them."""
    coarse = np.random.default_rng(1).integers(0, 256, (n, SIDE // 4, SIDE // 4, 3))
    return coarse.repeat(4, axis=1).repeat(4, axis=2).astype(np.float32)
