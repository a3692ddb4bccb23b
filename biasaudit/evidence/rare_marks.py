"""When a mark that few images have gives a class away: by its odds, since an area or a correlation cannot show it.

A sticker in a tenth of one class and nowhere else is as sure a sign of that class as can be, and yet its AUC is 0.55
and Cramer's V about 0.1: both measure how much of the data a cue tells, not how surely.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

RARE = 0.25
"""Share of the images up to which a mark is rare: above it, odds that matter show in the area as well."""
LEAST_ODDS = 2.25
"""How many times higher the odds of the class must be with the mark than without it, at the near end of the interval,
or as many times lower. The floor of the area, 0.60, is this odds ratio for a mark in half of the images."""
FLOOR = 0.02
"""Share of the scale that is asked of such a mark's area or correlation instead of the rung's own floor."""
CONFIDENCE = 0.95


def tells_surely(present: np.ndarray, positive: np.ndarray, groups: np.ndarray) -> bool:
    """Whether a rare mark multiplies or divides the odds of a class by `LEAST_ODDS` or more, beyond chance.

    Woolf's interval (1955) with Haldane's half added to each count; of one patient's images all count as one.

    Args:
        present: bool (n,), the images that have the mark.
        positive: bool (n,), those of the class.
        groups: (n,), patients or images.
    """
    if not 0 < present.mean() <= RARE:
        return False
    weight = _weights(groups)
    cells = np.array([weight[(present == has) & (positive == of)].sum() for has in (1, 0) for of in (1, 0)])
    return bool(_sure(cells))


def any_tells_surely(levels: np.ndarray, codes: np.ndarray, groups: np.ndarray) -> bool:
    """Whether any value of a column tells any class so, each value by itself as a mark.

    levels, codes: int (n,), the value and the class of each image, from 0 on. groups: (n,), patients or images.
    """
    shape = int(levels.max()) + 1, int(codes.max()) + 1
    places = levels.astype(np.int64) * shape[1] + codes
    table = np.bincount(places, weights=_weights(groups), minlength=shape[0] * shape[1]).reshape(shape)
    of_level, of_class, total = table.sum(axis=1, keepdims=True), table.sum(axis=0), table.sum()
    cells = np.stack([table, of_level - table, of_class - table, total - of_level - of_class + table])
    held = np.bincount(levels, minlength=shape[0]) / len(levels)
    rare, present = (held > 0) & (held <= RARE), np.bincount(codes, minlength=shape[1]) > 0
    return bool((_sure(cells) & rare[:, None] & present).any())


def _weights(groups: np.ndarray) -> np.ndarray:
    _, patient, images = np.unique(groups, return_inverse=True, return_counts=True)
    return 1 / images[patient]


def _sure(cells: np.ndarray) -> np.ndarray:
    """bool (...), of counts (4, ...): with the mark and of the class, with it and of others, without it the same."""
    cells = np.maximum(0, cells) + 0.5
    log_odds = np.log(cells[0] * cells[3] / (cells[1] * cells[2]))
    reach = norm.isf((1 - CONFIDENCE) / 2) * np.sqrt((1 / cells).sum(axis=0))
    return np.abs(log_odds) - reach >= np.log(LEAST_ODDS)
