"""Looking into a Keras network: where its features are, where it can be cut, and what its last layer does.

Here alone a layer is told by its class: Keras leaves no other way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from biasaudit.errors import UsageError
from biasaudit.model.quiet import import_keras

if TYPE_CHECKING:
    import keras

OutputActivation = Literal["softmax", "sigmoid", "linear"]
"""What the last layer does to its sums."""


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


def cut(network: keras.Model) -> tuple[keras.Model, keras.Model]:
    """`network` up to its last feature map, and what makes the answers out of that map.

    Raises:
        UsageError: it has no last feature map that everything after it comes from.
    """
    try:
        return _cut(network)
    except (AttributeError, LookupError, ValueError) as fault:
        raise UsageError(
            f"{network.name} cannot be cut at a last feature map, which Grad-CAM needs: it has none, is no Sequential "
            f"or functional Keras model, or goes round that map on a second way: {fault}"
        ) from fault


def has_last_map(network: keras.Model) -> bool:
    """Whether the network can be cut at a last feature map."""
    try:
        cut(network)
    except UsageError:  # a transformer, or vectors from the start
        return False
    return True


def _cut(network: keras.Model) -> tuple[keras.Model, keras.Model]:
    keras = import_keras()
    for layer, given, outcome in _from_the_end(network):
        shape = outcome.shape
        if len(shape) == 3:
            break  # sequences: in a transformer the last map is the cutting into patches, before anything was seen
        # A map of up to three channels is the picture, rescaled, or an answer and no features.
        if len(shape) == 4 and shape[1:3] != (1, 1) and shape[3] > 3:
            return keras.Model(network.inputs[0], outcome), keras.Model(outcome, network.outputs[0])
        if isinstance(layer, keras.Model):
            try:
                front, rest = _cut(layer)
            except LookupError:
                continue
            after = [] if outcome is network.outputs[0] else [keras.Model(outcome, network.outputs[0])]
            return keras.Model(network.inputs[0], front(given)), _joined(rest, *after)
    raise LookupError("no feature maps")


def _from_the_end(network: keras.Model) -> list[tuple[Any, Any, Any]]:
    """Each layer of this network's own graph with what it is given and gives there, the last one first.

    Not `layer.input` and `layer.output`: those of a submodel are of its own graph, and those of a layer that is used
    again, by another model or an earlier cut, may be of another one.
    """
    graph = getattr(network, "_functional", None) or network  # a Sequential keeps its graph inside
    by_depth = getattr(graph, "_nodes_by_depth", {})
    nodes = [node for depth in sorted(by_depth) for node in by_depth[depth]]
    return [(node.operation, node.input_tensors[0], node.output_tensors[0]) for node in nodes if node.input_tensors]


def _joined(*parts: keras.Model) -> keras.Model:
    """The parts one after another as one model."""
    keras = import_keras()
    x = start = keras.Input(parts[0].input_shape[1:])
    for part in parts:
        x = part(x)
    return keras.Model(start, x)


def before_last_dense(network: keras.Model, outputs: int) -> keras.Model | None:
    """`network` up to what its last Dense layer is given, inside submodels too; None where it has no such layer.

    Returns a model of the same input -> vectors (n, features). A Dense layer of other than `outputs` units is no head.
    """
    keras = import_keras()
    for layer, given, _ in _from_the_end(network):
        if isinstance(layer, keras.layers.Dense):
            head = layer.units == outputs and len(given.shape) == 2
            return keras.Model(network.inputs, given) if head else None
        if isinstance(layer, keras.Model) and (inner := before_last_dense(layer, outputs)) is not None:
            return keras.Model(network.inputs, inner(given))
    return None


def output_activation(network: keras.Model) -> OutputActivation:
    """What the last layer does to its sums, inside submodels too; `linear` where that cannot be seen."""
    keras = import_keras()
    try:
        last = network.outputs[0]._keras_history.operation
    except (AttributeError, IndexError, TypeError):  # no graph: written as a class
        return "linear"
    if isinstance(last, keras.Model):
        return output_activation(last)
    name = getattr(getattr(last, "activation", None), "__name__", type(last).__name__).casefold()
    return "softmax" if name == "softmax" else "sigmoid" if name == "sigmoid" else "linear"
