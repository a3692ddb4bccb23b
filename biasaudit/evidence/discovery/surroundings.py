"""Whether the rest of a picture knows that a pattern is in it: a subject comes with its scene, a stamp with none.

Within each class, since what goes with the class goes with all that the class goes with.
"""

from __future__ import annotations

import numpy as np

from biasaudit.evidence.discovery.mining import Mined
from biasaudit.stats import auc

NEAR = 2
"""Places around the most alike one, each way, that may show a part of the pattern."""
RIDGE = 0.1
"""Penalty, as a share of the images."""
FEWEST = 3
"""Images of a class with the pattern, and without it, above which the class has a say."""


def told_by_the_rest(mined: Mined, descriptors: np.ndarray, codes: np.ndarray) -> float:
    """AUC with which the places away from the pattern tell, leave-one-out and within classes, that it is there.

    Args:
        mined: values and places of the n images.
        descriptors: float32 (n, places, d).
        codes: int (n,), the images' classes.

    Returns:
        0.5 where nothing away from it tells, up to 1; 1 where no class can say.
    """
    n, places, _ = descriptors.shape
    side = int(np.sqrt(places))
    down, across = np.divmod(np.arange(places), side)
    row, column = np.divmod(mined.places, side)
    near = (np.abs(down - row[:, None]) <= NEAR) & (np.abs(across - column[:, None]) <= NEAR)
    away = np.einsum("npd,np->nd", descriptors, (~near).astype(np.float32)) / (~near).sum(axis=1, keepdims=True)
    away = away.astype(np.float64)
    has = mined.values >= mined.threshold
    target = has.astype(float)
    for code in np.unique(codes):
        away[codes == code] -= away[codes == code].mean(axis=0)
        target[codes == code] -= target[codes == code].mean()
    away /= np.maximum(away.std(axis=0), 1e-9)
    left, spread, _ = np.linalg.svd(away, full_matrices=False)
    smoother = (left * (spread**2 / (spread**2 + RIDGE * n))) @ left.T
    own = np.diag(smoother)
    told = (smoother @ target - own * target) / (1 - own)
    areas, weights = [], []
    for code in np.unique(codes):
        inside = codes == code
        counts = has[inside].sum(), (~has[inside]).sum()
        if min(counts) > FEWEST:
            areas.append(auc(told[inside], has[inside]))
            weights.append(counts[0] * counts[1] / sum(counts))
    return float(np.average(areas, weights=weights)) if areas else 1.0
