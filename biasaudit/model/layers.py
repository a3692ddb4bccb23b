"""Where in a network its features are: the last map or vectors, and a map half way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from biasaudit.errors import UsageError
from biasaudit.model.quiet import import_keras

if TYPE_CHECKING:
    import keras


def features_of(model: keras.Model, name: str) -> keras.Model:
    """`model` up to its last feature map or, without one, up to the vectors before its last Dense layer.

    Raises UsageError where it has neither, or no layers in a fixed order.
    """
    keras = import_keras()
    try:
        return _to_last_map(model) or keras.Model(model.inputs, _last_vectors(model))
    except (AttributeError, ValueError, LookupError) as fault:
        raise UsageError(
            f"{name} has no layers in a fixed order (it is not a Sequential or functional Keras model), or "
            f"it has neither feature maps nor vectors, so there are no features to look at: {fault}"
        ) from fault


def _to_last_map(model: keras.Model) -> keras.Model | None:
    """`model` up to its last map of more than one place, going inside a submodel where the map is there.

    A map of up to three channels is not taken: it is the picture, rescaled, or an answer and no features.
    None where there is no map, or where a layer with sequences (n, length, c) comes after it: in a
    transformer the last map is the cutting into patches, before anything was recognised.
    """
    keras = import_keras()
    for layer in reversed(model.layers):
        shape = layer.output.shape
        if len(shape) == 3:
            return None
        if len(shape) == 4 and shape[1:3] != (1, 1) and shape[3] > 3:
            # A submodel is a layer too; what counts is its output in this model, not in its own graph.
            return keras.Model(model.inputs, _outcome(layer))
        if isinstance(layer, keras.Model) and (inner := _to_last_map(layer)) is not None:
            return keras.Model(model.inputs, inner(_origin(layer)))
    return None


def _outcome(layer: Any) -> Any:
    """What a layer gives in the model around it."""
    return layer._inbound_nodes[-1].output_tensors[0] if layer._inbound_nodes else layer.output


def _origin(layer: Any) -> Any:
    """What a layer is given in the model around it."""
    return layer._inbound_nodes[-1].input_tensors[0]


def _last_vectors(model: keras.Model) -> Any:
    """What the last Dense layer is given or, in a model without a head, the vectors that the model gives."""
    dense = import_keras().layers.Dense
    given = [layer.input for layer in model.layers if isinstance(layer, dense)]
    vectors = [each for each in (*model.outputs, *given) if len(each.shape) == 2]
    if not vectors:
        raise LookupError("nothing in it is one vector an image")
    return vectors[-1]


def to_map_of(model: keras.Model, side: float) -> keras.Model | None:
    """`model` up to its last sum, or else its last layer, whose map has about `side` places along each side."""
    keras = import_keras()
    found = [layer for layer in model.layers if _is_map_of(layer.output, side)]
    sums = [layer for layer in found if isinstance(layer, keras.layers.Add)]
    if found and not isinstance(found[-1], keras.Model):
        return keras.Model(model.inputs, _outcome((sums or found)[-1]))
    for layer in reversed(model.layers):
        if isinstance(layer, keras.Model) and (inner := to_map_of(layer, side)) is not None:
            return keras.Model(model.inputs, inner(_origin(layer)))
    return None


def _is_map_of(output: Any, side: float) -> bool:
    shape = tuple(getattr(output, "shape", ()))
    return len(shape) == 4 and shape[1] is not None and 0.75 * side <= shape[1] <= 1.3 * side and shape[3] > 3
