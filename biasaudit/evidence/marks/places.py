"""Where marks are in the pictures that show them, found when somebody asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from biasaudit.cues.cue import Cue
from biasaudit.evidence.marks.box import box_of
from biasaudit.images.table import ImageTable
from biasaudit.results import Region


@dataclass(frozen=True, kw_only=True, eq=False)
class MarkPlaces:
    """The boxes of marks, each worked out once it is asked for: that takes some thirty measurements a picture."""

    images: ImageTable
    cues: dict[str, Cue]
    """By cue key, those that are marks."""

    def box(self, key: str, row: int) -> Region | None:
        """Where the mark of this cue is in the image at `row`: shares of its sides; None where it is in no one place,
        or its cue cannot say. Raises DataError where the image has changed since it was measured."""
        cue = self.cues.get(key)
        if cue is None:
            return None
        rgb = self.images.photo(row).rgb
        try:
            return box_of(cue, rgb)
        except Exception:  # another package's cue may fail on a picture that is blurred here and there
            return None


def mark_places(images: ImageTable, cues: Sequence[Cue]) -> MarkPlaces:
    """Where the marks are that artefact cues see."""
    return MarkPlaces(
        images=images, cues={f"{cue.kind}:{cue.id}": cue for cue in cues if cue.kind == "artefact" and not cue.words}
    )
