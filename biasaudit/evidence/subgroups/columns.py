"""The columns by which images are grouped: metadata as levels that a person would choose, and a missing value as one.

Which of them are about people is what the user declares, or what the column's name says.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from biasaudit.cues.skin_tone import CATEGORIES, LIMITS, category, skin_tone
from biasaudit.evidence.measure.survey import Survey
from biasaudit.evidence.named.cue_values import MISSING
from biasaudit.images.splits import split_column
from biasaudit.images.table import ImageTable
from biasaudit.images.values import LEAST_PER_LEVEL, read_values
from biasaudit.images.values.missing import AMONG_NUMBERS, spelled
from biasaudit.images.values.spans import number_of, span_of
from biasaudit.images.values.spellings import matched
from biasaudit.results import NOTHING, Name, Sentence, joined, say
from biasaudit.settings import Settings

ABOUT_PEOPLE = (
    *("sex", "gender", "age", "race", "ethnicity", "ethnic", "nationality", "country", "region", "population"),
    *("skin", "skintone", "fitzpatrick", "phototype", "religion", "disability", "income", "language"),
    *("group", "subgroup", "demographic", "demographics"),
)
"""Words in a column's name that say it is about people."""
MOST_LEVELS = 20
"""A column of words with more values is a list, not a grouping."""
WANTED = 4
"""Bands that the middle nine tenths of the numbers are cut into, about."""
END = 0.05
"""Share of the numbers that an open end holds at least: a band is not to be rare because of where we cut."""
STEPS = (1, 2, 2.5, 5, 10)
"""Bands are this wide, times a power of ten: "40 to under 60", and not "37 to under 58"."""


@dataclass(frozen=True, kw_only=True, eq=False)
class GroupColumn:
    """One way to group the images."""

    name: str
    levels: tuple[str, ...]
    """In order of size for bands, of the alphabet for words; "(missing)" last."""
    codes: np.ndarray
    """int (n,): place of each image's level in `levels`."""
    about_people: bool
    crossed: tuple[str, ...] = ()
    """Of an intersection the two columns."""
    edges: tuple[float, ...] = ()
    """Where numbers were cut into bands; empty for words."""

    limits: Sentence = NOTHING
    """What must be said wherever it is shown."""

    @property
    def cut(self) -> Sentence:
        """How numbers were cut; nothing is said of words."""
        edges = joined(say("{edge:g}", edge=edge) for edge in self.edges)
        return say("Cut at {edges}.", edges=edges) if self.edges else NOTHING

    def sides(self, level: str) -> tuple[np.ndarray, np.ndarray]:
        """bool (n,) twice: the images of a level, and those that it is held against.

        Those are all others whose value is known: what is missing would hide how two groups differ.
        """
        inside = self.codes == self.levels.index(level)
        missing = np.array([MISSING in name.split(", ") for name in self.levels])[self.codes]
        return inside, ~inside & (~missing if (inside & ~missing).any() and (~inside & ~missing).any() else True)

    def against(self, level: str) -> Sentence:
        """What those that a level is held against are called: its name, quoted, where they are all of one level."""
        others = {self.levels[code] for code in np.unique(self.codes[self.sides(level)[1]])}
        return say("“{value}”", value=Name("value", others.pop())) if len(others) == 1 else say("all others")

    def level_of(self, text: str) -> str:
        """The level that a value or a band in another table means; where it means none, the text itself."""
        word = text.strip()
        if word in ("", MISSING):
            return MISSING
        if word in self.levels:
            return word
        if not self.edges:
            return matched(word, self.levels) or word
        if np.isfinite(number := number_of(word)):
            return names_of(self.edges)[int(np.searchsorted(self.edges, number, side="right"))]
        return self._band_around(word) or (MISSING if spelled([word], AMONG_NUMBERS)[0] else word)

    def _band_around(self, text: str) -> str | None:
        """The band that another one lies in; None where it reaches over an edge, or is no band."""
        names = names_of(self.edges)
        if text in names or (reach := span_of(text)) is None:
            return text if text in names else None
        place = int(np.searchsorted(self.edges, reach[0], side="right"))
        return names[place] if reach[1] <= (*self.edges, float("inf"))[place] else None


def columns_of_table(images: ImageTable, settings: Settings) -> list[GroupColumn]:
    """Every metadata column that groups the images; ids and constants are left out."""
    names = [
        name
        for name in images.metadata_columns
        if name not in (split_column(settings.split, images.metadata_columns), settings.group_by, *settings.without)
    ]
    found = (group_column(name, images.frame[f"meta_{name}"].to_numpy(dtype=object), settings) for name in names)
    return [column for column in found if column is not None]


