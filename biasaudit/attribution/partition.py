"""Partition SHAP: which areas of a picture a class's score comes from, of any model, by covering areas.

Shapley values with areas that are halved again and again as coalitions (Owen values): Lundberg & Lee 2017, "A Unified
Approach to Interpreting Model Predictions", NeurIPS; Owen 1977. What is covered becomes the image's mean colour, as in
occlusion: a blurred picture is a stranger thing to many networks, and raised the log-odds of one network by twenty.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

EVALUATIONS = 300
"""Pictures that the model answers for one map, about: where the score comes from, areas of a twelfth of each side."""
BATCH = 50
SOFTENED = 40
"""The edges of areas are softened by this part of the shorter side, since the model was not asked where they run."""


def partition(
    scores: Callable[[np.ndarray], np.ndarray], rgb: np.ndarray, code: int, *, evaluations: int = EVALUATIONS
) -> np.ndarray:
    """What each pixel's area adds to a class's score.

    Args:
        scores: uint8 (n, h, w, 3) -> scores (n, classes) on a scale that adds up, such as log-odds.
        rgb: one image, uint8 (h, w, 3).
        code: the class.
        evaluations: answers that may be asked for.

    Returns:
        float32 (h, w), in units of the score: above 0 where the picture speaks for the class.
    """
    import shap  # seconds, with its compiler

    colour = np.rint(rgb.mean(axis=(0, 1))).astype(np.uint8)
    masker = shap.maskers.Image(np.broadcast_to(colour, rgb.shape).copy(), rgb.shape)

    def of_class(covered: Any) -> np.ndarray:
        return scores(np.asarray(covered).astype(np.uint8))[:, [code]]

    explained = shap.PartitionExplainer(of_class, masker)(
        rgb[None], max_evals=evaluations, batch_size=BATCH, silent=True
    )
    heat = explained.values.reshape(*rgb.shape).sum(axis=2).astype(np.float32)
    return cv2.GaussianBlur(heat, (0, 0), min(rgb.shape[:2]) / SOFTENED)
