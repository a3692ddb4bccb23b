"""A Keras network as a whole: run as in inference, and copied with its weights shuffled."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from biasaudit.model.quiet import import_keras

if TYPE_CHECKING:
    import keras

Run = Callable[[np.ndarray], np.ndarray]
"""Images (n, ...) -> answers or features (n, ...)."""


def forward(network: keras.Model, size: int) -> Run:
    """The network as a function for inference: uint8 (n, size, size, 3) -> float32 (n, ...), any n.

    The function follows the network: after training it gives the new features.
    """
    keras = import_keras()
    if keras.backend.backend() != "tensorflow":
        return in_smaller_batches(lambda images: np.asarray(network.predict_on_batch(images)))
    import tensorflow as tf

    # The number of images is left open: fixed batches are no faster, each size would be traced anew, and
    # padding would make one image cost a whole batch.
    @tf.function(input_signature=[tf.TensorSpec((None, size, size, 3), tf.uint8)])
    def infer(images: Any) -> Any:
        return network(tf.cast(images, tf.float32), training=False)

    return in_smaller_batches(lambda images: infer(tf.constant(images, tf.uint8)).numpy())


def in_smaller_batches(run: Run) -> Run:
    """The same function of images (n, ...), which halves a batch for which there is not enough memory.

    It raises MemoryError where there is not enough for one image.
    """

    def answer(images: np.ndarray) -> np.ndarray:
        try:
            return run(images)
        except Exception as error:
            if not ran_out_of_memory(error):
                raise
            if len(images) < 2:
                raise MemoryError("not enough memory for one image") from error
        half = len(images) // 2
        return np.concatenate([answer(images[:half]), answer(images[half:])])

    return answer


def ran_out_of_memory(error: Exception) -> bool:
    """Whether it is Python's or TensorFlow's word for that (named, so that TensorFlow need not be imported)."""
    return isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError"


def shuffled_copy(network: keras.Model, seed: int = 0) -> keras.Model | None:
    """A copy with the weights shuffled within each tensor; None where it cannot be copied.

    Adebayo et al. 2018, "Sanity Checks for Saliency Maps", NeurIPS, draw initial weights anew; shuffling needs no
    knowledge of how they were drawn and keeps variances above 0.
    """
    rng = np.random.default_rng(seed)
    try:
        copy = import_keras().models.clone_model(network)
        copy.set_weights([shuffled(each, rng) for each in network.get_weights()])
    except (NotImplementedError, TypeError, ValueError):  # written as a class, or with layers that cannot be copied
        return None
    return copy


def shuffled(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """An array of any shape and dtype with the same values at other places."""
    return rng.permutation(values.ravel()).reshape(values.shape)
