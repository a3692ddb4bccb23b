"""What an audit asks of a model, whether it trained that model itself or was given it.

Each model says for itself what it can do, so that nobody has to look at what kind of model it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np

if TYPE_CHECKING:
    from typing import Self

    import keras

    from biasaudit.model.backbone import Backbone
    from biasaudit.model.head import Head

BATCH = 32
"""Images that a network is asked about at once: the last bits of an answer depend on those that it is asked with."""
AttributionMethod = Literal["Grad-CAM", "integrated gradients", "occlusion", "Partition SHAP"]


class Sendable(Protocol):
    """What can travel to another process: Keras networks as files, and the rest pickled."""

    def keras_networks(self) -> Sequence[keras.Model | None]:
        """Its networks, in an order of its own; none, or None among them, where it cannot be sent."""

    def without_networks(self) -> Self:
        """The rest, which can be pickled."""

    def with_networks(self, networks: Sequence[keras.Model]) -> Self:
        """The rest with these networks, in that order: the whole again."""


class AuditedModel(Sendable, Protocol):
    """Answers to new pictures, what they are made of, and how they may be explained."""

    @property
    def size(self) -> int:
        """Input side in pixels."""

    @property
    def own(self) -> bool:
        """Whether it, or the backbone that it stands on, is a file or an object of the user's."""

    @property
    def shared_features(self) -> bool:
        """Whether the images of all folds lie in one feature space, and may be asked about together."""

    @property
    def attribution_methods(self) -> tuple[AttributionMethod, ...]:
        """The methods that can explain it, cheapest first."""

    def log_odds(self, rgb: np.ndarray, folds: np.ndarray, batch: int = BATCH) -> np.ndarray:
        """uint8 (n, size, size, 3) and each image's fold, int (n,) -> log p / (1 - p), float64 (n, classes)."""

    def head_on_maps(self, fold: int) -> tuple[Backbone, Head] | None:
        """Of a linear head on the mean of feature maps: what gives the maps, and the head; None of another model."""

    def whole_network(self, fold: int) -> keras.Model | None:
        """Images float32 (n, size, size, 3), 0 to 255 -> answers (n, outputs); None where there is no Keras network."""

    def output_of(self, code: int) -> int:
        """Which output of `whole_network` speaks for a class."""

    def randomised(self, fold: int, seed: int) -> Self | None:
        """A copy that has learnt nothing: weights shuffled within each tensor (Adebayo et al. 2018, NeurIPS).

        It is asked about this fold alone. None where there are no weights to be had, as of a function.
        """


def not_arrived(*_: Any) -> Any:
    """Stands, on the way to a worker, for what is made of a model's networks where they arrive. Raises RuntimeError."""
    raise RuntimeError("this model was sent without its networks, and they have not been set in again")
