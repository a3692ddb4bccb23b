"""What a finding on a mark says besides: where it is in the pictures, and how many really bear it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from biasaudit.conclude import wording
from biasaudit.evidence.marks.places import MarkPlaces
from biasaudit.evidence.marks.sensitivity import Sensitivity
from biasaudit.evidence.ties import Tie
from biasaudit.images.table import ImageTable
from biasaudit.report.pictures import MOST_PICTURES
from biasaudit.results import Finding, MarkShare, Region
from biasaudit.stats.intervals import effective_n


@dataclass(frozen=True, kw_only=True)
class Marks:
    """Adds to a finding on a mark what was measured of it in these images."""

    images: ImageTable
    places: MarkPlaces | None
    sensitivities: Mapping[str, Sensitivity]
    """By cue key."""

    def __call__(self, finding: Finding, tie: Tie) -> Finding:
        """The finding with the shares corrected, and with boxes in the pictures that are shown of it."""
        if finding.kind != "artefact" or finding.verdict in ("clear", "untested"):
            return finding
        changes: dict[str, object] = {"regions": self._regions(finding, tie)}
        sensitivity = self.sensitivities.get(tie.cue.key)
        if sensitivity is not None:
            shares = _shares(tie, sensitivity, self.images.group_codes)
            changes |= {"shares": shares, "how_many": wording.how_many(shares, sensitivity)}
        return finding.model_copy(update=changes)

    def _regions(self, finding: Finding, tie: Tie) -> dict[str, Region]:
        """By image the box of its mark, of those that the report shows and that have one."""
        if self.places is None:
            return {}
        shown = (*finding.examples[:MOST_PICTURES], *finding.counterexamples[:MOST_PICTURES])
        has = tie.present == (tie.direction > 0)
        rows = {image: row for image, row in self.images.rows_of(shown).items() if has[row]}
        found = {image: self.places.box(tie.cue.key, row) for image, row in rows.items()}
        return {image: box for image, box in found.items() if box is not None}


def _shares(tie: Tie, sensitivity: Sensitivity, groups: np.ndarray) -> tuple[MarkShare, ...]:
    """Of the class that the mark is tied to, then of all others, of the images learnt from; groups: int (n,).

    None where something is held fixed: the share that was found is an average over it then, and not of images.
    """
    if tie.strata.names:
        return ()
    shares, has = [], (tie.present == (tie.direction > 0)).astype(float)
    for label, found, of in zip((tie.label, None), tie.shares, (tie.positive, ~tie.positive), strict=True):
        rows = tie.known & tie.strata.counted & of
        if not rows.any():
            return ()
        # `shares` speak of the cue's side of the class: of a mark that it lacks, those without it.
        with_it = found if tie.direction > 0 else 1 - found
        corrected = sensitivity.corrected(with_it, effective_n(has[rows], groups[rows]))
        shares.append(
            MarkShare(
                label=label,
                n=int(rows.sum()),
                found=with_it,
                corrected=corrected.value,
                low=corrected.low,
                high=corrected.high,
            )
        )
    return tuple(shares)
