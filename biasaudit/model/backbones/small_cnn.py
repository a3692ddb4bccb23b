"""A small convolutional network to train from scratch where no pretrained weights are at hand.

Convolution, batch normalisation (Ioffe & Szegedy 2015, ICML) and ReLU, halving the map between blocks, as in
VGG (Simonyan & Zisserman 2015, ICLR). Ordinary convolutions only: depthwise ones are several times slower to
train on a CPU. The stem takes two steps of two instead of one of four, so that thin marks (a ruler's ticks, a
hair) reach the blocks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from biasaudit.model.backbone import Architecture, Backbone, of_network
from biasaudit.model.quiet import import_keras

if TYPE_CHECKING:
    import keras

NAME = "small_cnn"
SIZE = 128
STEM_FILTERS = 24
BLOCK_FILTERS = (32, 64, 96, 128)


def small_cnn(size: int = SIZE, seed: int = 0) -> keras.Model:
    """An untrained network with about 190,000 weights.

    Args:
        size: input side in pixels, a multiple of 32 for even halving.
        seed: of the initial weights; the same seed gives the same weights, whatever was drawn before.

    Returns:
        A model from images, float32 or uint8 (n, size, size, 3) 0 to 255, to maps, float32
        (n, size / 32, size / 32, 128), at least 0. The rescaling is inside.
    """
    keras = import_keras()
    image = keras.Input((size, size, 3), name="image")
    x = keras.layers.Rescaling(1 / 127.5, offset=-1, name="rescaling")(image)
    x = _unit(x, "stem", STEM_FILTERS, kernel=5, stride=2, seed=seed)
    for number, filters in enumerate(BLOCK_FILTERS, start=1):
        x = keras.layers.MaxPooling2D(name=f"halve_{number}")(x)
        x = _unit(x, f"block_{number}", filters, kernel=3, stride=1, seed=seed + number)
    return keras.Model(image, x, name=NAME)


def _unit(x: Any, name: str, filters: int, *, kernel: int, stride: int, seed: int) -> Any:
    """Convolution, batch normalisation, ReLU."""
    keras = import_keras()
    layers = keras.layers
    x = layers.Conv2D(
        filters,
        kernel,
        stride,
        padding="same",
        use_bias=False,  # the normalisation brings its own
        kernel_initializer=keras.initializers.HeNormal(seed),  # for ReLU: He et al. 2015, ICCV
        name=f"{name}_convolution",
    )(x)
    # 0.9 and not Keras's 0.99: a few hundred images make about ten steps an epoch, and the running moments
    # that inference uses would lag behind the weights for most of a short training.
    x = layers.BatchNormalization(momentum=0.9, name=f"{name}_normalisation")(x)
    return layers.ReLU(name=name)(x)


def _untrained(seed: int) -> Backbone:
    return of_network(NAME, SIZE, small_cnn(SIZE, seed), pretrained=False)


SMALL_CNN = Architecture(name=NAME, build=_untrained, offline=True)
