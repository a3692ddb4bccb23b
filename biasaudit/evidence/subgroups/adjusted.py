"""The difference of two shares within strata, such as hospitals: what is left of it when those are held fixed."""

from __future__ import annotations

import numpy as np

from biasaudit.stats.intervals import Interval, difference, proportion


def adjusted_difference(hits: np.ndarray, inside: np.ndarray, strata: np.ndarray) -> Interval | None:
    """The share of hits inside less that outside, pooled over strata by Mantel and Haenszel's weights (1959).

    hits, inside: bool (n,); strata: (n,). The interval is put together from Newcombe's in each stratum (Zou & Donner
    2008, variance estimates recovery). None where no stratum has both sides.
    """
    parts, weights = [], []
    for stratum in np.unique(strata):
        sides = [hits[(strata == stratum) & side] for side in (inside, ~inside)]
        if all(len(side) for side in sides):
            parts.append(difference(*(proportion(float(side.sum()), len(side)) for side in sides)))
            weights.append(len(sides[0]) * len(sides[1]) / (len(sides[0]) + len(sides[1])))
    if not parts:
        return None
    share = np.array(weights) / np.sum(weights)
    value, low, high = np.array(parts).T
    middle = float(share @ value)
    return Interval(
        middle,
        middle - float(np.hypot.reduce(share * (value - low))),
        middle + float(np.hypot.reduce(share * (high - value))),
    )
