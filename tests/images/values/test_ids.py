"""Ids are taken apart into what can be compared: how they begin and end, their pattern and their number."""

import numpy as np
import pytest

from biasaudit.images.values import read_values

N = 60


def parts(form, *sides):
    """The parts of ids in which {s} is one of two or more words, {n} a number that no other has."""
    numbers = np.random.default_rng(0).permutation(np.arange(10_000, 10_000 + N))
    cells = [form.format(s=sides[row % len(sides)] if sides else "", n=numbers[row]) for row in range(N)]
    values = read_values(np.array(cells, dtype=object))
    assert values.kind == "id"
    return {part.name: list(part.text) for part in values.parts}, numbers


@pytest.mark.parametrize(
    ("form", "sides", "beginning"),
    [
        ("{s}-{n}", ("DERM", "ONC"), ("DERM", "ONC")),
        ("{s}{n}", ("img", "scan"), ("img", "scan")),
        ("TCGA-{s}-{n}-01", ("AB", "CD"), ("TCGA-AB", "TCGA-CD")),
        ("{s}_{n}.jpg", ("S01", "S02"), ("S01", "S02")),
    ],
)
def test_the_beginning_and_the_number_are_told_apart(form, sides, beginning):
    found, numbers = parts(form, *sides)
    assert found["beginning"] == [beginning[row % 2] for row in range(N)]
    assert found["number"] == [str(number) for number in numbers]


def test_a_longer_beginning_is_a_part_where_it_says_more():
    found, _ = parts("{s}-{n}", "L-03", "R-03", "L-04")
    assert set(found["beginning"]) == {"L", "R"}
    assert set(found["longer beginning"]) == {"L-03", "R-03", "L-04"}


def test_the_ending_is_a_part():
    found, _ = parts("{n}_{s}", "left", "right")
    assert found["ending"] == ["left", "right"] * (N // 2)


def test_what_is_the_same_in_all_or_said_already_is_no_part():
    found, _ = parts("ISIC_{n}")
    assert set(found) == {"number"}
    assert set(parts("{s}-{n}", "DERM", "ONC")[0]) == {"beginning", "number"}  # the pattern would say it again


def test_a_pattern_tells_archives_apart_that_begin_alike():
    found, _ = parts("{s}{n}", "a", "a-b-")
    assert set(found["pattern"]) == {"a#", "a-b-#"}


def test_codes_of_a_computer_hold_nothing():
    rng = np.random.default_rng(1)
    values = read_values(np.array([rng.bytes(16).hex() for _ in range(N)], dtype=object))
    assert (values.kind, values.parts, values.how) == ("id", (), "id: 60 values in 60 images")


def test_what_is_compared_is_said():
    cells = np.array([f"{'ONC' if row % 2 else 'DERM'}-{row}" for row in range(N)], dtype=object)
    assert read_values(cells).how == "id: 60 values in 60 images; its beginning (2 values) and number are compared"


def test_sentences_are_no_ids():
    cells = np.array([f"the lesion was seen {'abcdefghij'[row % 10] * (1 + row // 10)} today" for row in range(N)])
    assert read_values(cells.astype(object)).how.startswith("free text: 60 values in 60 images")
