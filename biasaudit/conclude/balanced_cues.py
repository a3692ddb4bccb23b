"""Which cues a split keeps in their shares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from biasaudit.errors import UsageError
from biasaudit.evidence.named.cue_values import CueValues, coded
from biasaudit.evidence.rare_marks import tells_surely
from biasaudit.evidence.ties import Tie, alike, ties
from biasaudit.images.names import escaped
from biasaudit.images.table import ImageTable
from biasaudit.thresholds import FLOORS

MOST_CUES = 5
"""Cues that are kept in their shares: each further one leaves less choice for those before it."""


def leading(images: ImageTable, cues: tuple[CueValues, ...], wanted: Sequence[str], n_parts: int) -> list[Tie]:
    """The cues to keep in their shares: those that are `wanted` by id, else those that go with a class most.

    Sure marks that few images have come first: it is they that chance puts into one part. Of cues that tell one story
    one is enough. Whether a tie could be chance is not asked: a split is to balance that as well.

    Raises UsageError where one of a name cannot be balanced.
    """
    for name in wanted:
        _check(name, cues)
    if wanted:
        return [tie for name in dict.fromkeys(wanted) for tie in ties(images, cues) if tie.cue.id == name]
    tied = ties(images, tuple(cue for cue in cues if _can_be_dealt(cue, images, n_parts)))
    rare = {tie.cue.key for tie in tied if tie.cue.threshold is not None and _is_rare_and_sure(tie, images)}
    strong = [tie for tie in tied if tie.cue.key in rare or tie.strength >= FLOORS["association"]]
    chosen: list[Tie] = []
    for tie in sorted(strong, key=lambda tie: (tie.cue.key not in rare, -tie.strength)):
        if len(chosen) < MOST_CUES and not any(alike(tie, other) for other in chosen):
            chosen.append(tie)
    return chosen


def _is_rare_and_sure(tie: Tie, images: ImageTable) -> bool:
    return tells_surely(tie.present == (tie.direction > 0), tie.positive, images.group_codes)


def _can_be_dealt(cue: CueValues, images: ImageTable, n_parts: int) -> bool:
    """Whether two values of a column, or more, occur in so many groups that each part can have one: no patient does."""
    if cue.levels is None:
        return True
    names, level = coded(cue.levels)
    pairs = np.unique(level * (int(images.group_codes.max()) + 1) + images.group_codes)
    groups = np.bincount(pairs // (int(images.group_codes.max()) + 1), minlength=len(names))
    return bool((groups >= n_parts).sum() >= 2)


def _check(name: str, cues: Sequence[CueValues]) -> None:
    known = [cue for cue in cues if cue.id == name]
    if not known:
        raise UsageError(
            f"--balance: there is no cue or column {escaped(name, 60)!r}. `biasaudit cues` lists the cues; columns are "
            "those of --metadata."
        )
    if all(cue.untestable for cue in known):
        raise UsageError(f"--balance: {escaped(name, 60)!r} cannot be balanced: {known[0].untestable}. Leave it out.")
