"""Whether maps say anything about the model: do they change with its weights, and do its answers follow them?

Adebayo et al. 2018, "Sanity Checks for Saliency Maps", NeurIPS: a map that stays when the weights are randomised
shows the picture and not the model. Petsiuk et al. 2018 (RISE, BMVC): taking away what the map ranks first should
end the class's probability soon, and putting it in first should bring it back soon.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.stats import rankdata

from biasaudit.attribution.occlusion import Predict

ALIKE = 0.5
"""Rank correlation from which a map counts as the same. Adebayo 2018 sets none; gradients stay well below it."""
CELLS = 14
"""Squares each way that are taken away and put in whole: single pixels would make noise, which ends any class."""
STEPS = 28
RANDOM_ORDERS = 3


def rank_correlations(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Spearman's of maps, float (n, h, w), image by image: float64 (n,), -1 to 1.

    A map that is the same everywhere is like another such map and no other one.
    """
    result = np.empty(len(before))
    for row, pair in enumerate(zip(before, after, strict=True)):
        first, second = (rankdata(each) - (each.size + 1) / 2 for each in pair)
        size = float(np.sqrt((first**2).sum() * (second**2).sum()))
        result[row] = float((first * second).sum()) / size if size > 0 else float(first.any() == second.any())
    return result


@dataclass(frozen=True, eq=False)
class Faithfulness:
    """Mean probability of the class while squares go or come, each float (n,), 0 to 1."""

    deletion: np.ndarray
    """Most important squares taken away first: low where the map is right."""
    insertion: np.ndarray
    """Most important squares put in first: high where the map is right."""
    random_deletion: np.ndarray
    random_insertion: np.ndarray

    @property
    def gain(self) -> np.ndarray:
        """Insertion less deletion, beyond a random order: float (n,), above 0 where the map beats chance."""
        return (self.insertion - self.deletion) - (self.random_insertion - self.random_deletion)


def faithfulness(
    predict: Predict,
    images: np.ndarray,
    codes: np.ndarray,
    maps: np.ndarray,
    *,
    seed: int = 0,
    steps: int = STEPS,
    random_orders: int = RANDOM_ORDERS,
) -> Faithfulness:
    """Areas under the deletion and the insertion curve, for the maps and for random orders.

    Args:
        predict: the model.
        images: uint8 (n, h, w, 3). What is taken away becomes the image's mean colour, and what is not yet put in is
            the blurred image, as in the paper.
        codes: int (n,), each image's class.
        maps: float (n, h, w), higher for more important.
        seed: of the random orders.
        steps: into which the way is cut.
        random_orders: that the map's is held against, for each image.
    """
    cell = _cells(*images.shape[1:3])
    counts = np.maximum(np.bincount(cell.ravel()), 1)
    columns: list[tuple[float, float, float, float]] = []
    for image, code, heat in zip(images, codes, maps, strict=True):
        rng = np.random.default_rng(seed)
        mean = np.broadcast_to(np.rint(image.mean(axis=(0, 1))).astype(np.uint8), image.shape)
        blurred = cv2.GaussianBlur(image, (0, 0), max(image.shape[:2]) / 20)
        importance = np.bincount(cell.ravel(), heat.ravel().astype(np.float64)) / counts
        orders = [np.argsort(-importance, kind="stable"), *(rng.permutation(len(counts)) for _ in range(random_orders))]
        areas = [
            (
                _area(predict, image, mean, cell, order, code, steps),
                _area(predict, blurred, image, cell, order, code, steps),
            )
            for order in orders
        ]
        columns.append((*areas[0], *np.mean(areas[1:], axis=0)))
    return Faithfulness(*np.array(columns).reshape(-1, 4).T)


def _cells(height: int, width: int) -> np.ndarray:
    """The number of each pixel's square, int (h, w)."""
    rows, columns = (np.arange(length) * min(CELLS, length) // length for length in (height, width))
    return rows[:, None] * (columns[-1] + 1) + columns


def _area(
    predict: Predict, before: np.ndarray, after: np.ndarray, cell: np.ndarray, order: np.ndarray, code: int, steps: int
) -> float:
    """Mean probability of the class while squares of `before` become those of `after`, in this order."""
    places = np.empty(len(order), int)
    places[order] = np.arange(len(order))
    changed = np.linspace(0, len(order), steps + 1)[:, None, None] > places[cell]
    probabilities = predict(np.where(changed[..., None], after, before))[:, code]
    return float(np.trapezoid(probabilities, dx=1 / steps))
