"""Laying one small picture upon another, as a crop lies in its original: stretched and shifted along each side.

Gauss-Newton on the difference in brightness, up to gain and offset, of many pairs at once (Lucas & Kanade 1981;
Baker & Matthews 2004). There is no turning and no shearing: the freer the fit, the more pictures that are only alike
would fit.
"""

from __future__ import annotations

import numpy as np

LARGEST_STEP = 0.06
FARTHEST = 0.2
"""How much more or less than 1 a stretch may be, and how far a shift may go (1 is half a side)."""


def _sampling(stretch: np.ndarray, shift: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """float32 (m, n, n), which row of n pixels is mixed of which; bool (m, n), which lie inside the picture."""
    place = (np.arange(n) + 0.5) / n * 2 - 1
    at = (stretch[:, None] * place + shift[:, None] + 1) / 2 * n - 0.5
    inside = (at >= -0.5) & (at <= n - 0.5)
    at = np.clip(at, 0, n - 1)
    low = np.minimum(at.astype(int), n - 2)
    mixed = np.zeros((len(at), n, n), dtype=np.float32)
    pair, pixel = np.indices(at.shape)
    mixed[pair, pixel, low] = 1 - (at - low)
    mixed[pair, pixel, low + 1] = at - low
    return mixed, inside


def laid_over(moving: np.ndarray, fit: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The moving pictures as they lie on the fixed ones, and where they cover them.

    Args:
        moving: float32 (m, n, n).
        fit: float (m, 4): stretch and shift across, stretch and shift down.

    Returns:
        float32 (m, n, n) and bool (m, n, n).
    """
    across, inside_x = _sampling(fit[:, 0], fit[:, 1], moving.shape[1])
    down, inside_y = _sampling(fit[:, 2], fit[:, 3], moving.shape[1])
    return down @ moving @ across.transpose(0, 2, 1), inside_y[:, :, None] & inside_x[:, None, :]


def correlation(one: np.ndarray, other: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Pearson's r of each pair over the pixels of `where`: float (m,); 0 where one of them is flat."""
    weight = where.reshape(len(where), -1).astype(np.float32)
    weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-6)
    x, y = one.reshape(weight.shape), other.reshape(weight.shape)
    x = x - (x * weight).sum(axis=1, keepdims=True)
    y = y - (y * weight).sum(axis=1, keepdims=True)
    spread = (x * x * weight).sum(axis=1) * (y * y * weight).sum(axis=1)
    return np.where(spread > 1e-6, (x * y * weight).sum(axis=1) / np.sqrt(np.maximum(spread, 1e-6)), 0.0)


def aligned(fixed: np.ndarray, moving: np.ndarray, fit: np.ndarray, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """The best fit on the way from `fit`, and the correlation that it reaches.

    Args:
        fixed: float32 (m, n, n).
        moving: float32 (m, n, n).
        fit: float (m, 4) to start from, as `laid_over` takes it.
        steps: how many steps to go.

    Returns:
        float (m, 4) and float (m,), -1 to 1.
    """
    n = fixed.shape[1]
    place = ((np.arange(n) + 0.5) / n * 2 - 1).astype(np.float32)
    slopes = [np.gradient(moving, axis=axis) * np.float32(n / 2) for axis in (2, 1)]
    best, reached, now = fit.copy(), np.full(len(fit), -np.inf), fit.copy()
    for step in range(steps + 1):
        laid, where = laid_over(moving, now)
        likeness = correlation(fixed, laid, where)
        better = likeness > reached
        best[better], reached[better] = now[better], likeness[better]
        if step == steps:
            break
        across, down = (laid_over(slope, now)[0] for slope in slopes)
        ways = [across * place, across, down * place[:, None], down, laid, np.ones_like(laid)]
        turned = np.stack([way * where for way in ways]).reshape(6, len(fit), -1).transpose(1, 2, 0)
        # One solution for gain, offset and movement: dividing by the gain gives the movement itself.
        solved = _least_squares(turned, (fixed * where).reshape(len(fit), -1, 1))
        gain = np.where(np.abs(solved[:, 4:5]) > 0.1, solved[:, 4:5], 0.1)
        now = now + np.clip(solved[:, :4] / gain, -LARGEST_STEP, LARGEST_STEP)
        now = np.clip(now, *np.array([[1 - FARTHEST, -FARTHEST] * 2, [1 + FARTHEST, FARTHEST] * 2]))
    return best, reached


def _least_squares(ways: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The weights (m, k) with which (m, pixels, k) come nearest to (m, pixels, 1), kept small where they are open."""
    square, aim = ways.transpose(0, 2, 1) @ ways, ways.transpose(0, 2, 1) @ target
    held = np.einsum("mii->mi", square) * 1e-3 + 1e-3
    return np.linalg.solve(square + held[:, :, None] * np.eye(square.shape[1]), aim)[:, :, 0]
