"""A network that turns images into features, and how an architecture offers one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from biasaudit.model.layers import to_map_of
from biasaudit.model.network import forward

if TYPE_CHECKING:
    import keras

MIDDLE = 16
"""Pixels of the input to a step of the map that `middle` asks for, about."""


@dataclass(frozen=True, eq=False)
class Backbone:
    """A network that turns images into features."""

    name: str
    """That of its architecture, or of the user's file."""
    size: int
    """Input side in pixels."""
    network: keras.Model | None
    """float32 or uint8 (n, size, size, 3), 0 to 255 -> float32 maps (n, h, w, c) or vectors (n, c); None on the way to
    a worker, or where `run` is no Keras network."""
    pretrained: bool
    """Whether the features mean something before any training here."""
    spatial: bool
    """Whether it gives maps."""
    own: bool = False
    """Whether it is a file of the user's own."""
    run: Callable[[np.ndarray], np.ndarray] | None = None
    """What is asked in place of `network`: uint8 (n, size, size, 3) -> float features; None: the network itself."""

    @property
    def cacheable(self) -> bool:
        """Whether name and size say which network it is, so that a later run may use its features again."""
        return self.pretrained and not self.own

    def features(self, rgb: np.ndarray) -> np.ndarray:
        """uint8 (n, size, size, 3) -> float32 maps (n, h, w, c) or vectors (n, c); follows the network's weights."""
        return self._run(rgb)

    def pooled(self, rgb: np.ndarray) -> np.ndarray:
        """uint8 (n, size, size, 3) -> the mean of the features over places, float32 (n, c)."""
        return pool(self.features(rgb))

    @cached_property
    def _run(self) -> Callable[[np.ndarray], np.ndarray]:
        return self.run or forward(self.network, self.size)

    def middle(self) -> Backbone | None:
        """The network up to its last map of a step of some 16 pixels: edges and textures, with their places.

        Of residual networks the last sum of such a block; None where there is no such map.
        """
        half = None if self.network is None else to_map_of(self.network, self.size / MIDDLE)
        return None if half is None else replace(self, network=half, spatial=True, run=None)

    def keras_networks(self) -> tuple[keras.Model | None, ...]:
        """The network; None where something else is asked in its place."""
        return (self.network if self.run is None else None,)

    def without_networks(self) -> Backbone:
        """What is left to be sent beside the network."""
        return replace(self, network=None)

    def with_networks(self, networks: Sequence[keras.Model]) -> Backbone:
        """The same with this network."""
        return replace(self, network=networks[0])


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """A backbone that can be asked for by name."""

    name: str
    build: Callable[[int], Backbone]
    """Seed of its initial weights, where it draws any -> the backbone. Raises EnvironmentFault."""
    offline: bool = False
    """Whether it is built without a download, so that `auto` may choose it."""
    why_not: Callable[[], str] = str
    """Why it cannot be built here, as a sentence, without importing TensorFlow; "" where it can."""


def of_network(name: str, size: int, network: keras.Model, *, pretrained: bool, own: bool = False) -> Backbone:
    """The backbone of a Keras network, which says itself whether it gives maps."""
    return Backbone(name, size, network, pretrained, spatial=len(network.output_shape) == 4, own=own)


def pool(features: np.ndarray) -> np.ndarray:
    """Maps float (n, h, w, c) to their mean over places, float32 (n, c); vectors (n, c) stay as they are."""
    return (features.mean(axis=(1, 2)) if features.ndim == 4 else features).astype(np.float32)
