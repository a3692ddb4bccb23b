"""The networks an audit can look through: by name, from keras.applications, or a user's own file.

`choose` settles the name before anything slow is imported; `load` builds the network; `forward` compiles it.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from biasaudit.errors import EnvironmentFault, UsageError
from biasaudit.model import lite0, small_cnn
from biasaudit.model.memory import in_smaller_batches
from biasaudit.model.quiet import import_keras

if TYPE_CHECKING:
    import keras

DEFAULT_SIZE = 224
OFFLINE = ("efficientnet_lite0", "small_cnn")
LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601, as in JPEG

# Written out and not asked of Keras, so that a misspelt name is refused without importing TensorFlow.
_SIDES = {
    224: "ConvNeXtTiny ConvNeXtSmall ConvNeXtBase ConvNeXtLarge ConvNeXtXLarge DenseNet121 DenseNet169 "
    "DenseNet201 EfficientNetB0 EfficientNetV2B0 MobileNet MobileNetV2 MobileNetV3Large MobileNetV3Small "
    "NASNetMobile ResNet50 ResNet101 ResNet152 ResNet50V2 ResNet101V2 ResNet152V2 VGG16 VGG19",
    240: "EfficientNetB1 EfficientNetV2B1",
    260: "EfficientNetB2 EfficientNetV2B2",
    299: "InceptionResNetV2 InceptionV3 Xception",
    300: "EfficientNetB3 EfficientNetV2B3",
    331: "NASNetLarge",
    380: "EfficientNetB4",
    384: "EfficientNetV2S",
    456: "EfficientNetB5",
    480: "EfficientNetV2M EfficientNetV2L",
    528: "EfficientNetB6",
    600: "EfficientNetB7",
}
APPLICATIONS = {name: side for side, names in _SIDES.items() for name in names.split()}
"""Name in keras.applications -> the input side in pixels that its weights were trained at."""


@dataclass(frozen=True)
class Backbone:
    """A network that turns images into features."""

    name: str
    """`efficientnet_lite0`, `small_cnn`, a name in keras.applications, or the name of the user's file."""
    size: int
    """Input side in pixels."""
    network: keras.Model
    """float32 or uint8 (n, size, size, 3), 0 to 255 -> float32 maps (n, h, w, c) or vectors (n, c)."""
    pretrained: bool
    """Whether the features mean something before any training here."""
    spatial: bool
    """Whether the network gives maps."""


def choose(name: str, *, trust_model: bool = False) -> str:
    """The backbone that `name` stands for: `auto` resolved, capitals put right, a file's path as given.

    Imports no TensorFlow.

    Raises:
        UsageError: nothing is called that, or it is a model file that may not or cannot be loaded.
        EnvironmentFault: EfficientNet-Lite0 was asked for by name and its weights are not installed.
    """
    if Path(name).suffix == ".keras":
        return checked_file(name, trust_model=trust_model)
    if name.casefold() == "auto":
        return OFFLINE[0] if lite0.available() else OFFLINE[1]
    known = {each.casefold(): each for each in ("auto", *OFFLINE, *APPLICATIONS)}
    found = known.get(name.casefold())
    if found is None:
        raise UsageError(_unknown(name, known))
    if found == "efficientnet_lite0" and not lite0.available():
        raise EnvironmentFault(lite0.NOT_INSTALLED)
    return found


def load(name: str, *, trust_model: bool = False, seed: int = 0) -> Backbone:
    """Build the backbone that `choose` settles on.

    Args:
        name: `auto`, `efficientnet_lite0`, `small_cnn`, a name in keras.applications, or the path of a
            `.keras` file. A user's model gets images as floats from 0 to 255, as Keras's own models with
            preprocessing inside do. One that was trained on images already divided by 255 needs a Rescaling
            layer first: whether it has one cannot be told for certain, so nothing is guessed.
        trust_model: the user knows that loading a model file can run code.
        seed: of small_cnn's initial weights.

    Raises:
        UsageError: as `choose`, or a user's model that is no image model with one input.
        EnvironmentFault: pretrained weights could not be read or downloaded.
    """
    name = choose(name, trust_model=trust_model)
    if name == "efficientnet_lite0":
        return _backbone(name, lite0.SIZE, lite0.lite0(), pretrained=True)
    if name == "small_cnn":
        return _backbone(name, small_cnn.SIZE, small_cnn.small_cnn(small_cnn.SIZE, seed), pretrained=False)
    if name in APPLICATIONS:
        return _backbone(name, APPLICATIONS[name], _application(name), pretrained=True)
    return _own(Path(name))


