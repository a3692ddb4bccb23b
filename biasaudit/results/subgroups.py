"""What is said of groups of people, or of any column."""

from __future__ import annotations

from biasaudit.results.base import ColumnName, Estimate, Label, Ours, Record, Value
from biasaudit.results.sentences import NOTHING, Sentence


class Figure(Record):
    """A figure of one group with its 95% interval."""

    value: float
    low: float
    high: float
    n: int
    """Images that it rests on: of a sensitivity those of the class alone."""


class Subgroup(Record):
    """The images with one level of a column, or one of each of two."""

    name: Value
    images: int
    patients: int | None = None
    """Distinct groups (patients, scenes), where a column for them was named."""
    classes: dict[Label, int]
    """Class -> images."""
    share: Figure
    """Of all images."""
    reference: float | None = None
    """Its share in the population that the user gave."""
    figures: dict[Ours, Figure] = {}
    """By name: "share of malignant", "sensitivity of malignant", ...; those that cannot be had are left out."""
    shrunken: float | None = None
    """Its accuracy, drawn toward that of all groups as far as its images are few."""
    few: bool = False
    """Too few images of every class for its figures to be compared."""


class Difference(Record):
    """One figure of a group less that of all other images."""

    group: Value
    called: Ours
    """What fairness calls it where there is none: "equal opportunity"."""
    figure: Ours
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

    column: ColumnName
    """The column's name, or both: "sex and age"."""
    about_people: bool
    crossed: bool = False
    """By two columns at once."""
    cut: Sentence = NOTHING
    """How numbers were cut into bands."""
    limits: Sentence = NOTHING
    """What to know of how the column was made, where it was estimated."""
    groups: tuple[Subgroup, ...]
    nobody: tuple[Value, ...] = ()
    """Levels that no image has, of the column or of the population that the user gave."""
    absent: tuple[Sentence, ...] = ()
    """The same in words, and groups without any image of a class."""
    differences: tuple[Difference, ...] = ()
