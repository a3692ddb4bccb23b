"""Opening a model that was trained elsewhere: a Keras model, the file of one, or a function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from biasaudit.errors import UsageError
from biasaudit.model.given.user_model import UserModel
from biasaudit.model.layers import output_activation
from biasaudit.model.model_file import input_sides, load_file, taking_squares
from biasaudit.model.network import forward
from biasaudit.model.quiet import import_keras
from biasaudit.settings import Settings

if TYPE_CHECKING:
    import keras

PIXELS = {"0..255": (1.0, 0.0), "0..1": (1 / 255, 0.0), "-1..1": (1 / 127.5, -1.0)}
"""The ranges of pixels that a Keras model can be given: name -> factor and offset."""


def open_user_model(source: Any, folder_classes: Sequence[str], settings: Settings) -> UserModel:
    """The model to audit: a Keras model, the file of one, or a function; tried on two pictures.

    Raises:
        UsageError: as `from_keras`, or `settings.classes` leaves out a class of the folder.
    """
    classes = settings.classes or tuple(folder_classes)
    if missing := [name for name in folder_classes if name not in classes]:
        raise UsageError(
            f"--classes does not name {missing[0]!r}, which the folder has ({len(missing)} missing in all)."
        )
    if callable(source) and not hasattr(source, "get_weights"):
        assert settings.size is not None
        model = from_function(source, settings.size, classes)
    else:
        model = from_keras(source, classes, pixels=settings.pixels, size=settings.size)
    model.trial()
    return model


def name_of(source: Any) -> str | None:
    """What a model, its file or a function is called; None of None."""
    if source is None or isinstance(source, str | Path):
        return None if source is None else str(source)
    return str(getattr(source, "name", "") or getattr(source, "__name__", "") or type(source).__name__)


def from_function(predict: Callable[[np.ndarray], Any], size: int, classes: Sequence[str]) -> UserModel:
    """A function of uint8 (n, size, size, 3) that returns probabilities (n, classes)."""
    name = name_of(predict) or "predict"
    return UserModel(name=name, size=size, classes=tuple(classes), answer=lambda rgb: predict(rgb.copy()))


def from_keras(
    source: str | Path | keras.Model, classes: Sequence[str], *, pixels: str = "0..255", size: int | None = None
) -> UserModel:
    """A whole Keras classifier, by its file or as it is.

    Args:
        source: a model, or a file that the user trusts. One RGB or grey image in; one output a class, or one in all
            for two classes; softmax, sigmoid or logits.
        classes: of its outputs, in their order.
        pixels: the range that it takes, a key of `PIXELS`.
        size: input side in pixels, where the model leaves it open.

    Raises:
        UsageError: it cannot be loaded, or is no classifier of one image.
    """
    keras = import_keras()
    if isinstance(source, keras.Model):
        model, name = source, str(source.name)
    else:
        try:
            model, name = load_file(Path(source)), Path(source).name
        except UsageError as fault:
            raise UsageError(
                f"{fault} If it needs layers of your own, load it in Python: ba.audit(folder, model=...)."
            ) from fault
    try:
        sides, outputs = model.input_shape, model.output_shape
    except (AttributeError, ValueError) as fault:
        raise UsageError(
            f"{name} does not say what it takes and gives (it is no Sequential or functional Keras model). In Python, "
            "audit it as a function: ba.audit(folder, predict=..., size=...)."
        ) from fault
    if not isinstance(outputs, tuple) or len(outputs) != 2 or outputs[1] is None:
        raise UsageError(f"{name} does not answer with one vector an image: its output is {outputs}.")
    height, width, _ = input_sides(model, name, size or 0)
    if not height or not width:
        raise UsageError(f"{name} takes images of any size: say with --size at which side, in pixels, it was trained.")
    if size is not None and size != max(height, width):
        raise UsageError(f"{name} takes images of {sides[1]} x {sides[2]} pixels, so --size {size} cannot be had.")
    network, side = taking_squares(model, name, side=size, scale=PIXELS[pixels])
    return UserModel(
        name=name,
        size=side,
        classes=tuple(classes),
        answer=forward(network, side),
        activation=output_activation(model),
        network=network,
        source=model,
    )
