"""Weights under which the leading cues no longer tell the label: what `weights.csv` holds, to train and audit again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from biasaudit.conclude.ranking import finding_id
from biasaudit.evidence.ties import Tie
from biasaudit.images.table import ImageTable
from biasaudit.results import NOTHING, Check, Finding, Name, joined, say
from biasaudit.stats import members

FILE = "weights.csv"
MOST_CUES = 3
"""Cues that are balanced together: each further one costs images that count."""
LARGEST = 10.0
"""What one image may count for, in images of its class: a few would else decide what is learnt."""
ROUNDS = 200
CLOSE = 1e-4
"""Difference between shares at which the rounds end."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Balance:
    """One weight for each image, and what they balance."""

    cues: tuple[str, ...]
    weights: np.ndarray
    """float (n,): mean 1 in each class, at most `LARGEST`; 1 in the given test part, which is never learnt from."""
    left: float
    """The largest difference between two classes in the share of images on a cue's side that is left, 0 to 1."""
    effective: dict[str, int]
    """Images that each class is worth under the weights: (sum w)^2 / sum w^2 (Kish 1965)."""

    @property
    def check(self) -> Check:
        """What stands among the checks of the audit."""
        each = [
            say("{n:,} of {label:40}", n=n, label=Name("label", label)) for label, n in list(self.effective.items())[:5]
        ]
        left = say(
            "; shares still differ by up to {left:.0%}, since no image may count for more than {largest:.0f}",
            left=self.left,
            largest=LARGEST,
        )
        reason = say(
            "{file} makes {cues} and the label independent; under it the images are worth {each}{left}.",
            file=say("weights.csv"),
            cues=joined(say("{cue:40}", cue=Name("cue", cue)) for cue in self.cues),
            each=joined(each),
            left=left if self.left > 0.01 else NOTHING,
        )
        return Check(detector="weights", status="ran", reason=reason)


def balance(findings: Iterable[Finding], ties: Iterable[Tie], images: ImageTable) -> Balance | None:
    """Weights that make the sides of the leading tied cues independent of the label; None where there is none.

    The cues are those that lead shortcuts or, where there is no shortcut, suspects: what is not used need not be
    paid for. By iterative proportional fitting of each cue's shares in each class to their mean over the classes
    (Deming & Stephan 1940): with one cue P(side) / P(side | label), as in Kamiran & Calders 2012.
    """
    tie_of = {finding_id(tie.cue): tie for tie in ties}
    chosen = _chosen(findings, tie_of)
    learnt = ~images.held_out
    sides = [np.where(tie.known, tie.present.astype(int), 2) for tie in chosen]
    if not chosen:
        return None
    codes = images.codes
    weights = np.ones(images.n)
    weights[learnt] = raked([side[learnt] for side in sides], codes[learnt])
    worth = {}
    for label, rows in zip(images.classes, members(codes[learnt]), strict=True):
        some = weights[learnt][rows]
        worth[label] = round(float(some.sum() ** 2 / (some**2).sum()))
    left = max(_difference(side[learnt], codes[learnt], weights[learnt]) for side in sides)
    return Balance(cues=tuple(tie.cue.id for tie in chosen), weights=weights, left=left, effective=worth)


def raked(sides: list[np.ndarray], codes: np.ndarray) -> np.ndarray:
    """float (n,): weights, mean 1 in each class, under which each of `sides` (int (n,)) has one share in all classes.

    The share is the mean over the classes. A side that a class lacks stays lacking: nothing stands in for it.
    """
    weights = np.ones(len(codes))
    classes = members(codes)
    cells = [list(_cells(side, classes)) for side in sides]
    for _ in range(ROUNDS):
        before = weights.copy()
        for of_side in cells:
            for here, aimed in of_side:
                weights[here] *= aimed / weights[here].sum()
        for each in classes:
            weights[each] = _truncated(weights[each])
        if np.abs(weights - before).max() < CLOSE:
            break
    return weights


def _cells(side: np.ndarray, classes: list[np.ndarray]) -> Iterator[tuple[np.ndarray, float]]:
    """The images of each class on each side, int (m,) rows, where there are any, and the weight that is aimed at."""
    levels = [side == level for level in np.unique(side)]
    aims = [np.mean([level[each].mean() for each in classes]) for level in levels]
    for each in classes:
        for level, aim in zip(levels, aims, strict=True):
            if len(here := each[level[each]]):
                yield here, float(aim * len(each))


def _truncated(weights: np.ndarray) -> np.ndarray:
    """The weights with mean 1 and none above `LARGEST`; what is cut off goes to the others."""
    weights = weights / weights.mean()
    for _ in range(20):
        over = weights >= LARGEST
        if not (weights > LARGEST + 1e-9).any() or over.all():
            break
        weights[over] = LARGEST
        weights[~over] *= (len(weights) - LARGEST * over.sum()) / weights[~over].sum()
    return weights


def _chosen(findings: Iterable[Finding], tie_of: Mapping[str, Tie]) -> list[Tie]:
    led = [
        each
        for each in findings
        if each.leads and each.kind in ("artefact", "property", "file", "metadata") and each.id in tie_of
    ]
    for verdict in ("shortcut", "suspect"):
        some = [tie_of[each.id] for each in led if each.verdict == verdict]
        if some := [tie for tie in some if tie.cue.role != "mediator"]:
            return some[:MOST_CUES]
    return []


def _difference(side: np.ndarray, codes: np.ndarray, weights: np.ndarray) -> float:
    shares = [np.average(side[rows] == 1, weights=weights[rows]) for rows in members(codes)]
    return float(max(shares) - min(shares))
