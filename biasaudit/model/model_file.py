"""A user's own model file: whether it may be loaded, and how it is made to take our pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from biasaudit.errors import UsageError
from biasaudit.model.quiet import import_keras

if TYPE_CHECKING:
    import keras

ENDINGS = (".keras", ".h5")
DEFAULT_SIZE = 224
"""Input side in pixels where a model takes any."""
LUMA = (0.299, 0.587, 0.114)
"""Of red, green and blue: ITU-R BT.601, as in JPEG."""


def checked_file(name: str, *, trust_model: bool) -> str:
    """The name of a model file that is there and may be loaded. Imports no TensorFlow. Raises UsageError."""
    if not Path(name).is_file():
        raise UsageError(f"There is no model file {name}.")
    if not trust_model:
        raise UsageError(
            f"{Path(name).name} was not loaded: loading a model file can run code that its author put there, "
            "and Keras's safe mode is no protection against that. If you trust where it comes from, add "
            "--trust-model."
        )
    return name


def check_classifier_file(name: str, *, trust_model: bool) -> None:
    """Raise UsageError where a trained classifier to audit is no Keras file that is there and may be loaded."""
    if Path(name).suffix not in ENDINGS:
        raise UsageError(f"--model {Path(name).name}: a Keras model ends in .keras (or .h5).")
    checked_file(name, trust_model=trust_model)


def load_file(file: Path) -> keras.Model:
    """The Keras model in a file that the user trusts. Raises UsageError where it cannot be loaded."""
    keras = import_keras()
    try:
        return keras.saving.load_model(file, safe_mode=True, compile=False)
    except Exception as fault:  # whatever a foreign file makes Keras raise
        raise UsageError(f"{file.name} could not be loaded as a Keras model: {fault}") from fault


def taking_squares(
    model: keras.Model, name: str, *, side: int | None = None, scale: tuple[float, float] = (1.0, 0.0)
) -> tuple[keras.Model, int]:
    """`model` behind a square RGB image, 0 to 255, and that square's side in pixels.

    The image is resized to the sides that the model takes, scaled (factor, offset), and made grey where the model
    takes one channel. side: where the model leaves it open. Raises UsageError where it takes no single image.
    """
    keras = import_keras()
    height, width, channels = input_sides(model, name, side or DEFAULT_SIZE)
    size = max(height, width)
    image = keras.Input((size, size, 3), name="image")
    x = keras.layers.Resizing(height, width)(image) if height != width else image
    if channels == 1:
        x = keras.ops.sum(x * np.array(LUMA, "float32"), axis=-1, keepdims=True)
    if scale != (1.0, 0.0):
        x = keras.layers.Rescaling(*scale)(x)
    return keras.Model(image, model(x)), size


def input_sides(model: keras.Model, name: str, side: int) -> tuple[int, int, int]:
    """Height, width and channels that `model` takes; `side` where it leaves one open. Raises UsageError."""
    shape = model.input_shape
    if not isinstance(shape, tuple) or len(shape) != 4 or shape[3] not in (1, 3):
        raise UsageError(f"{name} does not take one image, height x width x 1 or 3 channels: its input is {shape}.")
    return shape[1] or side, shape[2] or side, shape[3]
