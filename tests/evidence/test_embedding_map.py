"""The map of the representation shows what the features hold; its figures tell that from chance."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from biasaudit.errors import Unavailable
from biasaudit.evidence.embedding_map import (
    FEWEST,
    MOST_LEVELS,
    OTHERS,
    SHOWN,
    embedding_layout,
    embedding_map,
)
from biasaudit.images.table import ImageTable
from biasaudit.settings import Settings


def mapped(embedding, present, groups=None, columns=None, space=None):
    """A map coloured by class, by a ruler that is `present`, and by columns."""
    n = len(present)
    frame = pd.DataFrame({"id": [f"{k:04}" for k in range(n)], "label": np.where(np.arange(n) % 2, "a", "b")})
    frame["group"] = frame["id"] if groups is None else groups
    tie = SimpleNamespace(
        cue=SimpleNamespace(id="ruler", levels=None, threshold=1.0), direction=1, label="a", present=present,
        known=np.ones(n, dtype=bool),
    )  # fmt: skip
    predictions = SimpleNamespace(embedding=embedding, space=np.zeros(n, dtype=int) if space is None else space)
    images = ImageTable(root=None, frame=frame)
    layout = embedding_layout(predictions, images, Settings(map=True))
    return embedding_map(layout, images, [tie], columns or {}, 0)


@pytest.fixture
def ruled():
    rng = np.random.default_rng(0)
    present = rng.random(200) < 0.5
    return rng.normal(size=(200, 40)) + 3 * present[:, None], present


def test_what_the_features_hold_keeps_to_itself_and_what_they_do_not_is_at_chance(ruled):
    by_class, by_ruler = mapped(*ruled).colourings
    assert by_ruler.neighbours.value > 0.95 > 0.6 > by_ruler.neighbours.null
    assert by_class.neighbours.low < by_class.neighbours.null + 0.03
    assert by_ruler.levels == ("found", "not found")
    places, of = np.array(mapped(*ruled).places), np.array(by_ruler.of)
    assert (places.min(), places.max()) == (0, 1)
    apart = np.linalg.norm(places[of == 0].mean(axis=0) - places[of == 1].mean(axis=0))
    assert apart > 2 * places[of == 0].std(axis=0).mean()


def test_pictures_of_one_patient_are_not_neighbours():
    rng = np.random.default_rng(0)
    patients = np.arange(200) // 10
    embedding = rng.normal(size=(20, 30))[patients] + 0.01 * rng.normal(size=(200, 30))
    marked = patients % 2 == 0
    alone, together = (mapped(embedding, marked, groups=groups) for groups in (None, patients.astype(str)))
    assert alone.colourings[1].neighbours.value > 0.85
    assert together.colourings[1].neighbours.value < 0.7


def test_few_colours_and_few_dots():
    n = SHOWN + 100
    rng = np.random.default_rng(0)
    names, codes = tuple(f"ward {k}" for k in range(9)), np.minimum(rng.geometric(0.3, n) - 1, 8)
    found = mapped(rng.normal(size=(n, 8)), rng.random(n) < 0.5, columns={"ward": (names, codes)})
    wards = found.colourings[2]
    assert found.images == len(found.places) == len(wards.of) == SHOWN
    assert (len(wards.levels), wards.levels[-1], wards.levels[0]) == (MOST_LEVELS, OTHERS, "ward 0")


def test_no_map_without_features_and_only_of_one_space(ruled):
    embedding, present = ruled
    for few in ((None, present), (embedding[: FEWEST - 1], present[: FEWEST - 1])):
        with pytest.raises(Unavailable):
            mapped(*few)
    assert mapped(embedding, present, space=np.arange(200) // 100).images == 100
