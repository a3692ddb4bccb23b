"""What a plug-in may import: a cue, a detector, evidence of one's own, and the pieces that they are made of.

Everything here keeps its name and its meaning from one release to the next. A package offers its parts under the entry
points `biasaudit.cues`, `biasaudit.detectors` and `biasaudit.evidence`; `biasaudit.audit(..., extra=(...))` takes them
for one audit.
"""

from biasaudit.cues.amounts import move_by, touched
from biasaudit.cues.cue import Cue, cue
from biasaudit.cues.placebos import blurred, opposite_halves, smooth_field
from biasaudit.detectors.detector import Detector, detector
from biasaudit.detectors.rung import RungResult
from biasaudit.errors import Unavailable
from biasaudit.evidence.graph import Evidence, evidence
from biasaudit.evidence.named.cue_values import CueValues
from biasaudit.evidence.predictions import Predictions
from biasaudit.evidence.ties import Tie
from biasaudit.images.photo import Photo
from biasaudit.images.table import ImageTable
from biasaudit.results import (
    NOTHING,
    Check,
    Estimate,
    Finding,
    Gallery,
    Interval,
    Intervals,
    Name,
    Note,
    Questions,
    Rung,
    Scatter,
    Section,
    Sentence,
    Table,
    counted,
    joined,
    listed,
    paragraph,
    say,
)
from biasaudit.settings import Settings
from biasaudit.stats import generator, interval, q_values
from biasaudit.stats.intervals import difference, proportion

__all__ = [
    "NOTHING",
    "Check",
    "Cue",
    "CueValues",
    "Detector",
    "Estimate",
    "Evidence",
    "Finding",
    "Gallery",
    "ImageTable",
    "Interval",
    "Intervals",
    "Name",
    "Note",
    "Photo",
    "Predictions",
    "Questions",
    "Rung",
    "RungResult",
    "Scatter",
    "Section",
    "Sentence",
    "Settings",
    "Table",
    "Tie",
    "Unavailable",
    "blurred",
    "counted",
    "cue",
    "detector",
    "difference",
    "evidence",
    "generator",
    "interval",
    "joined",
    "listed",
    "move_by",
    "opposite_halves",
    "paragraph",
    "proportion",
    "q_values",
    "say",
    "smooth_field",
    "touched",
]
