"""A network that runs out of memory is asked about fewer images at once, before anything is given up."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Extract = Callable[[np.ndarray], np.ndarray]


def in_smaller_batches(extract: Extract) -> Extract:
    """The same function of images (n, ...), which halves a batch for which there is not enough memory.

    It raises MemoryError where there is not enough for one image.
    """

    def answer(images: np.ndarray) -> np.ndarray:
        try:
            return extract(images)
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
