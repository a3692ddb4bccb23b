"""Whether maps say anything about the model: do they change with its weights, and do its answers follow them?

Adebayo et al. 2018, "Sanity Checks for Saliency Maps", NeurIPS: a map that stays when the weights are randomised
shows the picture and not the model. Petsiuk et al. 2018 (RISE, BMVC): taking away what the map ranks first should
end the class's probability soon, and putting it in first should bring it back soon.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from scipy.stats import rankdata

from biasaudit.attribution.occlusion import Predict
from biasaudit.model.quiet import import_keras

if TYPE_CHECKING:
    import keras

Explain = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Images (n, h, w, c) and class codes int (n,) -> maps (n, h, w)."""
ALIKE = 0.5
"""Rank correlation from which a map counts as the same. Adebayo 2018 sets none; gradients stay well below it."""
CELLS = 14
"""Squares each way that are taken away and put in whole: single pixels would make noise, which ends any class."""
STEPS = 28
RANDOM_ORDERS = 3


# --- Randomised weights ------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Randomisation:
    """Rank correlations of absolute maps before and after randomising weights."""

    correlations: np.ndarray
    """float (stages, n): after each stage, from the top layers alone to all of them, for each image."""

    @property
    def depends(self) -> bool:
        """Whether the maps depend on the weights: with all randomised, most are no longer the same."""
        return bool(np.median(self.correlations[-1]) < ALIKE)


def randomisation(
    network: keras.Model,
    method: Callable[[keras.Model], Explain],
    images: np.ndarray,
    codes: np.ndarray,
    *,
    stages: int = 1,
    seed: int = 0,
) -> Randomisation:
    """Shuffle the weights within each tensor, from the answers down, and compare the maps.

    Adebayo 2018 draws initial weights anew; shuffling needs no knowledge of how they were drawn and keeps variances
    above 0. It is done on a clone. A network that cannot be cloned is shuffled itself and put back as it was.

    Args:
        network: the model to explain.
        method: what makes a network's explanations; called once, so they must follow the weights.
        images: (n, h, w, c) as the network takes them.
        codes: int (n,), each image's class to explain.
        stages: 1 randomises all at once; more cascade, comparing after each share of the tensors.
        seed: of the shuffling.
    """
    changed, weights = _clone(network), network.get_weights()
    explain, rng = method(changed), np.random.default_rng(seed)
    shuffled = list(weights)
    correlations = []
    try:
        before = np.abs(explain(images, codes))
        for some in np.array_split(np.arange(len(weights))[::-1], stages):
            for index in some:
                shuffled[index] = rng.permutation(weights[index].ravel()).reshape(weights[index].shape)
            changed.set_weights(shuffled)
            correlations.append(rank_correlations(before, np.abs(explain(images, codes))))
    finally:
        changed.set_weights(weights)
    return Randomisation(np.array(correlations))


def shuffled_copy(network: keras.Model, seed: int = 0, last: int | None = None) -> keras.Model | None:
    """A copy of `network` with the weights shuffled within each tensor; None where it cannot be copied.

    last: how many tensors from the end; None for all.
    """
    copy, rng = _clone(network), np.random.default_rng(seed)
    if copy is network:
        return None
    weights = network.get_weights()
    first = 0 if last is None else max(0, len(weights) - last)
    changed = [rng.permutation(each.ravel()).reshape(each.shape) for each in weights[first:]]
    copy.set_weights([*weights[:first], *changed])
    return copy


def _clone(network: keras.Model) -> Any:
    try:
        clone = import_keras().models.clone_model(network)
        clone.set_weights(network.get_weights())
    except (NotImplementedError, TypeError, ValueError):  # written as a class, or with layers that cannot be copied
        return network
    return clone


def rank_correlations(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Spearman's, image by image. A map that is the same everywhere is like another such map and no other one."""
    result = np.empty(len(before))
    for row, pair in enumerate(zip(before, after, strict=True)):
        first, second = (rankdata(each) - (each.size + 1) / 2 for each in pair)
        size = float(np.sqrt((first**2).sum() * (second**2).sum()))
        result[row] = float((first * second).sum()) / size if size > 0 else float(first.any() == second.any())
    return result


# --- Taking away and putting in ----------------------------------------------------------------------------


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
        maps: (n, h, w), higher for more important.
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
