"""What a finding may show: a closed set of blocks, and the section of the report that it belongs to.

A detector says what it shows by these; the report knows how to draw each of them, and no detector's name.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from biasaudit.results.base import Estimate, ImageId, Ours, Record
from biasaudit.results.sentences import NOTHING, Sentence

# Numbers first: what writes a sentence would write a number as text too.
Cell = Estimate | int | float | Sentence | None
"""What stands in a cell of a table: a figure with its interval, words, a number, or nothing."""


class Note(Record):
    """A paragraph."""

    block: Literal["note"] = "note"
    text: Sentence


class Questions(Record):
    """The four rungs of the finding: each question with its answer, figure and interval."""

    block: Literal["questions"] = "questions"


class Gallery(Record):
    """Pictures, each beside its heatmap where there is one."""

    block: Literal["gallery"] = "gallery"
    title: Sentence
    caption: Sentence = NOTHING
    images: tuple[ImageId, ...]
    paired: bool = False
    """Whether each two belong together, and stand next to each other."""


class Table(Record):
    """A table; its first column names the rows."""

    block: Literal["table"] = "table"
    caption: Sentence
    columns: tuple[Sentence, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @model_validator(mode="after")
    def _one_cell_a_column(self) -> Self:
        if not self.columns or any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("a table has columns, and each row a cell for each of them")
        return self


class Interval(Record):
    """One line of an interval plot."""

    name: Sentence
    estimate: Estimate


class Intervals(Record):
    """Figures with their intervals, drawn on one scale below each other."""

    block: Literal["intervals"] = "intervals"
    caption: Sentence
    rows: tuple[Interval, ...]


class Scatter(Record):
    """One dot an image, coloured by what is known of it."""

    block: Literal["scatter"] = "scatter"
    caption: Sentence
    places: tuple[tuple[float, float], ...]
    """0 to 1 both ways."""
    levels: tuple[Sentence, ...]
    of: tuple[int, ...]
    """Dot by dot the place of its level in `levels`."""

    @model_validator(mode="after")
    def _one_level_a_dot(self) -> Self:
        if len(self.places) != len(self.of) or any(not 0 <= level < len(self.levels) for level in self.of):
            raise ValueError("each dot has a place, and the place of its level among the levels")
        return self


Block = Annotated[Note | Questions | Gallery | Table | Intervals | Scatter, Field(discriminator="block")]


class Section(Record):
    """A section of the report for findings that are told together, apart from the others."""

    id: Ours
    """Letters, digits and hyphens: its address in the report is "#section-<id>"."""
    title: Sentence
    intro: Sentence = NOTHING
    form: Literal["articles", "rows"] = "articles"
    """Each finding with its blocks, or all in one table: title, tie to the label, q, smallest detectable effect. What
    has to be decided has its blocks in either."""
