"""One trial: labels are dealt to measured images, one cue is planted or none, and the audit's scan has to say which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from biasaudit.cues.cue import Cue
from biasaudit.detectors import association
from biasaudit.evidence.cue_values import cue_values
from biasaudit.evidence.survey import Survey
from biasaudit.evidence.ties import ties
from biasaudit.images.table import ImageTable
from biasaudit.ranking import rank
from biasaudit.results import Finding
from biasaudit.settings import Settings

FLAGGED = ("shortcut", "suspect", "unidentifiable")


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What the scan said of one set."""

    cue: str | None
    """The cue that was planted; None in a clean set."""
    flagged: tuple[str, ...]
    """The cues that were called tied or inseparable, most serious first."""

    @property
    def found(self) -> bool:
        """Whether the planted cue is among them."""
        return self.cue in self.flagged

    @property
    def first(self) -> bool:
        """Whether it stands before all others."""
        return self.flagged[:1] == (self.cue,)


def scan_values(values: pd.DataFrame, labels: np.ndarray, cues: Sequence[Cue], seed: int) -> tuple[Finding, ...]:
    """What a scan says of images whose cues were measured: association, verdicts and order, reading no file.

    values: one row an image, a column for each cue. labels: str (n,).
    """
    ids = np.array([f"{place:06d}" for place in range(len(values))], dtype=object)
    frame = pd.DataFrame({"id": ids, "label": labels, "split": None, "group": ids})
    images = ImageTable(root=Path(), frame=frame)
    survey = Survey(images=images, values=values.reset_index(drop=True), pixels=None, rows=np.arange(len(values)))
    settings = Settings(seed=seed)
    measured = cue_values(images, survey, cues, settings)
    results = association.function(images, measured, settings)
    return rank(measured, ties(images, measured), results, (), images, None, "A scan trains no model.")


def run_trial(
    clean: pd.DataFrame,
    planted: pd.DataFrame | None,
    labels: np.ndarray,
    strength: tuple[float, float],
    cues: Sequence[Cue],
    cue: str | None,
    seed: int,
) -> Trial:
    """Plant `cue` in a share `strength[0]` of one class, drawn at random, and `strength[1]` of the rest; then scan.

    clean, planted: the values of every cue in each image without and with the cue, row by row.
    """
    rng = np.random.default_rng(seed)
    values = clean
    if planted is not None:
        target = labels == rng.choice(np.unique(labels))
        chosen = rng.random(len(labels)) < np.where(target, *strength)
        values = clean.where(~pd.Series(chosen, index=clean.index), planted)
    findings = scan_values(values, labels, cues, seed)
    return Trial(cue=cue, flagged=tuple(finding.cue for finding in findings if finding.verdict in FLAGGED))
