"""A column of text is read as what it holds, and what was understood is said."""

import numpy as np
import pytest

from biasaudit.images.values import read_values
from biasaudit.images.values.dates import as_date

AGES = [22, 31, 34, 38, 41, 45, 47, 52, 56, 60, 63, 68, 71, 77] * 4


def read(cells, missing=()):
    return read_values(np.array(cells, dtype=object), missing)


def ages(form):
    return [form.format(age) for age in AGES]


NUMBERS = {
    "plain": (ages("{}"), AGES, "number"),
    "DICOM": (ages("{:03d}Y"), AGES, "number in years (“Y”)"),
    "with a word": (ages("{} years"), AGES, "number in years"),
    "of age": (ages("{} years old"), AGES, "number in years"),
    "percent": (ages("{}%"), AGES, "number in “%”"),
    "unit apart": (ages("{}.5 mm"), [age + 0.5 for age in AGES], "number in “mm”"),
    "decimal comma": (ages("{},52"), [age + 0.52 for age in AGES], "number with decimal commas"),
    "point and comma": (
        ages("{},5")[:28] + ages("{}.5")[28:],
        [age + 0.5 for age in AGES],
        "number with decimal commas",
    ),
    "thousands": (ages("{},000"), [age * 1000 for age in AGES], "number with commas between thousands"),
    "comma of three": (
        [*ages("{},125"), "0,125"],
        [*(age + 0.125 for age in AGES), 0.125],
        "number with decimal commas",
    ),
    "thousands with points": (
        ages("1.{}1.000,5"),
        [1_001_000.5 + 10_000 * age for age in AGES],
        "number with decimal commas",
    ),
    "apart by blanks": (ages("1 0{}"), [1000 + age for age in AGES], "number"),
    "minus sign": (ages("−{}"), [-age for age in AGES], "number"),
    "exponent": (ages("{}e-3"), [age / 1000 for age in AGES], "number"),
    "months and years": (
        [*ages("{:03d}Y"), "006M", "026W", "010D"],
        [*AGES, 0.5, 26 * 7 / 365.25, 10 / 365.25],
        "number in years (from “Y”, “M”, “W”, “D”)",
    ),
    "cm and mm": ([*ages("{} cm"), "5 mm"], [*(10 * age for age in AGES), 5], "number in mm (from “cm”, “mm”)"),
    "open": ([*ages("{}"), "85+", "85+"], [*AGES, 85, 85], "number, 2 of 58 read as 85 or more"),
    "above": ([*ages("{}"), ">90"], [*AGES, 90], "number, 1 of 57 read as 90 or more"),
    "or older": ([*ages("{}"), "85 or older"], [*AGES, 85], "number, 1 of 57 read as 85 or more"),
    "below": ([*ages("{}"), "<5", "under 5"], [*AGES, 5, 5], "number, 2 of 58 read as 5 or less"),
    "several bounds": (
        [*ages("{}"), "85+", "90+"],
        [*AGES, 85, 90],
        "number, 2 that say “or more” read at their bound",
    ),
    "in part without": ([*ages("{} mm"), "80"], [*AGES, 80], "number in “mm”, 1 without a unit, read in “mm”"),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_are_read_as_people_write_them(name):
    cells, numbers, how = NUMBERS[name]
    values = read(cells)
    assert values.kind == "number"
    assert values.numbers == pytest.approx(np.array(numbers, dtype=float))
    assert values.how == how


@pytest.mark.parametrize(
    "word", ["NA", "N/A", "nan", "null", "None", "unknown", "UNK", "?", "-", ".", "not available", ""]
)
def test_usual_spellings_beside_numbers_are_missing(word):
    values = read([*ages("{}"), word, word, None])
    assert values.missing[-3:].all()
    assert not values.missing[:-3].any()
    said = f"number, 3 missing (“{word}” 2)" if word else "number, 3 missing"
    assert values.how == said


def test_among_words_only_what_programs_write_is_missing():
    values = read(["surgery", "none", "unknown", "NA", "N/A", "nan", " ", None] * 10)
    assert values.kind == "words"
    assert set(values.levels) == {"surgery", "none", "unknown", "NA", None}
    assert values.how == "words: 4 values, 40 missing (“N/A” 10, “nan” 10)"


STAND_INS = {
    "-1 beside ages": (AGES, "-1", True),
    "999 beside ages": (AGES, "999", True),
    "-99 far below": ([age - 50 for age in AGES], "-999", True),
    "99 is an age": (AGES, "99", False),
    "-1 among others below 0": ([age - 50 for age in AGES], "-1", False),
    "-1 as one of a few codes": ([0, 1] * 28, "-1", False),
}


@pytest.mark.parametrize("name", STAND_INS)
def test_a_number_that_stands_apart_is_missing_and_one_that_does_not_stays(name):
    others, word, gone = STAND_INS[name]
    values = read([*map(str, others), word, word])
    assert list(values.missing[-2:]) == [gone, gone]
    assert (f"2 missing (“{word}” 2)" in values.how) == gone
    assert not read([*map(str, others), word]).missing.any()  # once is a value


def test_the_user_can_name_what_is_missing():
    cells = ["m", "f", "keine Angabe", "-7.0"] * 10
    assert not read(cells).missing.any()
    values = read(cells, ("Keine  angabe", "-7"))
    assert values.missing.sum() == 20
    assert set(values.levels) == {"m", "f", None}


def test_words_that_come_back_beside_numbers_are_values_and_those_that_do_not_are_missing():
    values = read([*ages("{}"), *["refused"] * 8, "see letter"])
    assert values.how == "number, beside “refused”, 1 missing (“see letter” 1)"
    assert list(values.levels[-9:]) == ["refused"] * 8 + [None]


DATES = {
    "ISO": ("%Y-%m-%d", "date"),
    "points": ("%d.%m.%Y", "date"),
    "strokes, day first": ("%d/%m/%Y", "date"),
    "strokes, month first": ("%m/%d/%Y", "date"),
    "two digits": ("%d.%m.%y", "date"),
    "DICOM": ("%Y%m%d", "date"),
    "EXIF": ("%Y:%m:%d %H:%M:%S", "date and time"),
    "ISO with time": ("%Y-%m-%dT%H:%M:%SZ", "date and time"),
    "half days": ("%m/%d/%Y %I:%M %p", "date and time"),
    "DICOM with time": ("%Y%m%d%H%M%S", "date and time"),
    "names": ("%d %b %Y", "date"),
    "names first": ("%B %d, %Y", "date"),
    "with weekday": ("%a, %d %b %Y", "date"),
}
DAYS = np.datetime64("2018-01-03T08:05") + np.arange(60) * np.timedelta64(17 * 24 + 5, "h")


@pytest.mark.parametrize("name", DATES)
def test_dates_are_read_as_time(name):
    form, what = DATES[name]
    days = [day.item() for day in DAYS]
    values = read([day.strftime(form) for day in days] + ["unknown", "0000-00-00"])
    assert values.kind == "date"
    assert [as_date(number) for number in values.numbers[:-2]] == [f"{day:%Y-%m-%d}" for day in days]
    assert values.missing.sum() == 2
    assert values.how.startswith(f"{what}, 2018-01-03 to {days[-1]:%Y-%m-%d}")
    assert ("as day/month/year" in values.how) == (name in ("points", "strokes, day first", "two digits"))
    parts = {part.name: part.text for part in values.parts}
    assert list(parts["year"][:2]) == ["2018", "2018"]
    assert parts["weekday"][0] == f"{days[0]:%A}"
    assert ("hour" in parts) == (what == "date and time")
    assert "hour" not in parts or list(parts["hour"][:2]) == ["8", "13"]


@pytest.mark.parametrize("form", ["%Y-%m", "%m/%Y", "%b %Y", "%B-%Y"])
def test_months_are_dates(form):
    days = [day.item() for day in DAYS]
    values = read([day.strftime(form) for day in days])
    assert [as_date(number) for number in values.numbers] == [f"{day:%Y-%m}-01" for day in days]


def test_where_nothing_says_which_is_the_day_that_is_said():
    values = read([f"0{1 + n % 9}/0{1 + n % 7}/2020" for n in range(60)])
    assert values.how.endswith("taken as month/day/year, since nothing in the column says which is which")
    assert as_date(values.numbers[1]) == "2020-02-02"


def test_a_column_of_numbers_of_eight_digits_is_no_column_of_dates():
    values = read([str(20180101 + 37 * n) for n in range(60)])
    assert (values.kind, values.how) == ("number", "number")


def test_a_day_far_from_all_others_is_missing():
    values = read([str(day)[:10] for day in DAYS] + ["1900-01-01"] * 3)
    assert values.missing[-3:].all()
    assert "3 missing (“1900-01-01” 3)" in values.how


def test_times_of_day_are_hours():
    values = read(["8:30", "14:05:30", "11:15 PM"] * 10)
    assert values.kind == "time"
    assert values.numbers[:3] == pytest.approx([8.5, 14 + 5 / 60 + 30 / 3600, 23.25])


@pytest.mark.parametrize(
    "cells",
    [
        ["007", "010", "123"] * 10,
        ["0012A", "0013A", "0014A"] * 10,
        ["12 mm", "3 kg"] * 10,
        ["45M", "62F"] * 10,
        ["3rd", "2nd", "1st"] * 10,
        ["1.2.3", "1.2.4"] * 10,
        ["1,23,4", "5,6,7"] * 10,
        ["2018-13-01", "2018-02-30"] * 10,
        ["25:00", "12:61"] * 10,
        ["1_000", "2_000"] * 10,
        ["inf", "nan", "1e999"] * 10,
    ],
    ids=lambda cells: cells[0],
)
def test_what_only_looks_like_a_number_or_a_date_stays_words(cells):
    assert read(cells).kind == "words"


def test_words_are_counted_and_an_empty_column_is_said():
    assert read(["a", "b", None] * 10).how == "words: 2 values, 10 missing"
    assert read(["a", "a "] * 10).how == "words: 1 value"
    assert read([None, ""] * 10).how == "empty, 20 missing"
    assert read([]).how == "empty"


def test_every_image_gets_what_stands_in_its_cell():
    values = read(["1,5", None, "3,25", "unknown"])
    assert values.numbers == pytest.approx([1.5, np.nan, 3.25, np.nan], nan_ok=True)
    assert list(values.levels) == ["1,5", None, "3,25", None]
    assert list(values.missing) == [False, True, False, True]
