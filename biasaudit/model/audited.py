"""What an audit asks of a model, whether it trained that model itself or was given it."""

from __future__ import annotations

from typing import Protocol

import numpy as np


class AuditedModel(Protocol):
    """Answers to new pictures, and where in a picture an answer comes from."""

    @property
    def size(self) -> int:
        """Input side in pixels."""

    @property
    def quick_maps(self) -> bool:
        """Whether a heatmap costs about as much as an answer, and not hundreds of them."""

    def log_odds(self, rgb: np.ndarray, folds: np.ndarray) -> np.ndarray:
        """uint8 (n, size, size, 3) and each image's fold -> log-odds of each class, float64 (n, classes)."""

    def heatmap(self, rgb: np.ndarray, fold: int, code: int) -> np.ndarray | None:
        """uint8 (size, size, 3) -> float (h, w), 0 to 1, of class `code`; None where there is none to be had."""
