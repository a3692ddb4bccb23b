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
    _, patient, images = np.unique(groups, return_inverse=True, return_counts=True)
    weight = 1 / images[patient]
    cells = np.array([weight[(present == has) & (positive == of)].sum() for has in (1, 0) for of in (1, 0)]) + 0.5
    log_odds = float(np.log(cells[0] * cells[3] / (cells[1] * cells[2])))
    reach = float(norm.isf((1 - CONFIDENCE) / 2) * np.sqrt((1 / cells).sum()))
    return abs(log_odds) - reach >= np.log(LEAST_ODDS)
