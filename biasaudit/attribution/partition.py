"""Partition SHAP: which areas of a picture a class's score comes from, of any model, by covering areas.

Shapley values with areas that are halved again and again as coalitions (Owen values): Lundberg & Lee 2017, "A Unified
Approach to Interpreting Model Predictions", NeurIPS; Owen 1977. What is covered is the picture blurred, so that a mark
vanishes and its surroundings hardly change.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

EVALUATIONS = 300
"""Pictures that the model answers for one map, about: where the score comes from, areas of a twelfth of each side."""
BATCH = 50
BLUR = 8
"""The blurring square, as a part of the shorter side."""


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

    side = max(3, min(rgb.shape[:2]) // BLUR)
    # A masker for each image: one that is used again can take the blurred picture of the image before.
    masker = shap.maskers.Image(cv2.blur(rgb, (side, side)), rgb.shape)

    def of_class(covered: Any) -> np.ndarray:
        return scores(np.asarray(covered).astype(np.uint8))[:, [code]]

    explained = shap.PartitionExplainer(of_class, masker)(
        rgb[None], max_evals=evaluations, batch_size=BATCH, silent=True
    )
    return explained.values.reshape(*rgb.shape).sum(axis=2).astype(np.float32)
