"""Units behind numbers: one for a whole column, or several that measure one thing, which are converted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from biasaudit.results import NOTHING, Name, Sentence, joined, say

YEAR, WEEK, DAY = 1.0, 7 / 365.25, 1 / 365.25


def _each(factor: float, *units: str) -> dict[str, float]:
    return dict.fromkeys(units, factor)


@dataclass(frozen=True)
class Family:
    """Units that measure one thing."""

    base: Sentence
    """What all are converted to."""
    factors: Mapping[str, float]
    """By unit in small letters: how much of the base it is."""
    named: Mapping[float, Sentence]
    """By factor, what the unit is called where it stands alone."""


YEARS, MONTHS, WEEKS, DAYS = say("years"), say("months"), say("weeks"), say("days")
TIME = Family(
    YEARS,
    {
        **_each(
            YEAR, "y", "yr", "yrs", "year", "years", "yo", "y.o.", "j", "jahr", "jahre", "an", "ans", "año", "años"
        ),
        **_each(YEAR / 12, "m", "mo", "mos", "mon", "mth", "mths", "month", "months", "monat", "monate", "mois", "mes"),
        **_each(YEAR / 12, "meses"),
        **_each(WEEK, "w", "wk", "wks", "week", "weeks", "woche", "wochen", "semaine", "semaines", "semana", "semanas"),
        **_each(DAY, "d", "day", "days", "tag", "tage", "jour", "jours", "día", "días"),
    },
    {YEAR: YEARS, YEAR / 12: MONTHS, WEEK: WEEKS, DAY: DAYS},
)
"""Ages, as DICOM writes them (058Y, 011M, 003W, 010D) and as people do."""
FAMILIES = (
    TIME,
    Family(say("mm"), {"nm": 1e-6, "µm": 1e-3, "μm": 1e-3, "um": 1e-3, "mm": 1, "cm": 10, "m": 1e3, "km": 1e6}, {}),
    Family(say("g"), {"µg": 1e-6, "μg": 1e-6, "ug": 1e-6, "mg": 1e-3, "g": 1, "kg": 1e3, "t": 1e6}, {}),
    Family(say("seconds"), {"ms": 1e-3, "s": 1, "sec": 1, "secs": 1, "min": 60, "mins": 60, "h": 3600, "hr": 3600}, {}),
    Family(say("bytes"), {"b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "kib": 2**10, "mib": 2**20, "gib": 2**30}, {}),
)
KNOWN = frozenset(("%", *(unit for family in FAMILIES for unit in family.factors)))
"""Behind one of these leading zeros are padding (058Y); behind other letters they make a code."""
OF_AGE = (" old", " of age")


def plain_unit(unit: str) -> str:
    """A unit as it stands in the table: small letters, no full stop, no "old"."""
    small = unit.casefold()
    for end in OF_AGE:
        small = small.removesuffix(end)
    return small if small in KNOWN else small.removesuffix(".")


@dataclass(frozen=True, kw_only=True, eq=False)
class Agreed:
    """What the units of a column come to."""

    factors: np.ndarray
    """float (m,): what to multiply each number by; NaN where its unit measures something else."""
    told: Sentence
    """The numbers with their unit: "number in years"."""
    known: bool = True
    """Whether the unit is one that has a name here; there may be none."""
    notes: tuple[Sentence, ...] = ()


def agreed(units: Sequence[str], counts: np.ndarray) -> Agreed:
    """One unit for all numbers of a column, or those of the family that most of its images are in.

    units: of each of m words, "" where it has none. counts: int (m,), images of each word.
    """
    plain = np.array([plain_unit(unit) for unit in units], dtype=object)
    images: dict[str, int] = {}
    for unit, n in zip(plain, counts.tolist(), strict=True):
        images[unit] = images.get(unit, 0) + n
    bare = images.pop("", 0)
    if not images:
        return Agreed(factors=np.ones(len(plain)), told=say("number"))
    alone = {unit: 1.0 for unit in [max(images, key=lambda unit: images[unit])]}
    families = [
        (family, {unit: family.factors[unit] for unit in images if unit in family.factors}) for family in FAMILIES
    ]
    family, several = max(families, key=lambda each: sum(images[unit] for unit in each[1]))
    chosen = several if sum(images[unit] for unit in several) > sum(images[unit] for unit in alone) else alone
    commonest = max(chosen, key=lambda unit: images[unit])
    factors = np.array([chosen.get(unit or commonest, np.nan) for unit in plain])
    written = {unit: units[list(plain).index(unit)] for unit in chosen}
    names = joined(say("“{unit:20}”", unit=Name("value", written[unit])) for unit in chosen)
    if len(chosen) > 1:
        told = say("number in {base} (from {units})", base=family.base, units=names)
    elif commonest in TIME.factors and commonest not in ("m", "d"):
        name = TIME.named[TIME.factors[commonest]]
        aside = NOTHING if commonest == name else say(" ({units})", units=names)
        told = say("number in {name}{aside}", name=name, aside=aside)
    else:
        told = say("number in {units}", units=names)
    notes = (say("{n} without a unit, read in “{unit:20}”", n=bare, unit=Name("value", written[commonest])),)
    return Agreed(factors=factors, told=told, known=commonest in KNOWN, notes=notes if bare else ())
