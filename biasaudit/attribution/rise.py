"""RISE: the mean of random masks, each weighted by the probability that it leaves to the class.

Petsiuk, Das & Saenko 2018, "RISE: Randomized Input Sampling for Explanation of Black-box Models", BMVC.
"""

from __future__ import annotations

import cv2
import numpy as np

from biasaudit.attribution.occlusion import BATCH, Predict


def rise(
    predict: Predict,
    images: np.ndarray,
    codes: np.ndarray,
    *,
    masks: int = 2000,
    cells: int = 7,
    kept: float = 0.5,
    seed: int = 0,
) -> np.ndarray:
    """How much more probable the class is where a pixel is seen than over all masks.

    The paper's estimate less a constant: the mean probability over the masks is taken off before they are weighted.
    The order of the pixels stays the same, and most of the noise of uneven masks goes.

    Args:
        predict: the model.
        images: uint8 (n, h, w, 3).
        codes: int (n,), each image's class to explain.
        masks: how many; the same for all images. The paper takes 4000 to 8000.
        cells: each way in a mask before it is enlarged and shifted.
        kept: chance of each cell to be seen.
        seed: of the masks.

    Returns:
        float32 (n, h, w), of either sign.
    """
    maps = np.empty(images.shape[:3], np.float32)
    for row, (image, code) in enumerate(zip(images, codes, strict=True)):
        rng = np.random.default_rng(seed)  # the masks anew and not kept: 2000 of 224 x 224 would take 400 MB
        weighted, total, probabilities = np.zeros(image.shape[:2]), np.zeros(image.shape[:2]), 0.0
        for start in range(0, masks, BATCH):
            seen = _masks(min(BATCH, masks - start), image.shape[0], image.shape[1], cells, kept, rng)
            shown = np.rint(image * seen[..., None]).astype(np.uint8)
            probability = predict(shown)[:, code].astype(np.float64)
            weighted += np.tensordot(probability, seen, 1)
            total += seen.sum(axis=0)
            probabilities += probability.sum()
        maps[row] = (weighted - total * probabilities / masks) / (masks * kept)
    return maps


def _masks(n: int, height: int, width: int, cells: int, kept: float, rng: np.random.Generator) -> np.ndarray:
    """Coarse random grids, enlarged smoothly by one cell more than needed and cut out at random: (n, h, w), 0 to 1."""
    cell = -(-height // cells), -(-width // cells)
    larger = (cells + 1) * cell[1], (cells + 1) * cell[0]
    result = np.empty((n, height, width), np.float32)
    for mask in result:
        grid = (rng.random((cells + 1, cells + 1)) < kept).astype(np.float32)
        top, left = rng.integers(cell[0]), rng.integers(cell[1])
        mask[:] = cv2.resize(grid, larger, interpolation=cv2.INTER_LINEAR)[top : top + height, left : left + width]
    return result
