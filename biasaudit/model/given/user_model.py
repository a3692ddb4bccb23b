"""A model that was trained elsewhere, as a Keras classifier, whole, or as any function of images."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from biasaudit.errors import AuditError, UsageError
from biasaudit.images.pixels import resized
from biasaudit.model.answers import OutputScale, as_rows, check_finite, log_odds_of
from biasaudit.model.backbone import Backbone
from biasaudit.model.interface import BATCH, AttributionMethod, not_arrived
from biasaudit.model.layers import OutputActivation, before_last_dense, has_last_map
from biasaudit.model.network import forward, shuffled_copy

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, kw_only=True, eq=False)
class UserModel:
    """A model as it came, before anything is known of what its answers mean."""

    name: str
    size: int
    """Input side in pixels."""
    classes: tuple[str, ...]
    """Those of its answers, in their order; more than the folder has, perhaps."""
    answer: Callable[[np.ndarray], Any]
    """uint8 (n, size, size, 3) -> answers (n, classes), or (n, 1) for two classes."""
    activation: OutputActivation | None = None
    """Of a Keras model's last layer; None of a function."""
    network: keras.Model | None = None
    """float32 (n, size, size, 3), 0 to 255 -> answers; None of a function."""
    source: keras.Model | None = None
    """The Keras model as it came, for another range of pixels."""

    def answers(self, rgb: np.ndarray, ids: Sequence[str] = ()) -> np.ndarray:
        """uint8 (n, side, side, 3), of any side -> finite answers, float64 (n, outputs).

        Raises:
            UsageError: the model fails, or its answers are of another shape or not finite.
        """
        rows = self._asked(rgb if rgb.shape[1] == self.size else np.stack([resized(each, self.size) for each in rgb]))
        check_finite(rows, self.name, ids)
        return rows

    def trial(self) -> None:
        """Ask it about two grey pictures, so that what cannot go on ends before anything is measured.

        Raises:
            UsageError: the model fails, or its answers are of another shape.
        """
        self._asked(np.random.default_rng(0).integers(96, 160, (2, self.size, self.size, 3), dtype=np.uint8))

    def _asked(self, rgb: np.ndarray) -> np.ndarray:
        try:
            raw = self.answer(rgb)
        except (AuditError, MemoryError):
            raise
        except Exception as fault:  # whatever somebody else's model raises
            raise UsageError(f"{self.name} failed on the images: {type(fault).__name__}: {fault}") from fault
        return as_rows(raw, len(rgb), self.classes, self.name)

    def before_head(self, outputs: int) -> Backbone | None:
        """The network up to what its last Dense layer, of as many units, is given; None where it has no such layer."""
        before = None if self.network is None else before_last_dense(self.network, outputs)
        return None if before is None else Backbone(self.name, self.size, before, True, spatial=False, own=True)

    def keras_networks(self) -> tuple[keras.Model | None, ...]:
        """The network; None of a function."""
        return (self.network,)

    def without_networks(self) -> UserModel:
        """What is known of it."""
        return replace(self, answer=not_arrived, network=None, source=None)

    def with_networks(self, networks: Sequence[keras.Model]) -> UserModel:
        """The same, answering by this network."""
        return replace(self, network=networks[0], answer=forward(networks[0], self.size))


@dataclass(frozen=True, kw_only=True, eq=False)
class UserClassifier:
    """A user's model whose answers are understood. There are no folds: all answers are its own."""

    model: UserModel
    scale: OutputScale
    columns: np.ndarray
    """int (classes,): which of its answers speaks for each class of the folder."""

    @property
    def size(self) -> int:
        """Input side in pixels."""
        return self.model.size

    @property
    def own(self) -> bool:
        """It is the user's."""
        return True

    @property
    def shared_features(self) -> bool:
        """There are no folds."""
        return True

    @cached_property
    def attribution_methods(self) -> tuple[AttributionMethod, ...]:
        """Those of networks with feature maps, or of a model that can only be asked."""
        if self.model.network is not None and has_last_map(self.model.network):
            return "Grad-CAM", "integrated gradients", "occlusion"
        return ("Partition SHAP",)

    def log_odds(self, rgb: np.ndarray, folds: np.ndarray, batch: int = BATCH) -> np.ndarray:
        """uint8 (n, side, side, 3), of any side -> log p / (1 - p) of the folder's classes, float64 (n, classes)."""
        starts = range(0, len(rgb), batch)
        parts = [log_odds_of(self.model.answers(rgb[start : start + batch]), self.scale) for start in starts]
        return np.concatenate(parts)[:, self.columns] if parts else np.empty((0, len(self.columns)))

    def head_on_maps(self, fold: int) -> None:
        """Nobody knows how its answers come about."""

    def whole_network(self, fold: int) -> keras.Model | None:
        """float32 (n, size, size, 3), 0 to 255 -> answers (n, outputs); None of a function."""
        return self.model.network

    def output_of(self, code: int) -> int:
        """Which of its answers speaks for a class of the folder."""
        return int(self.columns[code])

    def randomised(self, fold: int, seed: int) -> UserClassifier | None:
        """A copy with all weights shuffled within each tensor; None of a function, or of what cannot be copied."""
        copy = None if self.model.network is None else shuffled_copy(self.model.network, seed)
        return None if copy is None else self.with_networks([copy])

    def keras_networks(self) -> tuple[keras.Model | None, ...]:
        """The model's."""
        return self.model.keras_networks()

    def without_networks(self) -> UserClassifier:
        """What is known of it."""
        return replace(self, model=self.model.without_networks())

    def with_networks(self, networks: Sequence[keras.Model]) -> UserClassifier:
        """The same, answering by this network."""
        return replace(self, model=self.model.with_networks(networks))
