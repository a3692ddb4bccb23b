"""For each cue the class that it would give away, in which direction, and which images agree or conflict.

Where a nuisance is held fixed, class and direction are those within its strata: crude ones can point the other way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import spearmanr

from biasaudit.cues.cue import Cue
from biasaudit.evidence.cue_values import CueValues, coded
from biasaudit.evidence.standouts import Standout, standouts
from biasaudit.evidence.strata import Strata, strata_of
from biasaudit.images.table import ImageTable
from biasaudit.stats import auc, contingency, members, pooled, stratified_auc, stratified_v, van_elteren

ONE_STORY = 0.5
"""Rank correlation from which two cues are one story."""
FEW_CONFLICTS = 0.01
"""Share of images in conflict, on either side of the label, up to which cue and label cannot be told apart."""

FEWEST = 8
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
    strata: Strata
    """What was held fixed."""
    speaking: tuple[str, ...] = ()
    """Of a metadata column, the values over-represented in this class, commonest in it first."""
    strength: float
    """0 to 1: |AUC - 0.5| x 2, or Cramer's V, within strata where they can tell; no account of chance."""
    by_chance: bool = False
    """Among so many classes one is told as surely by chance; never said where there are few."""

    @property
    def conflict(self) -> np.ndarray:
        """bool (n,): cue and label point different ways."""
        return self.known & (self.present != self.positive)

    @property
    def shares(self) -> tuple[float, float]:
        """Shares on the cue's side of the images of this class and of the others, 0 to 1, averaged over strata."""
        rows = self.strata.speaking(self.known, self.positive, self.present)
        counted = self.known & self.strata.counted
        rows, codes = (rows, self.strata.codes) if rows.any() else (counted, np.zeros(len(counted), dtype=int))
        rates, sizes = [], []
        for part in members(codes[rows]):
            present, positive = self.present[rows][part], self.positive[rows][part]
            rates.append([present[side].mean() for side in (positive, ~positive)])
            sizes.append([float(van_elteren(positive.sum(), (~positive).sum()))] * 2)
        inside, outside = pooled(np.array(rates), np.array(sizes))
        return float(inside), float(outside)

    @property
    def separable(self) -> bool:
        """True where so few images of the class, and so few of the others, are in conflict that the two are one."""
        known = self.known & self.strata.counted
        sides = [self.conflict[known & side] for side in (self.positive, ~self.positive)]
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


def area(cue: CueValues, positive: np.ndarray, strata: Strata) -> float:
    """AUC within strata, or over all where no stratum can tell; positive: bool (n,)."""
    assert cue.values is not None
    known = np.isfinite(cue.values)
    rows = strata.speaking(known, positive, cue.values)
    if not rows.any():
        return auc(cue.values[known & strata.counted], positive[known & strata.counted])
    once = np.ones((1, int(rows.sum())))
    return float(stratified_auc(cue.values[rows], positive[rows], strata.codes[rows], once)[0])


def _furthest(cue: CueValues, codes: np.ndarray, n_classes: int, strata: Strata) -> tuple[int, float]:
    """The class that lies furthest off, and its AUC less 0.5."""
    signed = np.nan_to_num(np.array([area(cue, codes == code, strata) for code in range(n_classes)]) - 0.5)
    # Of two classes the one that has more of it is named; of several the one that stands out most.
    more_of_it = n_classes == 2 or cue.kind == "discovered"
    code = int(np.argmax(signed if more_of_it else np.abs(signed)))
    return code, float(signed[code])


def _measured_tie(
    cue: CueValues,
    codes: np.ndarray,
    classes: list[str],
    strata: Strata | None = None,
    standout: Standout | None = None,
) -> Tie:
    strata = strata or strata_of((), np.ones(len(codes), dtype=bool))
    assert cue.values is not None
    known = np.isfinite(cue.values)
    code, off = (
        _furthest(cue, codes, len(classes), strata) if standout is None else (standout.code, standout.area - 0.5)
    )
    direction = 1 if off >= 0 else -1
    positive = codes == code
    signal = direction * cue.values
    if cue.threshold is None:
        present = signal >= _split(signal[known & strata.counted], positive[known & strata.counted])
    else:
        present = (cue.values >= cue.threshold) == (direction > 0)
    return Tie(
        cue=cue,
        label=classes[code],
        direction=direction,
        strata=strata,
        known=known,
        positive=positive,
        present=known & present,
        strength=2 * abs(off),
        by_chance=_by_chance(standout, len(classes)),
    )


def _by_chance(standout: Standout | None, n_classes: int) -> bool:
    return standout is not None and 2 * n_classes * np.exp(-standout.sureness) >= 1


