"""How often a detector of a mark finds it in these very images: it is drawn into some that lack it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import joblib
import numpy as np

from biasaudit.cues.amounts import as_photo
from biasaudit.cues.cue import Cue
from biasaudit.evidence.measure.planting import FEW
from biasaudit.evidence.named.measured_cues import FAINT
from biasaudit.evidence.ties import Tie
from biasaudit.images.table import ImageTable
from biasaudit.runtime.cluster import in_order
from biasaudit.runtime.processes import share_cores
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings
from biasaudit.stats import generator, members
from biasaudit.stats.corrected_share import corrected_share
from biasaudit.stats.intervals import Interval

IMAGES, FEWEST = 40, 10
"""Images that a mark is drawn into, at most and at least."""
FAINTEST = 0.25
"""Marks are drawn with an opacity from this to 1, each as likely as another: people's are faint as well as strong."""
LEAST_SEEN = 0.5
"""Share of the drawn marks that must be found: from what is mostly missed nothing can be said of how many have it."""
WORTH_IT = 1.5
"""Times as high the odds of the mark are in one class than in the others, from which on it is drawn."""


@dataclass(frozen=True, kw_only=True)
class Sensitivity:
    """What a detector made of its own mark in these images."""

    drawn: int
    """Images that it was drawn into."""
    seen: int
    """Those in which it was found."""
    falsely: float
    """Share of the images that lack it, 0 to 1, in which something else may pass for it at most: so many nearly do."""

    def corrected(self, found: float, n: float) -> Interval:
        """Of `n` independent images, of which the share `found` was seen to have it, the share that has it, and its
        plausible range."""
        return corrected_share(found, n, self.seen, self.drawn, self.falsely)


def sensitivities(
    images: ImageTable, cues: Sequence[Cue], ties: tuple[Tie, ...], settings: Settings, progress: Progress
) -> dict[str, Sensitivity]:
    """Cue key -> how often its own drawing is found here, for the marks that one class has more often than another."""
    by_key = {f"{cue.kind}:{cue.id}": cue for cue in cues if _can_be_counted(cue)}
    wanted = [tie for tie in ties if tie.cue.key in by_key and _differs(tie)]
    found = {}
    for tie in progress.track(wanted, "Drawing marks into images that lack them", len(wanted)):
        cue, values = by_key[tie.cue.key], tie.cue.values
        assert values is not None
        assert cue.threshold is not None
        lacking = np.flatnonzero(values < cue.threshold)  # false of those that are not known
        rng = generator(settings.seed, "sensitivity", tie.cue.key)
        rows = rng.permutation(lacking)[:IMAGES]
        if len(rows) >= FEWEST:
            seeds = rng.integers(2**31, size=len(rows))
            absolute = replace(images.subset(rows), root=images.root.absolute())
            tasks = (joblib.delayed(_is_seen)(absolute, row, cue, int(seeds[row])) for row in range(len(rows)))
            seen = [each for each in in_order(tasks, settings.jobs, few=len(rows) < FEW) if each is not None]
            if len(seen) >= FEWEST and np.mean(seen) >= LEAST_SEEN:
                found[tie.cue.key] = Sensitivity(
                    drawn=len(seen), seen=sum(seen), falsely=falsely_at_most(values, cue.threshold, images.codes)
                )
    return found


def _can_be_counted(cue: Cue) -> bool:
    return cue.kind == "artefact" and cue.insert is not None and cue.threshold is not None and not cue.words


def _differs(tie: Tie) -> bool:
    """Whether one class has the mark often enough more than the others that it matters how many really do."""
    inside, outside = np.clip(tie.shares, 0.002, 0.998)
    return bool(abs(np.log(inside / (1 - inside) * (1 - outside) / outside)) >= np.log(WORTH_IT))


def falsely_at_most(values: np.ndarray, threshold: float, codes: np.ndarray) -> float:
    """Of the images that lack a mark, the share in which something else may pass for it at most, 0 to 1.

    That is the share that comes near it among the images of a class in which it was not found, in the class with
    least: a measure falls off with its strength, so that no more pass than come near, and in a class of which many have
    the mark faint ones come near too. values: float (n,); codes: int (n,), classes.
    """
    shares = []
    for rows in members(codes):
        lacking = values[rows][values[rows] < threshold]
        if len(lacking) >= FEWEST:
            shares.append(float((lacking > FAINT * threshold).mean()))
    return min(shares, default=1.0)


def _is_seen(images: ImageTable, row: int, cue: Cue, seed: int) -> bool | None:
    """Whether the mark is found where it was drawn; None where another package's cue cannot be drawn or measured."""
    share_cores()
    before = images.photo(row).rgb
    rng = np.random.default_rng(seed)
    assert cue.insert is not None
    assert cue.threshold is not None
    try:
        rgb, _ = cue.insert(before, float(rng.uniform(FAINTEST, 1)), rng)
        return bool(cue.measure(as_photo(np.ascontiguousarray(rgb))) >= cue.threshold)
    except Exception:  # it is another package's code, and counts neither as seen nor as missed
        return None
