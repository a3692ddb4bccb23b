"""A cue that fails costs its own value only, with a cue put in as well; the survey notes which failed."""

import math

import numpy as np
import pytest

from biasaudit.cues.amounts import as_photo
from biasaudit.cues.cue import cue
from biasaudit.cues.placebos import blurred
from biasaudit.evidence.measure import planting
from biasaudit.evidence.measure.photograph import measure


@cue(kind="property", question="Is it large?", unit="pixels")
def size(photo):
    """A whole number, where a float is asked for."""
    return photo.rgb.size


@size.inserts(placebo=blurred)
def _unchanged(rgb, amount, rng):
    return rgb, np.zeros(rgb.shape[:2], bool)


@cue(kind="property", question="Does it fail?", unit="none")
def failing(photo):
    """It always fails."""
    raise ValueError("secret")


@cue(kind="file", question="Does it fail?", unit="word", words=True)
def wordless(photo):
    """It always fails as well."""
    raise KeyError("secret")


PHOTO = as_photo(np.zeros((8, 8, 3), np.uint8))


def test_the_others_keep_their_values_and_what_failed_is_noted():
    values, notes = measure(PHOTO, (failing, size, wordless))
    assert values == {"failing": pytest.approx(math.nan, nan_ok=True), "size": 192.0, "wordless": None}
    assert isinstance(values["size"], float)
    assert notes == ["the cue failing failed: ValueError", "the cue wordless failed: KeyError"]


def test_so_they_do_with_a_cue_put_in():
    (found,) = planting._with_each(PHOTO, (size, failing, wordless), {"size": 1.0}, 0, "a")
    assert list(found) == ["size", "failing", "wordless"]
    assert found["size"] == 192.0
    assert math.isnan(found["failing"])
    assert found["wordless"] is None
