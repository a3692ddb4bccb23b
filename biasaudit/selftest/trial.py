"""One trial: labels are dealt to measured images, one cue is planted or none, and the audit's scan has to say which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from biasaudit.conclude.conclusions import conclusions
from biasaudit.conclude.conclusions.about import About
from biasaudit.conclude.ranking import rank
from biasaudit.cues.cue import Cue
from biasaudit.detectors import association
from biasaudit.detectors.sources import sources
from biasaudit.evidence.measure.planting import insertable
from biasaudit.evidence.measure.survey import Survey
from biasaudit.evidence.named.known_cues import known_cues
from biasaudit.evidence.side_effects import FEWEST, IMAGES, attribute, signature, tied_numbers
from biasaudit.evidence.source_traits import source_traits
from biasaudit.evidence.ties import Tie, ties
from biasaudit.images.table import ImageTable
from biasaudit.results import Finding, say
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings

FLAGGED = ("shortcut", "suspect", "unidentifiable")


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What the scan said of one set."""

    cue: str | None
    """The cue that was planted; None in a clean set."""
    flagged: tuple[str, ...]
    """The cues that were called tied or inseparable, most serious first."""

    inseparable: bool = False
    """Whether the planted cue was called unidentifiable."""
    concluded: tuple[str, ...] = ()
    """The kinds of what was concluded on the whole, gravest first."""
    evidence: tuple[str, ...] = ()
    """Ids of the findings that the first of these stands on, the leading one first."""

    @property
    def found(self) -> bool:
        """Whether the planted cue is among them."""
        return self.cue in self.flagged

    @property
    def first(self) -> bool:
        """Whether it stands before all others."""
        return self.flagged[:1] == (self.cue,)


def scan_values(
    values: pd.DataFrame,
    labels: np.ndarray,
    groups: np.ndarray,
    cues: Sequence[Cue],
    seed: int,
    drawn: Mapping[str, pd.DataFrame],
    untouched: np.ndarray,
    with_sources: bool = False,
) -> tuple[Finding, ...]:
    """What a scan says of images whose cues were measured: association, verdicts and order, reading no file.

    values: one row an image, a column for each cue. labels, groups: (n,). drawn: by cue id, values of the first images
    with that cue put in, from which side effects are told; untouched: int, rows of it that are otherwise as they were.
    with_sources: whether the traits of the files are also asked together, which takes seconds.
    """
    ids = np.array([f"{place:06d}" for place in range(len(values))], dtype=object)
    frame = pd.DataFrame({"id": ids, "label": labels, "split": None, "group": groups})
    images = ImageTable(root=Path(), frame=frame, grouped=len(set(groups)) < len(groups))
    survey = Survey(images=images, values=values.reset_index(drop=True), pixels=None, rows=np.arange(len(values)))
    settings = Settings(seed=seed)
    measured = known_cues(images, survey, cues, settings)
    results = association.function(images, measured, settings)
    tied = ties(images, measured)
    strong = tied_numbers(tied)
    effects = attribute(strong, _signatures(strong, drawn, untouched))
    traits = source_traits(images, measured, settings, Progress(quiet=True)) if with_sources else None
    together = tuple(sources.function(images, traits))
    return rank(measured, tied, results, together, images, None, say("A scan trains no model."), effects)


def _signatures(tied: Sequence[Tie], drawn: Mapping[str, pd.DataFrame], rows: np.ndarray) -> dict[str, np.ndarray]:
    """As `side_effects` makes them, from values measured beforehand, in images that nothing was planted in."""
    if len(tied) < 2 or len(rows) < FEWEST:
        return {}
    return {tie.cue.key: signature(rows, drawn[tie.cue.id].iloc[rows], tied) for tie in tied if tie.cue.id in drawn}


def run_trial(
    clean: pd.DataFrame,
    planted: Mapping[str, pd.DataFrame],
    labels: np.ndarray,
    groups: np.ndarray,
    strength: tuple[float, float],
    cues: Sequence[Cue],
    cue: str | None,
    seed: int,
    drawn: Mapping[str, pd.DataFrame],
    with_sources: bool = False,
) -> Trial:
    """Plant `cue` in a share `strength[0]` of one class, drawn at random, and `strength[1]` of the rest; then scan.

    clean: the values of every cue in each image; planted: by cue id the same with that cue put in, row by row. drawn:
    what the scan may know of each cue's side effects, of other draws than `planted` where the order is judged.
    with_sources: as for `scan_values`.
    """
    rng = np.random.default_rng(seed)
    values, chosen = clean, np.zeros(len(labels), dtype=bool)
    if cue is not None:
        target = labels == rng.choice(np.unique(labels))
        chosen = rng.random(len(labels)) < np.where(target, *strength)
        changed = planted[cue]
        values = clean.assign(**{name: np.where(chosen, changed[name], clean[name]) for name in changed.columns})
    in_pixels = {part.id for part in insertable(cues)}
    known = {name: table for name, table in drawn.items() if name in in_pixels}
    measured = min(map(len, known.values()), default=0)
    untouched = np.flatnonzero(~chosen[:measured])
    some = rng.permutation(untouched)[:IMAGES]
    findings = scan_values(values, labels, groups, cues, seed, known, some, with_sources)
    concluded = conclusions(findings, About(classes=len(np.unique(labels))))
    return Trial(
        cue=cue,
        flagged=tuple(finding.cue for finding in findings if finding.verdict in FLAGGED),
        inseparable=any(finding.cue == cue and finding.verdict == "unidentifiable" for finding in findings),
        concluded=tuple(each.kind for each in concluded),
        evidence=concluded[0].findings if concluded else (),
    )
