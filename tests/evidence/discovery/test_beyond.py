"""What goes as a subject would: by how a pattern is shared, where it lies, and whether there is anything to see."""

from types import SimpleNamespace

import numpy as np
import pytest

from biasaudit.evidence.discovery.beyond import goes_as_a_subject

MIDDLE, CORNER = (0.4, 0.4, 0.6, 0.6), (0.0, 0.0, 0.14, 0.14)


def tie(inside, outside, strength):
    positive = np.arange(40) < 20
    return SimpleNamespace(
        shares=(inside, outside), strength=strength, positive=positive, signal=positive.astype(float)
    )


def pattern(box, empty=False):
    return SimpleNamespace(box=lambda row: box, empty=empty)


@pytest.mark.parametrize(
    ("shares", "strength", "shown", "expected"),
    [
        ((0.99, 0.01), 0.98, pattern(MIDDLE), True),  # a hand that makes a sign
        ((0.77, 0.51), 0.35, pattern(MIDDLE), True),  # part of what all pictures show
        ((0.77, 0.51), 0.35, pattern(CORNER), False),  # a print in a corner, often in both
        ((0.97, 0.67), 0.3, pattern(CORNER), True),  # the margin that a ruler leaves free
        ((0.77, 0.51), 0.35, pattern(CORNER, empty=True), True),  # the corner that leaves do not fill
        ((0.99, 0.01), 0.98, pattern(CORNER, empty=True), False),  # one class before a white wall
        ((0.9, 0.1), 0.8, pattern(MIDDLE), False),  # a stamp
    ],
)
def test_what_goes_as_a_subject(shares, strength, shown, expected):
    assert goes_as_a_subject(tie(*shares, strength), shown) is expected
