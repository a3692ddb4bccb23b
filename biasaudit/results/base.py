"""What every record of an audit is made of: the words that it may hold, and a figure with its interval."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

SCHEMA_VERSION: Literal["1.0"] = "1.0"

Kind = Literal[
    "property", "artefact", "file", "metadata", "discovered", "view", "subgroup", "leakage", "representation"
]
Verdict = Literal["shortcut", "review", "suspect", "gap", "unidentifiable", "clear", "untested"]
AuditVerdict = Literal["shortcut", "review", "suspect", "gap", "none_detected", "inconclusive"]
RungName = Literal["association", "encoding", "reliance", "disparity"]
Decision = Literal["accept", "dispute", "needs data", "subject", "not the subject"]
"""The last two are about discovered patterns: whether one is the thing that the label names."""
ColouredBy = Literal["label", "cue", "subgroup"]
State = Literal["yes", "no", "untested"]
RUNGS: tuple[RungName, ...] = ("association", "encoding", "reliance", "disparity")


class Record(BaseModel):
    """Immutable, no unknown fields, no NaN or infinity in JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Estimate(Record):
    """A figure with its 95% interval, on a scale from `null` (no bias) to `limit` (the worst case)."""

    measure: str
    """What it is, in words: "AUC, malignant against the rest"."""
    value: float
    low: float
    high: float
    null: float
    """The value that means no bias."""
    limit: float
    """The value that means the worst case."""
    n: int
    """Images that it rests on."""

    @property
    def strength(self) -> float:
        """0 to 1: (bound nearest null - null) / (limit - null); 0 where the interval covers null."""
        if self.low <= self.null <= self.high or self.limit == self.null:
            return 0.0
        nearest = self.low if self.low > self.null else self.high
        return min(1.0, max(0.0, (nearest - self.null) / (self.limit - self.null)))
