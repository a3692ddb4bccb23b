"""One trial: labels are dealt to measured images, one cue is planted or none, and the audit's scan has to say which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from biasaudit.cues.cue import Cue
from biasaudit.detectors import association
from biasaudit.evidence.cue_values import cue_values
from biasaudit.evidence.planting import insertable
from biasaudit.evidence.side_effects import IMAGES, attribute
from biasaudit.evidence.survey import Survey
from biasaudit.evidence.ties import ties
from biasaudit.images.table import ImageTable
from biasaudit.ranking import rank
from biasaudit.results import Finding
from biasaudit.settings import Settings
from biasaudit.thresholds import FLOORS

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
    cues: Sequence[Cue],
    seed: int,
    before: pd.DataFrame,
    planted: Mapping[str, pd.DataFrame],
) -> tuple[Finding, ...]:
    """What a scan says of images whose cues were measured: association, verdicts and order, reading no file.

    values: one row an image, a column for each cue. labels: str (n,). before, planted: values of some images without
    and with each cue, from which side effects are told.
    """
    ids = np.array([f"{place:06d}" for place in range(len(values))], dtype=object)
    frame = pd.DataFrame({"id": ids, "label": labels, "split": None, "group": ids})
    images = ImageTable(root=Path(), frame=frame)
    survey = Survey(images=images, values=values.reset_index(drop=True), pixels=None, rows=np.arange(len(values)))
    settings = Settings(seed=seed)
    measured = cue_values(images, survey, cues, settings)
    results = association.function(images, measured, settings)
    tied = ties(images, measured)
    strong = [tie for tie in tied if tie.cue.values is not None and tie.strength >= FLOORS["association"]]
    effects = attribute(strong, before, planted) if len(strong) > 1 else {}
    return rank(measured, tied, results, (), images, None, "A scan trains no model.", effects)


def run_trial(
    clean: pd.DataFrame,
    planted: Mapping[str, pd.DataFrame],
    labels: np.ndarray,
    strength: tuple[float, float],
    cues: Sequence[Cue],
    cue: str | None,
    seed: int,
) -> Trial:
    """Plant `cue` in a share `strength[0]` of one class, drawn at random, and `strength[1]` of the rest; then scan.

    clean: the values of every cue in each image; planted: by cue id the same with that cue put in, row by row.
    """
    rng = np.random.default_rng(seed)
    values = clean
    if cue is not None:
        target = labels == rng.choice(np.unique(labels))
        chosen = rng.random(len(labels)) < np.where(target, *strength)
        values = clean.copy()
        values.loc[chosen, list(planted[cue].columns)] = planted[cue][chosen].to_numpy()
    some = rng.permutation(len(labels))[:IMAGES]
    in_pixels = {part.id for part in insertable(cues)}
    few = {name: table.iloc[some] for name, table in planted.items() if name in in_pixels}
    findings = scan_values(values, labels, cues, seed, clean.iloc[some], few)
    return Trial(
        cue=cue,
        flagged=tuple(finding.cue for finding in findings if finding.verdict in FLAGGED),
        inseparable=any(finding.cue == cue and finding.verdict == "unidentifiable" for finding in findings),
    )
