"""The records of an audit, as they stand in `audit.json`; frozen, strict, and all that a report may read."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

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


class Rung(Record):
    """One of the four questions asked of a cue, with its answer."""

    state: State
    estimate: Estimate | None = None
    p_value: float | None = None
    q_value: float | None = None
    """p after Benjamini-Hochberg over every test of this rung in this audit."""
    why: str
    """One sentence: what was seen, or why it was not tested."""
    placebo: Estimate | None = None
    """Reliance by intervention only: the same figure for the placebo, on the same images."""
    method: str = ""
    """How it was tested: "intervention", "observation", "permutation", ..."""
    smallest_detectable: float | None = None
    """The smallest effect, in the estimate's unit, that this data would have shown with 80% power."""


class Finding(Record):
    """What the audit says of one cue (or one leak, one subgroup)."""

    id: str
    """Stable across reruns: "artefact-ruler"."""
    detector: str
    cue: str
    kind: Kind
    title: str
    """One plain sentence."""
    verdict: Verdict
    label: str | None
    """The class that the cue gives away."""
    rungs: dict[RungName, Rung]
    examples: tuple[str, ...] = ()
    """Image ids that show the cue with the label, strongest first; at most 20."""
    counterexamples: tuple[str, ...] = ()
    """Image ids where cue and label disagree, those that misled the model most first; at most 20."""
    recommendation: str
    regions: dict[str, tuple[float, float, float, float]] = {}
    """Of a discovered pattern, by image id the place that shows it: left, upper, right, lower edge, as shares of the
    picture's sides."""
    question: str = ""
    explanation: str = ""
    """What else could explain it."""
    story: tuple[str, ...] = ()
    """Ids of the other findings that tell the same story (ruler and the metadata column ruler)."""
    leads: bool = True
    """False where another finding of the same story stands before it."""


class Check(Record):
    """What was looked for, whether or not anything was found."""

    detector: str
    status: Literal["ran", "skipped", "failed"]
    reason: str = ""
    tests: int = 0
    smallest_detectable: str = ""
    """In words, with its unit."""


class Excluded(Record):
    """A file that was left out."""

    path: str
    reason: str
    label: str | None = None


class Dataset(Record):
    """What was audited."""

    name: str
    n: int
    classes: dict[str, int]
    splits: dict[str, int] = {}
    groups: int | None = None
    """Number of distinct groups (patients, scenes), where a group column was named."""
    excluded: tuple[Excluded, ...] = ()
    notes: dict[str, int] = {}
    """Things seen while reading and how often: "animated: first frame used": 3."""
    warnings: tuple[str, ...] = ()
    sizes: dict[str, int] = {}
    """Width x height -> images, the ten commonest."""
    formats: dict[str, int] = {}
    fingerprint: str
    """sha256 over the sorted ids, labels and content hashes."""


class Model(Record):
    """The network that was audited and how well it had learnt."""

    backbone: str
    training: str
    """In words: "frozen features, logistic head" or "whole network, 23 epochs"."""
    folds: int
    """0 of a model that the audit was given, and did not train."""
    auc: Estimate
    """Out-of-fold AUC (macro over classes); of a given model that of its own answers."""
    balanced_accuracy: float
    learnt: bool
    """False where the AUC's interval covers 0.5: rungs two to four are then untested."""
    curves: tuple[dict[str, Any], ...] = ()
    """One a fold: {"fold": 0, "loss": [...], "validation_loss": [...]}; empty for a closed-form head."""


class PlantedCue(Record):
    """How often a scan named a cue that was planted at one strength."""

    cue: str
    in_class: float
    """Share of the images of one class that got it."""
    in_others: float
    sets: int
    found: int
    """Sets in which it was flagged."""
    first: int
    """Sets in which it stood before every other cue."""


class SelfTest(Record):
    """What a scan makes of cues planted in the user's own images, with labels dealt anew."""

    images: int
    classes: int
    clean_sets: int
    false_alarms: int
    """Clean sets in which anything at all was flagged."""
    false_alarm_low: float
    false_alarm_high: float
    """95% Clopper-Pearson interval of their share."""
    blamed: dict[str, int] = {}
    """Cue -> clean sets in which it was flagged."""
    planted: tuple[PlantedCue, ...]
    not_planted: dict[str, str] = {}
    """Cue -> why it could not be planted."""


class MapCheck(Record):
    """Whether the maps of one method may be shown."""

    method: str
    correlation: float | None = None
    """Rank correlation of its maps with those after all the model's weights were shuffled, median over images; None
    where no weights are to be had."""
    depends: bool | None = None
    """Whether they are different maps after that: a map that stays shows the picture and not the model."""
    faithfulness: Estimate
    """How much sooner the answer follows the map's order than a random one, when parts of a picture go and come."""
    passed: bool


class RegionShare(Record):
    """Of the evidence for a class, the share in one region of the picture, mean over images."""

    value: float
    low: float
    high: float
    """95% interval over images."""
    chance: tuple[float, float] | None = None
    """Where 95% of the heads lie that learnt shuffled labels on the same features; None where there are none."""


