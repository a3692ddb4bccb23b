"""What the images of a group have in common by name: the known cue that tells them best from others of their class."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from biasaudit.evidence.named.cue_values import CueValues
from biasaudit.results import NOTHING, Name, Sentence, say
from biasaudit.stats import auc

TELLS = 0.8
"""AUC from which a cue says who is in the group; of a value, the same as 60% more of them in the group."""


def shared_trait(inside: np.ndarray, outside: np.ndarray, cues: Iterable[CueValues]) -> Sentence:
    """A clause like "78% of them show ruler, 9% of the others"; empty where no cue tells them apart.

    inside, outside: bool (n,), the group and the rest of its class.
    """
    best, told = TELLS, NOTHING
    for cue in cues:
        if not cue.untestable:
            area, words = _numbers(cue, inside, outside) if cue.values is not None else _words(cue, inside, outside)
            if area >= best:
                best, told = area, words
    return told


def _numbers(cue: CueValues, inside: np.ndarray, outside: np.ndarray) -> tuple[float, Sentence]:
    assert cue.values is not None
    known = np.isfinite(cue.values) & (inside | outside)
    if known[inside].mean() < 0.5 or known[outside].mean() < 0.5:
        return 0.5, NOTHING
    area = auc(cue.values[known], inside[known])
    if cue.threshold is not None:
        has = cue.values >= cue.threshold
        words = say(
            "{share:.0%} of them show {cue}, {others:.0%} of the others",
            share=float(has[inside & known].mean()),
            cue=cue.plain_name,
            others=float(has[outside & known].mean()),
        )
    else:
        words = say(
            "their {cue} is {side} (median {median:.3g}, of the others {others:.3g})",
            cue=cue.plain_name,
            side=say("high") if area > 0.5 else say("low"),
            median=float(np.median(cue.values[inside & known])),
            others=float(np.median(cue.values[outside & known])),
        )
    return max(area, 1 - area), words


def _words(cue: CueValues, inside: np.ndarray, outside: np.ndarray) -> tuple[float, Sentence]:
    levels = np.asarray(cue.levels, dtype=str)
    names, counts = np.unique(levels[inside], return_counts=True)
    commonest = names[counts.argmax()]
    shares = [float((levels[side] == commonest).mean()) for side in (inside, outside)]
    words = say(
        "the {what} “{cue:40}” is “{value:40}” in {share:.0%} of them, {others:.0%} of the others",
        what=say("column") if cue.name.kind == "column" else say("cue"),
        cue=cue.name,
        value=Name("value", str(commonest)),
        share=shares[0],
        others=shares[1],
    )
    return 0.5 + (shares[0] - shares[1]) / 2, words