def forward(backbone: Backbone) -> Callable[[np.ndarray], np.ndarray]:
    """The network as a function for inference: uint8 (n, size, size, 3) -> float32 features, any n.

    The function follows the network: after training it gives the new features.
    """
    keras = import_keras()
    network = backbone.network
    if keras.backend.backend() != "tensorflow":
        return in_smaller_batches(lambda images: np.asarray(network.predict_on_batch(images)))
    import tensorflow as tf

    # The number of images is left open: fixed batches are no faster, each size would be traced anew, and
    # padding would make one image cost a whole batch.
    @tf.function(input_signature=[tf.TensorSpec((None, backbone.size, backbone.size, 3), tf.uint8)])
    def infer(images: Any) -> Any:
        return network(tf.cast(images, tf.float32), training=False)

    return in_smaller_batches(lambda images: infer(tf.constant(images, tf.uint8)).numpy())


def _backbone(name: str, size: int, network: Any, *, pretrained: bool) -> Backbone:
    return Backbone(name, size, network, pretrained, spatial=len(network.output_shape) == 4)


def _unknown(name: str, known: dict[str, str]) -> str:
    close = [known[each] for each in difflib.get_close_matches(name.casefold(), known, n=3)]
    guess = f" Did you mean {' or '.join(close)}?" if close else ""
    return (
        f"No backbone is called {name!r}.{guess} There are auto, {', '.join(OFFLINE)}, the models of "
        "keras.applications (such as MobileNetV2), and the path of a .keras file."
    )


# --- keras.applications ------------------------------------------------------------------------------------


def _application(name: str) -> keras.Model:
    """A model of keras.applications without its top, its own preprocessing in front."""
    keras = import_keras()
    make = getattr(keras.applications, name)
    size = APPLICATIONS[name]
    try:
        with redirect_stdout(sys.stderr):  # Keras reports a download on stdout, where only results belong
            network = make(include_top=False, weights="imagenet", input_shape=(size, size, 3))
    except Exception as fault:  # Keras wraps a failed download in a bare Exception
        raise EnvironmentFault(
            f"The ImageNet weights of {name} could not be loaded: {fault}. Keras downloads them on first "
            f"use. Without a network, choose --backbone {' or '.join(OFFLINE)}."
        ) from fault
    image = keras.Input((size, size, 3), name="image")
    return keras.Model(image, network(_preprocessing(make)(image)), name=name.lower())


def _preprocessing(make: Callable) -> Callable:
    """The `preprocess_input` that lives beside a model's constructor."""
    return import_module(make.__module__).preprocess_input


# --- A user's own model ------------------------------------------------------------------------------------


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


def load_file(file: Path) -> keras.Model:
    """The Keras model in a file that the user trusts. Raises UsageError where it cannot be loaded."""
    keras = import_keras()
    try:
        return keras.saving.load_model(file, safe_mode=True, compile=False)
    except Exception as fault:  # whatever a foreign file makes Keras raise
        raise UsageError(f"{file.name} could not be loaded as a Keras model: {fault}") from fault


def _own(file: Path) -> Backbone:
    network, size = taking_squares(_features(load_file(file), file.name), file.name)
    return _backbone(file.name, size, network, pretrained=True)


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


def _features(model: keras.Model, name: str) -> keras.Model:
    """`model` up to its last feature map or, without one, up to the vectors before its last Dense layer."""
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


# --- The middle of a network -------------------------------------------------------------------------------

MIDDLE = 16
"""Pixels of the input to a step of the map that is asked for, about."""


def middle(backbone: Backbone) -> Callable[[np.ndarray], np.ndarray] | None:
    """The network up to its last map of a step of some 16 pixels: edges and textures, with their places.

    Of residual networks the last sum of such a block. Returns a function, uint8 (n, size, size, 3) -> float32
    (n, h, w, c), or None where there is no such map.
    """
    keras = import_keras()
    network = _to_map_of(backbone.network, backbone.size / MIDDLE)
    if network is None:
        return None
    if keras.backend.backend() != "tensorflow":
        return lambda images: np.asarray(network.predict_on_batch(images))
    return forward(Backbone(backbone.name, backbone.size, network, backbone.pretrained, spatial=True))


def _to_map_of(model: keras.Model, side: float) -> keras.Model | None:
    """`model` up to its last sum, or else its last layer, whose map has about `side` places along each side."""
    keras = import_keras()
    found = [layer for layer in model.layers if _is_map_of(layer.output, side)]
    sums = [layer for layer in found if isinstance(layer, keras.layers.Add)]
    if found and not isinstance(found[-1], keras.Model):
        return keras.Model(model.inputs, _outcome((sums or found)[-1]))
    for layer in reversed(model.layers):
        if isinstance(layer, keras.Model) and (inner := _to_map_of(layer, side)) is not None:
            return keras.Model(model.inputs, inner(_origin(layer)))
    return None


def _is_map_of(output: Any, side: float) -> bool:
    shape = tuple(getattr(output, "shape", ()))
    return len(shape) == 4 and shape[1] is not None and 0.75 * side <= shape[1] <= 1.3 * side and shape[3] > 3
