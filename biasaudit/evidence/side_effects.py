"""Which differences between the classes are side effects of another cue: what an insertion moves besides itself.

A ruler makes a picture sharper, a vignette makes it darker. To tell the ruler from the sharpness, each tied cue is put
into a few images and everything is measured again: its signature. Signatures that add up to the differences between
the classes, as few as will do and each with a weight of zero or more, say which cues are there and which only follow
(forward selection with non-negative least squares, Lawson & Hanson 1974).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from scipy.optimize import nnls

from biasaudit.cues.cue import Cue
from biasaudit.evidence.measure.planting import insertable, plant_each
from biasaudit.evidence.named.measured_cues import floored
from biasaudit.evidence.ties import Tie, area, difference_of
from biasaudit.images.table import ImageTable
from biasaudit.runtime.checkpoints import NOTHING_KEPT, Checkpoints
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings
from biasaudit.stats import generator
from biasaudit.thresholds import FLOORS

GAIN = 0.05
"""Share of the differences' squares that one more cause must explain."""
IMAGES, FEWEST = 32, 8
"""Images that each tied cue is put into, at most and at least: paired, so that few suffice."""


@dataclass(frozen=True, kw_only=True)
class SideEffect:
    """How far a cue's difference between the classes follows from other cues."""

    of: str
    """Key of the cue that accounts for most of it."""
    share: float
    """0 to 1: the part of the difference that this one accounts for."""
    together: float
    """0 to 1: the part that all others account for."""


def images_without(tie: Tie, learnt: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Rows, int, of at most `IMAGES` images that lack the cue: where it is already, only its side effects would grow.

    learnt: bool (n,), the images that a model learns from.
    """
    rows = np.flatnonzero(tie.known & ~tie.present & learnt)
    return np.sort(rng.choice(rows, IMAGES, replace=False)) if len(rows) > IMAGES else rows


def _places(values: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Mid-rank of each value among those of the data, 0 to 1; 0.5 where unknown."""
    among = np.sort(among[np.isfinite(among)])
    low, high = (np.searchsorted(among, values, side=side) for side in ("left", "right"))
    return np.where(np.isfinite(values), (low + high) / (2 * max(1, len(among))), 0.5)


def signature(rows: np.ndarray, after: pd.DataFrame, ties: Sequence[Tie]) -> np.ndarray:
    """Mean shift in rank of every cue when one is put into the images `rows`, float (ties,), each in -1 to 1.

    after: a column a cue, one row for each of `rows`, with the cue that was put in.
    """
    shifts = []
    for tie in ties:
        assert tie.cue.values is not None
        put_in = floored(after[tie.cue.id].to_numpy(dtype=float), tie.cue.threshold)
        start, end = (_places(values, tie.cue.values) for values in (tie.cue.values[rows], put_in))
        shifts.append(float(np.mean(end - start)))
    return np.array(shifts)


def _fewest_that_fit(design: np.ndarray, difference: np.ndarray) -> np.ndarray:
    """Weight of each source, zero or more: one after the other is taken, as long as the fit gains `GAIN` by it.

    One vignette explains its darkness better than a little of everything does, which would fit as well.
    """
    weights, left = np.zeros(design.shape[1]), float((difference**2).sum())
    chosen: list[int] = []
    gain = GAIN * left
    for _ in range(design.shape[1]):
        fits = {
            source: nnls(design[:, [*chosen, source]], difference)
            for source in range(design.shape[1])
            if source not in chosen
        }
        best = min(fits, key=lambda source: fits[source][1])
        if left - fits[best][1] ** 2 < gain:
            break
        chosen.append(best)
        left = fits[best][1] ** 2
        weights[:] = 0
        weights[chosen] = fits[best][0]
    return weights


def attribute(ties: Sequence[Tie], signatures: Mapping[str, np.ndarray]) -> dict[str, SideEffect]:
    """Cue key -> what its tie is a side effect of, for the cues of which that can be said.

    ties: those of measured cues that are tied to some class. signatures: by cue key, a shift for each of `ties`. The
    differences to be accounted for are AUC - 0.5, the difference in mean rank, on the same scale.
    """
    own = {tie.cue.key: place for place, tie in enumerate(ties)}
    sources = [key for key in signatures if abs(signatures[key][own[key]]) > 1e-6]
    found: dict[str, SideEffect] = {}
    for label in sorted({tie.label for tie in ties}) if sources else []:
        positive = next(tie.positive for tie in ties if tie.label == label)
        difference = np.nan_to_num([area(tie.cue, positive, tie.strata) - 0.5 for tie in ties])
        # Each cue is put in or taken out, whichever goes the way of the class.
        turned = [np.sign(difference[own[key]] * signatures[key][own[key]]) * signatures[key] for key in sources]
        design = np.stack(turned, axis=1)
        parts = design * _fewest_that_fit(design, difference)  # (ties, sources)
        for place, tie in enumerate(ties):
            if tie.label == label and difference[place]:
                shares = np.where(np.array(sources) == tie.cue.key, 0, parts[place] / difference[place])
                if shares.max() > 0:
                    found[tie.cue.key] = SideEffect(
                        of=sources[int(shares.argmax())],
                        share=float(np.clip(shares.max(), 0, 1)),
                        together=float(np.clip(shares.sum(), 0, 1)),
                    )
    return found


def _numbers_of(plant: Callable[[], dict[str, pd.DataFrame]], cue: str) -> dict[str, list[float]]:
    return {str(name): values.astype(float).tolist() for name, values in plant()[cue].items()}


def side_effects(
    images: ImageTable,
    cues: Sequence[Cue],
    ties: tuple[Tie, ...],
    settings: Settings,
    progress: Progress,
    checkpoints: Checkpoints = NOTHING_KEPT,
) -> dict[str, SideEffect]:
    """Cue key -> of which other cue its tie is a side effect, where several measured cues are tied to a class."""
    tied = tied_numbers(ties)
    measured = [cue for cue in cues if f"{cue.kind}:{cue.id}" in {tie.cue.key for tie in tied}]
    by_key = {f"{cue.kind}:{cue.id}": cue for cue in insertable(measured)}
    sources = [tie for tie in tied if tie.cue.key in by_key] if len(tied) > 1 else []
    signatures = {}
    for tie in progress.track(sources, "Telling causes from side effects", len(sources)):
        step = difference_of(by_key[tie.cue.key], tie)
        rows = images_without(tie, ~images.held_out, generator(settings.seed, "side effects", tie.cue.key))
        if step and len(rows) >= FEWEST:
            sample, steps = images.subset(rows), {tie.cue.id: step}
            quiet = Progress(quiet=True)
            plant = partial(plant_each, sample, measured, steps, jobs=settings.jobs, seed=settings.seed, progress=quiet)
            after = checkpoints.json("side_effects", tie.cue.key, partial(_numbers_of, plant, tie.cue.id))
            signatures[tie.cue.key] = signature(rows, pd.DataFrame(after), tied)
    return attribute(tied, signatures)


def tied_numbers(ties: Sequence[Tie]) -> list[Tie]:
    """The measured cues whose tie is worth an explanation."""
    numbers = [tie for tie in ties if tie.cue.values is not None and not tie.by_chance]
    strong = [tie for tie in numbers if tie.strength >= FLOORS["association"]]
    return [tie for tie in strong if tie.cue.kind != "discovered"]  # those are of no survey
