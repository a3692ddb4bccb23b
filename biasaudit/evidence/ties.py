"""For each cue the class that it would give away, in which direction, and which images agree or conflict."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import spearmanr

from biasaudit.evidence.cue_values import CueValues
from biasaudit.images.table import ImageTable
from biasaudit.stats import auc, contingency, cramers_v

ONE_STORY = 0.5
"""Rank correlation from which two cues are one story."""
FEW_CONFLICTS = 0.01
"""Share of images in conflict, on either side of the label, up to which cue and label cannot be told apart."""

FEWEST = 5
"""Images that a side must have before anything is called inseparable."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Tie:
    """A cue and the class that it goes with most."""

    cue: CueValues
    label: str
    direction: int
    """+1: more of the cue in this class; -1: less."""
    present: np.ndarray
    """bool (n,): on this class's side of the cue."""
    known: np.ndarray
    """bool (n,): the cue's value is known."""
    positive: np.ndarray
    """bool (n,): the image has this label."""
    speaking: tuple[str, ...] = ()
    """Of a metadata column, the values over-represented in this class, commonest in it first."""
    strength: float
    """0 to 1: |AUC - 0.5| x 2, or Cramer's V; no account of chance."""

    @property
    def conflict(self) -> np.ndarray:
        """bool (n,): cue and label point different ways."""
        return self.known & (self.present != self.positive)

    @property
    def separable(self) -> bool:
        """True where so few images of the class, and so few of the others, are in conflict that the two are one."""
        sides = [self.conflict[self.known & side] for side in (self.positive, ~self.positive)]
        return all(len(side) >= FEWEST and side.mean() <= FEW_CONFLICTS for side in sides)

    @property
    def signal(self) -> np.ndarray:
        """float (n,): larger = more of the cue on this class's side; NaN where unknown."""
        if self.cue.values is None:
            return self.present.astype(float)
        return self.direction * self.cue.values


def _split(signal: np.ndarray, positive: np.ndarray) -> float:
    """The value from which `signal` says positive with the best sensitivity + specificity (Youden 1950)."""
    order = np.argsort(signal, kind="stable")[::-1]
    ranked, hits = signal[order], positive[order]
    gain = np.cumsum(hits) / max(1, hits.sum()) - np.cumsum(~hits) / max(1, (~hits).sum())
    last_of_value = np.r_[ranked[1:] != ranked[:-1], True]
    return float(ranked[np.argmax(np.where(last_of_value, gain, -np.inf))])


def _measured_tie(cue: CueValues, codes: np.ndarray, classes: list[str]) -> Tie:
    assert cue.values is not None
    known = np.isfinite(cue.values)
    areas = np.array([auc(cue.values[known], codes[known] == code) for code in range(len(classes))])
    signed = np.nan_to_num(areas - 0.5)
    # Of two classes the one that has more of it is named; of several the one that stands out most.
    code = int(np.argmax(signed if len(classes) == 2 else np.abs(signed)))
    direction = 1 if signed[code] >= 0 else -1
    positive = codes == code
    signal = direction * cue.values
    if cue.threshold is None:
        present = signal >= _split(signal[known], positive[known])
    else:
        present = (cue.values >= cue.threshold) == (direction > 0)
    return Tie(
        cue=cue,
        label=classes[code],
        direction=direction,
        known=known,
        positive=positive,
        present=known & present,
        strength=2 * abs(float(signed[code])),
    )


def _level_tie(cue: CueValues, codes: np.ndarray, classes: list[str]) -> Tie:
    names, levels = np.unique(np.asarray(cue.levels, dtype=str), return_inverse=True)
    table = contingency(levels, codes, len(names), len(classes))[0].astype(float)
    share = table / np.maximum(1, table.sum(axis=1, keepdims=True))
    base = table.sum(axis=0) / table.sum()
    over = share > base
    # How much better than by its base rate a class is told by the levels in which it is over-represented.
    gain = np.where(over, table, 0).sum(axis=0) / np.maximum(1, table.sum(axis=0))
    rest = table.sum(axis=1, keepdims=True) - table
    gain -= np.where(over, rest, 0).sum(axis=0) / np.maximum(1, rest.sum(axis=0))
    code = int(np.argmax(gain))
    if (
        len(classes) == 2
        and len(names) == 2
        and set(names) <= {"0", "1", "no", "yes", "False", "True", "false", "true"}
    ):
        code = int(np.argmax(share[1]))  # a flag: name the class in which it is set
    ranked = np.argsort(-table[:, code], kind="stable")
    return Tie(
        cue=cue,
        label=classes[code],
        direction=1,
        speaking=tuple(str(names[level]) for level in ranked if over[level, code]),
        known=np.ones(len(codes), dtype=bool),
        positive=codes == code,
        present=over[levels, code],
        strength=float(cramers_v(table)),
    )


def ties(images: ImageTable, cue_values: tuple[CueValues, ...]) -> tuple[Tie, ...]:
    """One tie for each cue that can be tested."""
    testable = [cue for cue in cue_values if not cue.untestable]
    return tuple(
        (_measured_tie if cue.levels is None else _level_tie)(cue, images.codes, images.classes) for cue in testable
    )


def alike(one: Tie, other: Tie) -> bool:
    """Whether two cues are so correlated that they tell one story (a ruler and the column `ruler`)."""
    known = one.known & other.known
    first, second = one.signal[known], other.signal[known]
    if len(first) < 10 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return False
    return bool(abs(spearmanr(first, second).statistic) >= ONE_STORY)
