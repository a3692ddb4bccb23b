"""What a comparison of two audits says, as `compare --json` writes it."""

from __future__ import annotations

from typing import Literal

from biasaudit.results import AuditVerdict, Estimate, Kind, Record, Review, RungName, Verdict

Status = Literal["new", "worse", "better", "gone", "same", "not comparable"]
STATUSES: tuple[Status, ...] = ("worse", "new", "better", "gone", "same", "not comparable")
"""In the order in which they are told."""
PROBLEMS = ("shortcut", "review", "unidentifiable", "suspect", "gap")
"""Verdicts that are findings, most serious first."""
NAMES: dict[RungName, str] = {"association": "tie to the label", "reliance": "use", "disparity": "accuracy gap"}


class Side(Record):
    """One finding as one of the two audits has it."""

    verdict: Verdict
    label: str | None
    estimate: Estimate | None
    """Of the rung that decides; of use by the model as a share of the distance between the classes."""
    placebo: Estimate | None = None
    """The same of the placebo, where there was one."""
    distance: float | None = None
    """Of use by the model, the log-odds between the average images of the classes: what 1 is worth. It shrinks when a
    model loses what it told the classes by, and the shares of all else then grow."""
    review: Review | None = None


class Change(Record):
    """What became of one finding."""

    id: str
    cue: str
    kind: Kind
    status: Status
    rung: RungName | None
    """The question that decides: use of a shortcut, the accuracy gap of a gap, else the tie; None where none could."""
    old: Side | None
    """None where the older audit has no such finding."""
    new: Side | None
    apart: bool | None
    """Whether neither interval reaches into the other; None where there are not two."""
    sentence: str
    """What is said of it, with both figures, or why it cannot be compared."""


class Concluded(Record):
    """What became of one conclusion."""

    id: str
    status: Literal["new", "gone", "changed", "same"]
    old: str
    """Level and sentence, "" where the older audit has no such conclusion."""
    new: str


class Fact(Record):
    """One thing that two audits have in common, or not."""

    what: str
    same: bool
    text: str


class Comparison(Record):
    """Two audits side by side."""

    schema_version: Literal["1.0"] = "1.0"
    headline: str
    old_verdict: AuditVerdict
    new_verdict: AuditVerdict
    facts: tuple[Fact, ...]
    """Verdict, data, settings, model, version."""
    conclusions: tuple[Concluded, ...] = ()
    """What is wrong with the whole, before and after, in the order of the newer audit."""
    changes: tuple[Change, ...]
    """Every finding of either audit: what got worse first, and within that in the order of the newer audit."""
