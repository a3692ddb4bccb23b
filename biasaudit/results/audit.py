"""The whole of `audit.json`: what was audited, how, and what was found."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from biasaudit.results.base import (
    SCHEMA_VERSION,
    AuditVerdict,
    Decision,
    Estimate,
    ImageId,
    Label,
    ModelName,
    Ours,
    Person,
    Record,
    SplitName,
)
from biasaudit.results.conclusion import Conclusion
from biasaudit.results.finding import Check, Finding
from biasaudit.results.maps import Attribution, EmbeddingMap
from biasaudit.results.selftest import SelfTest
from biasaudit.results.sentences import Sentence
from biasaudit.results.subgroups import Breakdown
from biasaudit.results.untied import Untied


class Excluded(Record):
    """A file that was left out."""

    path: ImageId
    reason: Sentence
    label: Label | None = None


class Dataset(Record):
    """What was audited."""

    name: Person
    n: int
    classes: dict[Label, int]
    splits: dict[SplitName, int] = {}
    groups: int | None = None
    """Number of distinct groups (patients, scenes), where a group column was named."""
    excluded: tuple[Excluded, ...] = ()
    notes: dict[Ours, int] = {}
    """Things seen while reading and how often: "animated: first frame used": 3."""
    warnings: tuple[Sentence, ...] = ()
    read_as: tuple[Sentence, ...] = ()
    """How files, labels, splits, groups and columns were told apart, a line each."""
    sizes: dict[Ours, int] = {}
    """Width x height -> images, the ten commonest."""
    formats: dict[Ours, int] = {}
    field: Ours = "photo"
    """What the pictures are of: `skin`, `radiology`, `microscopy`, or `photo` for all else."""
    fingerprint: Ours
    """sha256 over the sorted ids, labels and content hashes."""


class Model(Record):
    """The network that was audited and how well it had learnt."""

    backbone: ModelName
    training: Sentence
    """In words: "frozen features, logistic head" or "whole network, 23 epochs"."""
    folds: int
    """0 of a model that the audit was given, and did not train."""
    auc: Estimate
    """Out-of-fold AUC (macro over classes); of a given model that of its own answers."""
    balanced_accuracy: float
    learnt: bool
    """False where the AUC's interval covers 0.5: rungs two to four are then untested."""
    curves: tuple[dict[Ours, int | tuple[float, ...]], ...] = ()
    """One a fold: {"fold": 0, "loss": [...], "validation_loss": [...]}; empty for a closed-form head."""
    own: bool = False
    """Whether it is, or stands on, a network from the user's file or object."""


class Review(Record):
    """What a person decided about one finding."""

    finding: Ours = Field(min_length=1, max_length=300)
    """Its id."""
    decision: Decision
    comment: Person = Field(default="", max_length=4000)
    name: Person = Field(default="", max_length=200)
    """Who decided."""
    date: Person = Field(default="", max_length=40)
    data: Person = Field(default="", max_length=64)
    """Fingerprint of the data that were judged; "" where the review does not say."""


class Audit(Record):
    """The whole of `audit.json`."""

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    verdict: AuditVerdict
    headline: Sentence
    """The verdict in one plain sentence."""
    dataset: Dataset
    model: Model | None
    settings: dict[str, Any]
    environment: dict[Ours, Ours]
    checks: tuple[Check, ...]
    conclusions: tuple[Conclusion, ...] = ()
    """What is wrong with the whole, most important first."""
    untied: Untied | None = None
    """How good the model is where none of the leading causes helps it."""
    findings: tuple[Finding, ...]
    attribution: Attribution | None = None
    """None where there was no model to explain."""
    representation: EmbeddingMap | None = None
    """None where no model learnt, or it shows no features."""
    subgroups: tuple[Breakdown, ...] = ()
    """Who is in the data and, where a model was audited, for whom it fails."""
    selftest: SelfTest | None = None
    """What the audit finds when cues are planted in these images; None where it was not asked for."""
    reviews: tuple[Review, ...] = ()
    """What people decided about findings, at most one of each; those of findings that are not here are kept."""
    run: dict[str, Any]
    """When, how long, by which command: the only part that differs between two runs with one seed."""