def group_columns(images: ImageTable, survey: Survey, settings: Settings) -> tuple[GroupColumn, ...]:
    """The columns that group the images, and tones of skin where they are asked for; those about people first."""
    found = columns_of_table(images, settings)
    if settings.skin_tone:
        found = [tone for tone in [_tones(survey.values[skin_tone.id].to_numpy(dtype=float))] if tone] + found
    return tuple(sorted(found, key=lambda column: not column.about_people))


def _tones(angles: np.ndarray) -> GroupColumn | None:
    """The categories of skin tone; angles: float (n,), NaN where no skin was seen."""
    tones = np.array([category(angle) or MISSING for angle in angles], dtype=object)
    order = [name for name in (*(name for _, name in CATEGORIES), "very light", MISSING) if (tones == name).any()]
    if len(order) < 2:
        return None
    codes = np.array([order.index(tone) for tone in tones])
    return GroupColumn(name=skin_tone.id, levels=tuple(order), codes=codes, about_people=True, limits=LIMITS)


def group_column(name: str, text: np.ndarray, settings: Settings) -> GroupColumn | None:
    """One column; text: (n,), each a str, or NaN or None where it is missing. None where it groups nothing.

    Numbers with many values are cut at round ones; dates and times are no groups of people.
    """
    values = read_values(text, settings.missing)
    levels = np.where(values.missing, MISSING, values.levels).astype(object)
    number = np.isfinite(values.numbers)
    edges: tuple[float, ...] = ()
    bands: list[str] = []
    if values.kind == "number" and values.measured:
        edges = edges_of(values.numbers[number])
        bands = names_of(edges)
        levels[number] = np.array(bands, dtype=object)[np.searchsorted(edges, values.numbers[number], side="right")]
    size = dict(zip(levels[number], values.numbers[number], strict=True))
    words = sorted(set(levels[~values.missing]) - set(bands), key=lambda level: (size.get(level, np.inf), level))
    order = [level for level in bands if (levels == level).any()] + words + [MISSING] * bool(values.missing.any())
    if not 1 < len(order) <= MOST_LEVELS or len(text) < LEAST_PER_LEVEL * len(order):
        return None
    place = {level: number for number, level in enumerate(order)}
    return GroupColumn(
        name=name,
        levels=tuple(order),
        codes=np.array([place[level] for level in levels]),
        about_people=settings.role(name) == "sensitive" or says_people(name),
        edges=edges,
    )


def says_people(name: str) -> bool:
    """Whether a column's name has a word about people in it: "age_approx", "patientSex"."""
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)
    return any(word.lower() in ABOUT_PEOPLE for word in words)


def edges_of(numbers: np.ndarray) -> tuple[float, ...]:
    """Round numbers at which to cut these, float (n,), into about four bands of one width and two open ends."""
    low, high = np.quantile(numbers, [0.05, 0.95])
    raw = max((high - low) / WANTED, 1e-12)
    power = 10.0 ** np.floor(np.log10(raw))
    step = power * min(step for step in STEPS if step * power >= raw * 0.999)
    first, last = np.quantile(numbers, [END, 1 - END])
    edges = np.arange(np.floor(first / step) + 1, np.ceil(last / step)) * step
    return tuple(map(float, edges))


def names_of(edges: tuple[float, ...]) -> list[str]:
    """What the bands between these edges are called, from the lowest to the highest."""
    if not edges:
        return ["all"]
    inner = [f"{first:g} to under {second:g}" for first, second in pairwise(edges)]
    return [f"under {edges[0]:g}", *inner, f"{edges[-1]:g} and over"]


def crossed(one: GroupColumn, other: GroupColumn) -> GroupColumn:
    """The intersection of two columns: a level for every pair that could occur, in order."""
    levels = tuple(f"{first}, {second}" for first in one.levels for second in other.levels)
    return GroupColumn(
        name=f"{one.name} and {other.name}",
        levels=levels,
        codes=one.codes * len(other.levels) + other.codes,
        about_people=True,
        crossed=(one.name, other.name),
        limits=one.limits or other.limits,
    )


def slug(column: str) -> str:
    """A column's name as a part of a finding's id: readable, safe in a link, and unlike any other column's."""
    plain = re.sub(r"[^a-z0-9_]+", "-", column.lower()).strip("-")[:60]
    return plain if plain == column else f"{plain}-{hashlib.sha256(column.encode()).hexdigest()[:6]}".lstrip("-")