def _level_tie(
    cue: CueValues,
    codes: np.ndarray,
    classes: list[str],
    strata: Strata | None = None,
    standout: Standout | None = None,
) -> Tie:
    strata = strata or strata_of((), np.ones(len(codes), dtype=bool))
    assert cue.levels is not None
    names, levels = coded(cue.levels)
    shape = len(names), len(classes)
    table = contingency(levels[strata.counted], codes[strata.counted], *shape)[0].astype(float)
    speaking = strata.speaking(np.ones(len(codes), dtype=bool), codes, levels)
    inside = [rows[speaking[rows]] for rows in members(strata.codes) if speaking[rows].any()]
    tables = [contingency(levels[rows], codes[rows], *shape)[0].astype(float) for rows in inside] or [table]
    seen = np.maximum(1, sum(part.sum(axis=1, keepdims=True) for part in tables))
    share = sum(tables) / seen
    # What a level's images would hold of each class, had they the base rates of their strata.
    base = sum(part.sum(axis=1, keepdims=True) / seen * (part.sum(axis=0) / part.sum()) for part in tables)
    over = share > base
    # How much better than by its base rate a class is told by the levels in which it is over-represented.
    gain = np.where(over, table, 0).sum(axis=0) / np.maximum(1, table.sum(axis=0))
    rest = table.sum(axis=1, keepdims=True) - table
    gain -= np.where(over, rest, 0).sum(axis=0) / np.maximum(1, rest.sum(axis=0))
    code = int(np.argmax(gain)) if standout is None else standout.code
    if (
        len(classes) == 2
        and len(names) == 2
        and set(names) <= {"0", "1", "no", "yes", "False", "True", "false", "true"}
    ):
        code = int(np.argmax((share - base)[1]))  # a flag: name the class in which it is set
    ranked = np.argsort(-table[:, code], kind="stable")
    return Tie(
        cue=cue,
        label=classes[code],
        direction=1,
        speaking=tuple(str(names[level]) for level in ranked if over[level, code]),
        strata=strata,
        known=np.ones(len(codes), dtype=bool),
        positive=codes == code,
        present=over[levels, code],
        strength=max(float(stratified_v([part[None] for part in tables])[0]), _own_strength(standout)),
        by_chance=_by_chance(standout, len(classes)),
    )


def _own_strength(standout: Standout | None) -> float:
    return 0.0 if standout is None else 2 * abs(standout.area - 0.5)


def ties(images: ImageTable, cue_values: tuple[CueValues, ...]) -> tuple[Tie, ...]:
    """One tie for each cue that can be tested."""
    testable = [cue for cue in cue_values if not cue.untestable]
    learnt = ~images.held_out
    held, nothing_held = strata_of(cue_values, learnt), strata_of((), learnt)
    free = [cue for cue in testable if cue.role in ("nuisance", "mediator")]
    tested = sum(cue.role != "mediator" for cue in testable)
    bound = [cue for cue in testable if cue not in free]
    standout_of = standouts(bound, images, held, tested) | standouts(free, images, nothing_held, tested)
    found = (
        (_measured_tie if cue.levels is None else _level_tie)(
            cue, images.codes, images.classes, nothing_held if cue in free else held, standout_of.get(cue.key)
        )
        for cue in testable
    )
    kept: dict[bytes, np.ndarray] = {}
    return tuple(replace(tie, known=_one(tie.known, kept), positive=_one(tie.positive, kept)) for tie in found)


def _one(rows: np.ndarray, kept: dict[bytes, np.ndarray]) -> np.ndarray:
    """The same rows, held once for all ties."""
    return kept.setdefault(np.packbits(rows).tobytes(), rows)


def difference_of(cue: Cue, tie: Tie) -> float:
    """How much of the cue tells the class from the others: 1 of an artefact, else a step in the cue's own unit.

    Where both have the same median (most images have no border), the step between the two sides of the tie. Signed as
    the cue can be put in: up for one that can only be added.
    """
    if cue.kind == "artefact":
        return 1.0
    values, known = tie.cue.values, tie.known & tie.strata.counted
    assert values is not None

    def step(side: np.ndarray) -> float:
        return abs(float(np.median(values[known & side]) - np.median(values[known & ~side])))

    size = step(tie.positive) or step(tie.present)
    return size * (tie.direction if tie.direction in cue.directions else cue.directions[0])


def alike(one: Tie, other: Tie) -> bool:
    """Whether two cues are so correlated that they tell one story (a ruler and the column `ruler`)."""
    known = one.known & other.known
    first, second = one.signal[known], other.signal[known]
    if len(first) < 10 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return False
    return bool(abs(spearmanr(first, second).statistic) >= ONE_STORY)
