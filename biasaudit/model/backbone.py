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
from biasaudit.model.layers import features_of, to_map_of
from biasaudit.model.memory import in_smaller_batches
from biasaudit.model.model_file import checked_file, load_file, taking_squares
from biasaudit.model.quiet import import_keras

if TYPE_CHECKING:
    import keras

OFFLINE = ("efficientnet_lite0", "small_cnn")
MIDDLE = 16
"""Pixels of the input to a step of the map that is asked for, about."""

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


def _own(file: Path) -> Backbone:
    network, size = taking_squares(features_of(load_file(file), file.name), file.name)
    return _backbone(file.name, size, network, pretrained=True)


def middle(backbone: Backbone) -> Backbone | None:
    """The network up to its last map of a step of some 16 pixels: edges and textures, with their places.

    Of residual networks the last sum of such a block; None where there is no such map.
    """
    network = to_map_of(backbone.network, backbone.size / MIDDLE)
    return None if network is None else Backbone(backbone.name, backbone.size, network, backbone.pretrained, True)
