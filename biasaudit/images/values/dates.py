"""Dates and times as tables have them, compared as time; what else a date tells: its year, weekday and hour."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import numpy as np

from biasaudit.images.values.record import Reading
from biasaudit.results import NOTHING, Name, PartName, Sentence, say

LONGEST = 40
"""Letters of a cell beyond which it is no date."""
EPOCH = datetime(1970, 1, 1)
DAY = timedelta(days=1)
COMPACT_YEARS = range(1900, 2100)
"""Years in which a number of eight digits may be a date: an id is one by chance in less than one of a thousand."""
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
CLOCK = re.compile(
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[ap])?(?(half)\.?m\.?)"
    r"\s*(?:z|utc|gmt|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
WEEKDAY = re.compile(r"^(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+", re.IGNORECASE)
TAIL = re.compile(r"(?:[T\s]\s*|:(?=\d{2}:))", re.IGNORECASE)
"""What stands between a date and a time of day."""
YEAR_FIRST = re.compile(r"(?P<year>\d{4})([-/.:])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?!\d)")
YEAR_LAST = re.compile(r"(?P<one>\d{1,2})(?P<by>[-/.])(?P<two>\d{1,2})(?P=by)(?P<year>\d{4})(?!\d)")
SHORT_YEAR = re.compile(r"(?P<one>\d{2})(?P<by>[-/.])(?P<two>\d{2})(?P=by)(?P<year>\d{2})(?![\d:])")
COMPACT = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:(?P<clock>\d{6})(?:\.\d+)?)?$")
DAY_NAMED = re.compile(rf"(?P<day>\d{{1,2}})[-\s./]*(?P<month>{MONTH})[-\s,./]*(?P<year>\d{{4}})(?!\d)", re.IGNORECASE)
MONTH_NAMED = re.compile(rf"(?P<month>{MONTH})\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})(?!\d)", re.I)
YEAR_MONTH = re.compile(r"(?P<year>\d{4})[-/](?P<month>\d{1,2})$")
MONTH_YEAR = re.compile(rf"(?:(?P<month>\d{{1,2}})[-/]|(?P<name>{MONTH})[-\s,/]*)(?P<year>\d{{4}})$", re.IGNORECASE)
EARLY, LATE = (
    tuple((datetime.fromisoformat(day) - EPOCH) / DAY for day in days)
    for days in (("1900-01-01", "1970-01-01"), ("2099-12-31", "9999-12-31"))
)
"""Days by which programs write "not known", where they lie apart from all others."""

AS_DAY_FIRST, AS_MONTH_FIRST = say("as day/month/year"), say("as month/day/year")
UNSETTLED = say("taken as month/day/year, since nothing in the column says which is which")

Order = Literal["day first", "month first"]


@dataclass(frozen=True)
class Moment:
    """One cell as a date."""

    at: datetime
    timed: bool
    """Whether it has a time of day."""


def read_compact(words: Sequence[str], counts: np.ndarray) -> Reading | None:
    """DICOM's YYYYMMDD and YYYYMMDDHHMMSS, where every word is one; a single word is a number."""
    found = [COMPACT.match(word) for word in words]
    if len(words) < 2 or not all(each and int(each["year"]) in COMPACT_YEARS for each in found):
        return None
    moments = [
        _moment(int(each["year"]), int(each["month"]), int(each["day"]), _six(each["clock"]), each["clock"] is not None)
        for each in found
        if each
    ]
    return _reading(moments) if all(moments) else None


def read_dates(words: Sequence[str], counts: np.ndarray) -> Reading | None:
    """Dates with separators or the names of months, with or without a time of day.

    Which of two numbers is the day is told by those above twelve in the column. Where none is, points are taken to
    follow a day, and strokes a month, and that is said.
    """
    first, second = ([_date(word, order) for word in words] for order in ("day first", "month first"))
    read = [int(counts[[each is not None for each in moments]].sum()) for moments in (first, second)]
    if not any(read):
        return None
    if read[0] != read[1]:
        day_first = read[0] > read[1]
        return _reading(first, AS_DAY_FIRST) if day_first else _reading(second, AS_MONTH_FIRST)
    strokes = any(found["by"] != "." for word in words if (found := YEAR_LAST.match(word) or SHORT_YEAR.match(word)))
    return _reading(second, UNSETTLED) if strokes and first != second else _reading(first)


