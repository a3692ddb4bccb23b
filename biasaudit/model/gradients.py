"""Gradients of a class's score with regard to what a Keras network was given, on TensorFlow, JAX and PyTorch.

The score is taken before the last activation, whose slope is nearly nothing just where the network is sure
(Simonyan et al. 2014, ICLR workshop, section 3). It is worked out from the answer, so that no network is taken apart:

- softmax: log p of the class less the mean of all classes' log p. That is the logit less the mean logit, since a
  softmax knows differences only. Exact in float32 while no logit lies more than 87 below the largest.
- sigmoid: log p - log (1 - p), the logit.
- linear: the output itself.

Of a single output, code 1 is that score and code 0 its negative.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from biasaudit.model.layers import OutputActivation, output_activation
from biasaudit.model.quiet import import_keras

if TYPE_CHECKING:
    import keras

ScoreGradients = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
"""float32 (n, ...) and class codes int (n,) -> scores float32 (n,) and their gradients float32 (n, ...)."""
BATCH = 32
"""Inputs at a time: on two cores more are hardly faster, and the maps that wait for the way back need memory."""
TINY = 1e-37  # float32 has no smaller numbers at full precision, and some backends round them to 0


def score_gradients(
    network: keras.Model, activation: OutputActivation | None = None, batch: int = BATCH
) -> ScoreGradients:
    """Compile the scores of `network` and their gradients; the function follows the network's weights.

    Args:
        network: one input of any shape, float32 (n, ...) -> answers (n, classes), run as in inference.
        activation: of its answers; None to read it off its last layer.
        batch: inputs at a time.

    Returns:
        A function of inputs, any n, and class codes, each from 0 to classes - 1.
    """
    compiled = _COMPILERS[import_keras().backend.backend()](network, activation or output_activation(network))

    def in_batches(inputs: np.ndarray, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        inputs, codes = np.asarray(inputs, np.float32), np.asarray(codes, np.int32)
        scores, gradients = np.empty(len(inputs), np.float32), np.empty_like(inputs)
        for start in range(0, len(inputs), batch):
            some = slice(start, start + batch)
            scores[some], gradients[some] = compiled(inputs[some], codes[some])
        return scores, gradients

    return in_batches


def _scores(answers: Any, codes: Any, activation: OutputActivation) -> Any:
    """Answers (n, classes) and codes (n,) as the backend's own tensors -> scores (n,)."""
    ops = import_keras().ops
    answers = ops.cast(answers, "float32")
    if activation == "softmax":
        answers = ops.log(ops.maximum(answers, TINY))
        answers = answers - ops.mean(answers, axis=-1, keepdims=True)
    elif activation == "sigmoid":
        answers = ops.log(ops.maximum(answers, TINY)) - ops.log(ops.maximum(1 - answers, TINY))
    if answers.shape[-1] == 1:
        answers = ops.concatenate([-answers, answers], axis=-1)
    return ops.sum(answers * ops.one_hot(codes, answers.shape[-1]), axis=-1)


# --- One compiler a backend: network -> one batch's scores and gradients -----------------------------------


def _tensorflow(network: keras.Model, activation: OutputActivation) -> ScoreGradients:
    import tensorflow as tf

    inputs = tf.TensorSpec((None, *network.input_shape[1:]), tf.float32)

    @tf.function(input_signature=[inputs, tf.TensorSpec((None,), tf.int32)])
    def run(inputs: Any, codes: Any) -> Any:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(inputs)
            scores = _scores(network(inputs, training=False), codes, activation)
        return scores, tape.gradient(scores, inputs, unconnected_gradients="zero")

    return lambda inputs, codes: tuple(each.numpy() for each in run(tf.constant(inputs), tf.constant(codes)))


def _jax(network: keras.Model, activation: OutputActivation) -> ScoreGradients:
    import jax

    @jax.jit
    def run(inputs: Any, codes: Any, weights: Any) -> Any:
        def total(inputs: Any) -> Any:
            scores = _scores(network.stateless_call(*weights, inputs, training=False)[0], codes, activation)
            return scores.sum(), scores

        (_, scores), gradients = jax.value_and_grad(total, has_aux=True)(inputs)
        return scores, gradients

    def padded(inputs: np.ndarray, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        n = len(inputs)
        rows = np.minimum(np.arange(1 << (n - 1).bit_length()), n - 1)  # each new n would be compiled anew
        variables = network.trainable_variables, network.non_trainable_variables
        weights = [[variable.value for variable in some] for some in variables]
        scores, gradients = run(inputs[rows], codes[rows], weights)
        return np.asarray(scores)[:n], np.asarray(gradients)[:n]

    return padded


def _torch(network: keras.Model, activation: OutputActivation) -> ScoreGradients:
    import torch

    ops = import_keras().ops

    def run(inputs: np.ndarray, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        given = ops.convert_to_tensor(inputs).requires_grad_()
        with torch.enable_grad():
            scores = _scores(network(given, training=False), ops.convert_to_tensor(codes), activation)
            (gradients,) = torch.autograd.grad(scores.sum(), given, allow_unused=True, materialize_grads=True)
        return ops.convert_to_numpy(scores), ops.convert_to_numpy(gradients)

    return run


_COMPILERS: dict[str, Callable[[keras.Model, OutputActivation], ScoreGradients]] = {
    "tensorflow": _tensorflow,
    "jax": _jax,
    "torch": _torch,
}
