"""Which differences between the classes are side effects of another cue: what an insertion moves besides itself.

A ruler makes a picture sharper, a vignette makes it darker. To tell the ruler from the sharpness, each tied cue is put
into a few images and everything is measured again: its signature. Signatures that add up to the differences between
the classes, each with a weight of zero or more, say which cues are there and which only follow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import nnls

from biasaudit.cues.cue import Cue
from biasaudit.evidence.cue_values import floored
from biasaudit.evidence.planting import insertable, measure, plant_each
from biasaudit.evidence.ties import Tie, difference_of
from biasaudit.images.table import ImageTable
from biasaudit.progress import Progress
from biasaudit.settings import Settings
from biasaudit.stats import auc, generator
from biasaudit.thresholds import FLOORS

IMAGES = 32
"""Images that each tied cue is put into: paired, so that few suffice."""


@dataclass(frozen=True, kw_only=True)
class SideEffect:
    """How far a cue's difference between the classes follows from other cues."""

    of: str
    """Key of the cue that accounts for most of it."""
    share: float
    """0 to 1: the part of the difference that all others together account for."""


def _places(values: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Mid-rank of each value among those of the data, 0 to 1; 0.5 where unknown."""
    among = np.sort(among[np.isfinite(among)])
    low, high = (np.searchsorted(among, values, side=side) for side in ("left", "right"))
    return np.where(np.isfinite(values), (low + high) / (2 * max(1, len(among))), 0.5)


def signature(before: pd.DataFrame, after: pd.DataFrame, ties: Sequence[Tie]) -> np.ndarray:
    """Mean shift in rank of every cue when one is put in, float (ties,), each in -1 to 1.

    before, after: a column a cue, a row an image, without and with the cue that was put in.
    """
    shifts = []
    for tie in ties:
        assert tie.cue.values is not None
        start, end = (
            _places(floored(frame[tie.cue.id].to_numpy(dtype=float), tie.cue.threshold), tie.cue.values)
            for frame in (before, after)
        )
        shifts.append(float(np.mean(end - start)))
    return np.array(shifts)


def _differences(ties: Sequence[Tie], positive: np.ndarray) -> np.ndarray:
    """AUC - 0.5 of each cue for one class: the difference in mean rank, on the scale of the signatures."""
    found = []
    for tie in ties:
        assert tie.cue.values is not None
        found.append(auc(tie.cue.values[tie.known], positive[tie.known]) - 0.5)
    return np.nan_to_num(np.array(found))


def attribute(ties: Sequence[Tie], before: pd.DataFrame, planted: Mapping[str, pd.DataFrame]) -> dict[str, SideEffect]:
    """Cue key -> what its tie is a side effect of, for the cues of which that can be said.

    ties: those of measured cues that are tied to some class. before: values of every cue in a few images; planted: by
    cue id the same with that cue put in.
    """
    signatures = {tie.cue.key: signature(before, planted[tie.cue.id], ties) for tie in ties if tie.cue.id in planted}
    own = {tie.cue.key: place for place, tie in enumerate(ties)}
    sources = [key for key in signatures if abs(signatures[key][own[key]]) > 1e-6]
    found: dict[str, SideEffect] = {}
    for label in sorted({tie.label for tie in ties}) if sources else []:
        positive = next(tie.positive for tie in ties if tie.label == label)
        difference = _differences(ties, positive)
        # Each cue is put in or taken out, whichever goes the way of the class.
        turned = [np.sign(difference[own[key]] * signatures[key][own[key]]) * signatures[key] for key in sources]
        design = np.stack(turned, axis=1)
        parts = design * nnls(design, difference)[0]  # (ties, sources)
        for place, tie in enumerate(ties):
            if tie.label == label and difference[place]:
                shares = np.where(np.array(sources) == tie.cue.key, 0, parts[place] / difference[place])
                if shares.max() > 0:
                    share = float(np.clip(shares.sum(), 0, 1))
                    found[tie.cue.key] = SideEffect(of=sources[int(shares.argmax())], share=share)
    return found


def side_effects(
    images: ImageTable, cues: Sequence[Cue], ties: tuple[Tie, ...], settings: Settings, progress: Progress
) -> dict[str, SideEffect]:
    """Cue key -> of which other cue its tie is a side effect, where several measured cues are tied to a class."""
    tied = [tie for tie in ties if tie.cue.values is not None and tie.strength >= FLOORS["association"]]
    numbers = [cue for cue in cues if not cue.words]
    by_key = {f"{cue.kind}:{cue.id}": cue for cue in insertable(numbers)}
    steps = {tie.cue.id: difference_of(by_key[tie.cue.key], tie) for tie in tied if tie.cue.key in by_key}
    if len(tied) < 2 or not steps:
        return {}
    rng = generator(settings.seed, "side effects")
    sample = images.subset(rng.choice(images.n, min(images.n, IMAGES), replace=False))
    planted = plant_each(sample, numbers, steps, jobs=settings.jobs, seed=settings.seed, progress=progress)
    before = pd.DataFrame([measure(sample.photo(row), numbers) for row in range(sample.n)])
    return attribute(tied, before, planted)
