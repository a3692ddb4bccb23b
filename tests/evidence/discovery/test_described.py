"""A pattern is described by what it has more than chance, and by nothing where it has nothing."""

from __future__ import annotations

import numpy as np
import pytest

from biasaudit.evidence.discovery.described import described, place_of

SIDE, SIZE, CELLS = 9, 100, 10
BOXES = np.array([(c / CELLS, r / CELLS, (c + 2) / CELLS, (r + 2) / CELLS) for r in range(SIDE) for c in range(SIDE)])


def pictures(rng: np.random.Generator, places: np.ndarray, colour: tuple[int, int, int] | None) -> np.ndarray:
    rgb = np.clip(rng.normal((190, 160, 140), 12, (len(places), SIZE, SIZE, 3)), 0, 255).astype(np.uint8)
    for picture, place in zip(rgb, places, strict=True):
        left, upper, right, lower = (round(edge * SIZE) for edge in BOXES[place])
        if colour is not None:
            picture[upper + 5 : lower - 5, left + 5 : right - 5] = colour
    return rgb


def said(colour: tuple[int, int, int] | None, places: np.ndarray, seed: int = 0) -> str:
    rng = np.random.default_rng(seed)
    return str(described(pictures(rng, places, colour), places, BOXES, 6, rng))


@pytest.mark.parametrize(
    ("colour", "word"),
    [((40, 80, 210), "blue"), ((200, 30, 40), "red"), ((245, 245, 245), "white"), ((20, 20, 20), "black")],
)
def test_colour_and_place_are_told(colour, word):
    corner = np.random.default_rng(1).choice([(SIDE - 1) * SIDE, (SIDE - 2) * SIDE], 20)
    assert said(colour, corner) == f"a recurring {word} pattern in the lower left corner"
    anywhere = np.random.default_rng(2).integers(SIDE**2, size=20)
    assert said(colour, anywhere) == f"a recurring {word} pattern"


def test_what_chance_would_give_is_not_told():
    told = [said(None, np.random.default_rng(seed).integers(SIDE**2, size=20), seed) for seed in range(40)]
    assert told.count("a recurring pattern") >= 38


def test_a_fixed_place_is_somewhere_unless_it_is_nearly_everywhere():
    assert str(place_of((0.0, 0.8, 0.2, 1.0))) == " in the lower left corner"
    assert str(place_of((0.4, 0.4, 0.6, 0.6))) == " in the middle"
    assert str(place_of((0.0, 0.0, 1.0, 1.0))) == ""


def test_a_few_pictures_tell_nothing():
    few = np.full(4, 3)
    rng = np.random.default_rng(0)
    assert str(described(pictures(rng, few, (40, 80, 210)), few, BOXES, 1, rng)) == "a recurring pattern"
    assert said(None, np.zeros(0, dtype=int)) == "a recurring pattern"
