"""A backbone and its linear head as one Keras network, for methods that take a whole network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from biasaudit.model.head import Head
from biasaudit.model.quiet import import_keras

if TYPE_CHECKING:
    import keras


def whole(backbone: keras.Model, head: Head) -> keras.Model | None:
    """Images -> logits, float32 (n, classes): what the backbone does, the mean over places, the head.

    The backbone's layers are shared, the head's weights copied. None where the backbone gives vectors, which have no
    places.
    """
    keras = import_keras()
    maps = backbone.outputs[0]
    if len(maps.shape) != 4:
        return None
    dense = keras.layers.Dense(head.weights.shape[1])
    logits = dense(keras.layers.GlobalAveragePooling2D()(maps))
    network = keras.Model(backbone.inputs[0], logits)
    dense.set_weights([head.weights, head.bias])
    return network
