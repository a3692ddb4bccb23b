"""Grad-CAM for any Keras network with feature maps, also where the maps lie inside a nested model.

Selvaraju et al. 2017, "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization", ICCV.
A network is cut in two at its last feature map, so that the class's score can be derived with regard to what the
second part is given. In transfer learning that map lies inside a submodel, whose graph is not the outer model's;
there each of the two graphs is cut and the pieces are joined again. The pieces share the network's weights.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from biasaudit.errors import UsageError
from biasaudit.model.gradients import BATCH, last_squashing, score_gradients
from biasaudit.model.quiet import import_keras

if TYPE_CHECKING:
    import keras


def grad_cam(network: keras.Model, batch: int = BATCH) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Compile Grad-CAM; the function follows the network's weights.

    Args:
        network: one input (n, h, w, c) -> answers (n, classes), Sequential or functional, nested to any depth.
        batch: images at a time.

    Returns:
        A function of images (n, h, w, c) and class codes int (n,) to maps float32 (n, h, w), at least 0, enlarged
        from the feature map's size. Their scale is the score's and differs between images.

    Raises:
        UsageError: the network has no last feature map that everything after it comes from.
    """
    front, rest = cut(network)
    gradients = score_gradients(rest, last_squashing(network), batch)

    def explain(images: np.ndarray, codes: np.ndarray) -> np.ndarray:
        heat = np.empty(images.shape[:3], np.float32)
        for start in range(0, len(images), batch):
            some = slice(start, start + batch)
            maps = np.asarray(front.predict_on_batch(np.asarray(images[some], np.float32)))
            weights = gradients(maps, codes[some])[1].mean(axis=(1, 2))
            coarse = np.maximum(0, np.einsum("nhwc,nc->nhw", maps, weights))
            heat[some] = [cv2.resize(each, images.shape[2:0:-1], interpolation=cv2.INTER_LINEAR) for each in coarse]
        return heat

    return explain


def cut(network: keras.Model) -> tuple[keras.Model, keras.Model]:
    """`network` up to its last feature map, and what makes the answers out of that map.

    Raises:
        UsageError: as `grad_cam`.
    """
    try:
        return _cut(network)
    except (AttributeError, LookupError, ValueError) as fault:
        raise UsageError(
            f"{network.name} cannot be cut at a last feature map, which Grad-CAM needs: it has none, is no Sequential "
            f"or functional Keras model, or goes round that map on a second way: {fault}"
        ) from fault


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
    nodes = [node for depth in sorted(graph._nodes_by_depth) for node in graph._nodes_by_depth[depth]]
    return [(node.operation, node.input_tensors[0], node.output_tensors[0]) for node in nodes if node.input_tensors]


def _joined(*parts: keras.Model) -> keras.Model:
    """The parts one after another as one model."""
    keras = import_keras()
    x = start = keras.Input(parts[0].input_shape[1:])
    for part in parts:
        x = part(x)
    return keras.Model(start, x)
