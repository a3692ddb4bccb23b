"""How much a pattern looks put there: nearly identical from image to image, plainly there or plainly not.

A subject varies: two parachutes are alike, two prints of one stamp are the same. And what is put there is as strong
in the few images of the other classes that have it, while a subject's likes elsewhere are only likes. The rest of the
picture goes with a subject, and knows nothing of a stamp.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from biasaudit.evidence.discovery.mining import Mined, split_of
from biasaudit.stats import auc

STRONGEST = 30
"""Images over which likeness is averaged."""
PUT_THERE = 3.08
"""Score from which a pattern looks put there. Calibrated on clean photographs of everyday objects (12 sets, at most
3.05) and of skin (12 sets, one above, at 3.13), and on eight kinds of drawn artefacts: `python -m tests.benchmarks`."""
SURELY = 3.5
"""Score that no pattern in those clean photographs comes near. Plain drawn shapes on plain grounds reach it."""
KNOWN = 0.68
"""AUC below which the rest of the picture does not know of a pattern. Of subjects' parts 95% lie above 0.71."""
TWO_KINDS = 0.74
"""Share of the variance inside a class that any two halves explain: 0.64 of a bell curve, 0.75 of a flat one."""
LEAST_GAIN = 0.15
"""Gain below which a pattern can hardly pass the floor of a tie, an AUC of 0.6."""


@dataclass(frozen=True)
class Recurrence:
    """What speaks for a pattern having been put there."""

    likeness: float
    """Mean likeness of the 30 most alike images, up to 1."""
    explained: float
    """Share of the variance of likeness that lies between images with and without it, 0 to 1."""
    separation: float
    """Distance of the two groups in standard deviations."""
    within: float
    """The same share inside the classes, mean over images: a subject's likes fall apart by class and not within."""
    gain: float
    """Share of the class's images that have it, less that of the others."""
    imbalance: float
    """0 where it is as strong in the other classes' images that have it, up to 0.5: |AUC - 0.5| among those."""

    told_by_the_rest: float = 1.0
    """AUC with which the rest of the picture tells that it is there, 0.5 to 1; 1 where that was not asked."""

    @property
    def score(self) -> float:
        """One figure, with weights of round numbers."""
        return (
            self.likeness
            + 2 * self.explained
            + 5 * max(0.0, self.within - TWO_KINDS)
            + 2 * max(0.0, KNOWN - self.told_by_the_rest)
            + 0.5 * self.gain
            - 0.5 * self.imbalance
            + min(self.separation, 10) / 10
        )


def recurrence(mined: Mined, codes: np.ndarray) -> Recurrence:
    """Over the images that the pattern was mined in; codes: int (n,)."""
    values, inside = mined.values, codes == mined.code
    has = values >= mined.threshold
    both = has.any() and (~has).any()
    enough = min((has & inside).sum(), (has & ~inside).sum()) > 3
    spread = np.sqrt((values[has].var() + values[~has].var()) / 2) if both else 1.0
    return Recurrence(
        likeness=float(np.sort(values)[-STRONGEST:].mean()),
        explained=float(split_of(values[None])[1][0]),
        separation=float((values[has].mean() - values[~has].mean()) / max(spread, 1e-6)) if both else 0.0,
        within=_within(values, codes),
        gain=float(has[inside].mean() - has[~inside].mean()),
        imbalance=abs(auc(values[has], inside[has]) - 0.5) if enough else 0.5,
    )


def _within(values: np.ndarray, codes: np.ndarray) -> float:
    shares = [(split_of(values[None, codes == code])[1][0], (codes == code).sum()) for code in np.unique(codes)]
    known = [(share, n) for share, n in shares if n > 3]
    return float(np.average([share for share, _ in known], weights=[n for _, n in known])) if known else 0.0
