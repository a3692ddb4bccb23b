"""What the images of a group have in common by name: the known cue that tells them best from others of their class."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from biasaudit.evidence.cue_values import CueValues
from biasaudit.stats import auc

TELLS = 0.8
"""AUC from which a cue says who is in the group; of a value, the same as 60% more of them in the group."""


def shared_trait(inside: np.ndarray, outside: np.ndarray, cues: Iterable[CueValues]) -> str:
    """A sentence like "78% of them have a ruler, 9% of the others"; empty where no cue tells them apart.

    inside, outside: bool (n,), the group and the rest of its class.
    """
    best, sentence = TELLS, ""
    for cue in cues:
        if not cue.untestable:
            area, words = _numbers(cue, inside, outside) if cue.values is not None else _words(cue, inside, outside)
            if area >= best:
                best, sentence = area, words
    return sentence


def _numbers(cue: CueValues, inside: np.ndarray, outside: np.ndarray) -> tuple[float, str]:
    assert cue.values is not None
    known = np.isfinite(cue.values) & (inside | outside)
    if known[inside].mean() < 0.5 or known[outside].mean() < 0.5:
        return 0.5, ""
    area, plain = auc(cue.values[known], inside[known]), cue.id.replace("_", " ")
    if cue.threshold is not None:
        has = cue.values >= cue.threshold
        shares = has[inside & known].mean(), has[outside & known].mean()
        return max(area, 1 - area), f"{shares[0]:.0%} of them show {plain}, {shares[1]:.0%} of the others"
    middle = np.median(cue.values[inside & known]), np.median(cue.values[outside & known])
    words = f"their {plain} is {'high' if area > 0.5 else 'low'}"
    return max(area, 1 - area), f"{words} (median {middle[0]:.3g}, of the others {middle[1]:.3g})"


def _words(cue: CueValues, inside: np.ndarray, outside: np.ndarray) -> tuple[float, str]:
    levels = np.asarray(cue.levels, dtype=str)
    names, counts = np.unique(levels[inside], return_counts=True)
    commonest = names[counts.argmax()]
    shares = [float((levels[side] == commonest).mean()) for side in (inside, outside)]
    plain = f"the {'column' if cue.kind == 'metadata' else 'cue'} “{cue.id[:40]}” is “{commonest[:40]}”"
    return 0.5 + (shares[0] - shares[1]) / 2, f"{plain} in {shares[0]:.0%} of them, {shares[1]:.0%} of the others"
