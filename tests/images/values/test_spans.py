"""Bands and answers of another table are taken for what they mean in this one, or for nothing."""

import numpy as np
import pytest

from biasaudit.images.values.spans import number_of, span_of
from biasaudit.images.values.spellings import matched

SPANS = {
    "40-59": (40, 59), "40–59": (40, 59), "[40,60)": (40, 60), "40 to under 60": (40, 60), "1,5-2,5": (1.5, 2.5),
    "under 18": (-np.inf, 18), "<18": (-np.inf, 18), "85+": (85, np.inf), "85 or older": (85, np.inf),
    ">= 80": (80, np.inf), "60-40": None, "40": None, "red": None, "": None,
}  # fmt: skip


@pytest.mark.parametrize("text", SPANS)
def test_a_band_reaches_from_one_number_to_another(text):
    assert span_of(text) == SPANS[text]
    assert np.isnan(number_of(text)) == (text != "40")


@pytest.mark.parametrize(
    ("text", "levels", "meant"),
    [
        ("male", ["F", "M"], "M"),
        ("Male", ["male", "female"], "male"),
        ("MÄNNLICH", ["f", "m", "other"], "m"),
        ("w", ["male", "female", "(missing)"], "female"),
        ("yes", ["0", "1"], "1"),
        ("False", ["no", "yes"], "no"),
        (" dark  brown", ["dark_brown", "black"], "dark_brown"),
        ("M", ["M", "m"], "M"),
        ("MALE", ["male", "Male"], None),
        ("male", ["M", "man", "F"], None),
        ("female", ["f", "t"], None),
        ("white", ["caucasian", "black"], None),
        ("other", ["F", "M"], None),
    ],
)
def test_an_answer_is_known_by_its_spellings_where_there_is_one_that_it_can_mean(text, levels, meant):
    assert matched(text, levels) == meant