def read_times(words: Sequence[str], counts: np.ndarray) -> Reading | None:
    """Times of day, as hours since midnight."""
    hours = [_hours(CLOCK.fullmatch(word)) if len(word) <= LONGEST else None for word in words]
    numbers = np.array([np.nan if hour is None else hour for hour in hours], dtype=float)
    return Reading(kind="time", numbers=numbers, told=say("time of day")) if np.isfinite(numbers).any() else None


def as_date(days: float, timed: bool = False) -> str:
    """Days since 1970 as people write them: "2018-01-03", and where `timed` "2018-01-03 14:05"."""
    moment = EPOCH + timedelta(days=float(days))
    return moment.strftime("%Y-%m-%d %H:%M") if timed else moment.strftime("%Y-%m-%d")


def as_time(hours: float) -> str:
    """Hours since midnight as people write them: "14:05"."""
    return f"{int(hours):02d}:{int(hours % 1 * 60 + 1e-6):02d}"


def span(days: np.ndarray) -> Sentence:
    """From the first to the last of some days, float (m,)."""
    low, high = (Name("value", as_date(each)) for each in (days.min(), days.max()))
    return say("{low} to {high}", low=low, high=high)


def _reading(moments: Sequence[Moment | None], note: Sentence = NOTHING) -> Reading:
    numbers = np.array([np.nan if each is None else (each.at - EPOCH) / DAY for each in moments], dtype=float)
    timed = any(each.timed for each in moments if each)
    parts: list[tuple[PartName, tuple[str | None, ...]]] = [
        ("year", tuple(None if each is None else str(each.at.year) for each in moments)),
        ("weekday", tuple(None if each is None else WEEKDAYS[each.at.weekday()] for each in moments)),
    ]
    if timed:
        hours = (None if each is None or not each.timed else str(each.at.hour) for each in moments)
        parts.append(("hour", tuple(hours)))
    told = say("date and time") if timed else say("date")
    return Reading(kind="date", numbers=numbers, told=told, notes=(note,) if note else (), parts=tuple(parts))


def _date(word: str, order: Order) -> Moment | None:
    if len(word) > LONGEST:
        return None
    word = WEEKDAY.sub("", word)
    for form in (YEAR_FIRST, YEAR_LAST, SHORT_YEAR, DAY_NAMED, MONTH_NAMED, YEAR_MONTH, MONTH_YEAR):
        if found := form.match(word):
            break
    else:
        return None
    rest = word[found.end() :].strip()
    clock = None
    if rest:
        between = TAIL.match(word, found.end())
        clock = CLOCK.fullmatch(word, between.end()) if between else None
        if clock is None:
            return None
    day, month = _day_and_month(found.groupdict(), order)
    year = int(found["year"])
    if form is SHORT_YEAR:
        year += 2000 if year < 69 else 1900  # POSIX, as strptime's %y
    return _moment(year, month, day, _hours(clock), rest != "")


def _day_and_month(found: Mapping[str, str], order: Order) -> tuple[int, int]:
    if "one" in found:
        one, two = int(found["one"]), int(found["two"])
        return (one, two) if order == "day first" else (two, one)
    month = found["month"] or found["name"]
    return int(found.get("day") or 1), int(month) if month.isdigit() else MONTHS.index(month[:3].lower()) + 1


def _moment(year: int, month: int, day: int, hours: float | None, timed: bool) -> Moment | None:
    if timed and hours is None:
        return None
    try:
        at = datetime(year, month, day) + timedelta(hours=hours or 0.0)
    except (ValueError, OverflowError):
        return None
    return Moment(at, hours is not None)


def _hours(clock: re.Match[str] | None) -> float | None:
    """Hours since midnight; None where it is no time of day."""
    if clock is None:
        return None
    hour, minute, second = int(clock["hour"]), int(clock["minute"]), int(clock["second"] or 0)
    if clock["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if clock["half"].lower() == "p" else 0)
    return hour + minute / 60 + second / 3600 if hour < 24 and minute < 60 and second < 60 else None


def _six(clock: str | None) -> float | None:
    """HHMMSS as hours."""
    return None if clock is None else _hours(CLOCK.fullmatch(f"{clock[:2]}:{clock[2:4]}:{clock[4:]}"))
