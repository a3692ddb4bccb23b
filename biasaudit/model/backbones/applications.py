"""The networks of keras.applications, with the ImageNet weights that Keras downloads on first use."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from biasaudit.errors import EnvironmentFault
from biasaudit.model.backbone import Architecture, Backbone, of_network
from biasaudit.model.backbones import lite0, small_cnn
from biasaudit.model.quiet import import_keras

if TYPE_CHECKING:
    import keras

# Written out and not asked of Keras, so that a misspelt name is refused without importing TensorFlow.
_BY_SIDE = {
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
SIDES = {name: side for side, names in _BY_SIDE.items() for name in names.split()}
"""Name in keras.applications -> the input side in pixels that its weights were trained at."""


def _pretrained(name: str, seed: int) -> Backbone:
    return of_network(name, SIDES[name], _without_top(name), pretrained=True)


def _without_top(name: str) -> keras.Model:
    """The model without its top, its own preprocessing in front."""
    keras = import_keras()
    make, size = getattr(keras.applications, name), SIDES[name]
    try:
        with redirect_stdout(sys.stderr):  # Keras reports a download on stdout, where only results belong
            network = make(include_top=False, weights="imagenet", input_shape=(size, size, 3))
    except Exception as fault:  # Keras wraps a failed download in a bare Exception
        raise EnvironmentFault(
            f"The ImageNet weights of {name} could not be loaded: {fault}. Keras downloads them on first "
            f"use. Without a network, choose --backbone {lite0.NAME} or {small_cnn.NAME}."
        ) from fault
    image = keras.Input((size, size, 3), name="image")
    return keras.Model(image, network(_preprocessing(make)(image)), name=name.lower())


def _preprocessing(make: Callable) -> Callable:
    """The `preprocess_input` that lives beside a model's constructor."""
    return import_module(make.__module__).preprocess_input


APPLICATIONS = tuple(Architecture(name=name, build=partial(_pretrained, name)) for name in SIDES)
