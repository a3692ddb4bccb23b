"""What is said of where the model looks, and of what it holds to be alike."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from biasaudit.results.base import ColouredBy, CueName, Estimate, Kind, Label, Ours, Record
from biasaudit.results.sentences import Sentence


class MapCheck(Record):
    """Whether the maps of one method may be shown."""

    method: Ours
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

    label: Label
    images: int
    border: RegionShare
    """In the outermost tenth along each edge: 36% of the area."""
    middle: RegionShare
    """In the middle 60% of each side: 36% of the area."""


class CueMap(Record):
    """Whether the evidence for a class moves to where an artefact was put in."""

    cue: CueName
    kind: Kind
    label: Label
    before: float
    """Share of the evidence in that place before, mean over images."""
    placebo: float
    """The same with the cue's placebo."""
    inserted: Estimate
    """The same with the cue, less that with the placebo."""


class Attribution(Record):
    """Where in the pictures the model's evidence lies: supporting evidence, and no part of a verdict."""

    method: Ours | None
    """What drew the heatmaps; None where no method passed its checks, and none is shown."""
    checks: tuple[MapCheck, ...]
    """In the order in which they were tried."""
    classes: tuple[ClassMap, ...] = ()
    cues: tuple[CueMap, ...] = ()


class Colouring(Record):
    """The images of a map by one thing that is known of them."""

    by: CueName
    """"class", a cue's id or a column's name."""
    kind: ColouredBy
    levels: tuple[Sentence, ...]
    """Classes, values of the column, or the two sides of the cue in words."""
    of: tuple[int, ...]
    """Image by image the place of its level in `levels`."""
    neighbours: Estimate
    """How often the nearest images, in the features themselves and of other patients, are of the same level."""


class EmbeddingMap(Record):
    """What lies near what in the features that the model decides by: an illustration, and no part of a verdict."""

    images: int
    """Those shown, drawn at random."""
    places: tuple[tuple[float, float], ...]
    """One an image, 0 to 1 both ways; only nearness means something."""
    colourings: tuple[Colouring, ...]

    @model_validator(mode="after")
    def _one_level_a_dot(self) -> Self:
        for each in self.colourings:
            if len(each.of) != len(self.places) or any(not 0 <= level < len(each.levels) for level in each.of):
                raise ValueError("each dot has a place, and in each colouring the place of its level among the levels")
        return self