class ClassMap(Record):
    """Where the evidence for one class lies in its own images."""

    label: str
    images: int
    border: RegionShare
    """In the outermost tenth along each edge: 36% of the area."""
    middle: RegionShare
    """In the middle 60% of each side: 36% of the area."""


class CueMap(Record):
    """Whether the evidence for a class moves to where an artefact was put in."""

    cue: str
    kind: Kind
    label: str
    before: float
    """Share of the evidence in that place before, mean over images."""
    placebo: float
    """The same with the cue's placebo."""
    inserted: Estimate
    """The same with the cue, less that with the placebo."""


class Attribution(Record):
    """Where in the pictures the model's evidence lies: supporting evidence, and no part of a verdict."""

    method: str | None
    """What drew the heatmaps; None where no method passed its checks, and none is shown."""
    checks: tuple[MapCheck, ...]
    """In the order in which they were tried."""
    classes: tuple[ClassMap, ...] = ()
    cues: tuple[CueMap, ...] = ()


class Colouring(Record):
    """The images of a map by one thing that is known of them."""

    by: str
    """"class", a cue's id or a column's name."""
    kind: ColouredBy
    levels: tuple[str, ...]
    """Of a cue its two sides in words."""
    of: tuple[int, ...]
    """Image by image the place of its level in `levels`."""
    neighbours: Estimate
    """How often the nearest images, in the features themselves and of other patients, are of the same level."""


class RepresentationMap(Record):
    """What lies near what in the features that the model decides by: an illustration, and no part of a verdict."""

    images: int
    """Those shown, drawn at random."""
    places: tuple[tuple[float, float], ...]
    """One an image, 0 to 1 both ways; only nearness means something."""
    colourings: tuple[Colouring, ...]


class Figure(Record):
    """A figure of one group with its 95% interval."""

    value: float
    low: float
    high: float
    n: int
    """Images that it rests on: of a sensitivity those of the class alone."""


class Subgroup(Record):
    """The images with one level of a column, or one of each of two."""

    name: str
    images: int
    patients: int | None = None
    """Distinct groups (patients, scenes), where a column for them was named."""
    classes: dict[str, int]
    """Class -> images."""
    share: Figure
    """Of all images."""
    reference: float | None = None
    """Its share in the population that the user gave."""
    figures: dict[str, Figure] = {}
    """By name: "share of malignant", "sensitivity of malignant", ...; those that cannot be had are left out."""
    shrunken: float | None = None
    """Its accuracy, drawn toward that of all groups as far as its images are few."""
    few: bool = False
    """Too few images of every class for its figures to be compared."""


class Difference(Record):
    """One figure of a group less that of all other images."""

    group: str
    called: str
    """What fairness calls it where there is none: "equal opportunity"."""
    figure: str
    value: Figure
    rest: Figure
    difference: Estimate
    ratio: Figure | None = None
    """The group's over the others'; None where theirs is, or may be, 0."""
    adjusted: Estimate | None = None
    """The difference within the values of the declared nuisance columns (Mantel-Haenszel)."""
    p_value: float
    q_value: float | None = None
    """After Benjamini-Hochberg over all such differences of this audit."""


class Breakdown(Record):
    """The images by one column, or by two at once."""

    column: str
    """The column's name, or both: "sex and age"."""
    about_people: bool
    crossed: bool = False
    """By two columns at once."""
    cut: str = ""
    """How numbers were cut into bands."""
    limits: str = ""
    """What to know of how the column was made, where it was estimated."""
    groups: tuple[Subgroup, ...]
    absent: tuple[str, ...] = ()
    """Groups without any image of a class, or without any image."""
    differences: tuple[Difference, ...] = ()


class Review(Record):
    """What a person decided about one finding."""

    finding: str = Field(min_length=1, max_length=300)
    """Its id."""
    decision: Decision
    comment: str = Field(default="", max_length=4000)
    name: str = Field(default="", max_length=200)
    """Who decided."""
    date: str = Field(default="", max_length=40)
    data: str = Field(default="", max_length=64)
    """Fingerprint of the data that were judged; "" where the review does not say."""


class Audit(Record):
    """The whole of `audit.json`."""

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    verdict: AuditVerdict
    headline: str
    """The verdict in one plain sentence."""
    dataset: Dataset
    model: Model | None
    settings: dict[str, Any]
    environment: dict[str, str]
    checks: tuple[Check, ...]
    findings: tuple[Finding, ...]
    attribution: Attribution | None = None
    """None where there was no model to explain."""
    representation: RepresentationMap | None = None
    """None where no model learnt, or it shows no features."""
    subgroups: tuple[Breakdown, ...] = ()
    """Who is in the data and, where a model was audited, for whom it fails."""
    selftest: SelfTest | None = None
    """What the audit finds when cues are planted in these images; None where it was not asked for."""
    reviews: tuple[Review, ...] = ()
    """What people decided about findings, at most one of each; those of findings that are not here are kept."""
    run: dict[str, Any]
    """When, how long, by which command: the only part that differs between two runs with one seed."""
