"""Marks that always stand at one place: dust on a sensor and a rosette in a corner, beside clean twins."""

from types import SimpleNamespace

import numpy as np
import pytest

from biasaudit.evidence.discovery import fixed_places
from biasaudit.evidence.discovery.transplants import _mask
from biasaudit.images.pixels import PixelStore
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings
from biasaudit.stats import auc
from tests.benchmarks.scenes import scene
from tests.benchmarks.unnamed import UNNAMED
from tests.detectors.test_rungs import table

SIZE, N = 112, 200


def pictures(artefact, strength=(0.9, 0.1)):
    """Scenes of two classes that differ in nothing else, and which of them have the artefact."""
    codes, has, found = np.arange(N) % 2, np.zeros(N, dtype=bool), []
    for number in range(N):
        rng = np.random.default_rng([7, number])
        picture = scene(rng, SIZE, ("ellipse", "polygon")[int(rng.integers(2))])
        if artefact and rng.random() < strength[1 - codes[number]]:
            picture, has[number] = UNNAMED[artefact](picture, rng)[0], True
        found.append(picture)
    return np.stack(found), codes, has


def places_of(tmp_path, pixels, codes, **choices):
    store = PixelStore.create(tmp_path / "pixels.raw", len(pixels), pixels.shape[1])
    for row, image in enumerate(pixels):
        store.write(row, image)
    survey = SimpleNamespace(pixels=store, rows=np.arange(len(pixels)))
    return fixed_places(table(codes), survey, Settings(**choices), Progress(quiet=True))


@pytest.mark.parametrize("artefact", ["sensor dust", "corner rosette"])
def test_a_mark_at_one_place_is_found_and_looks_put_there_and_its_clean_twin_has_none(tmp_path, artefact):
    pixels, codes, has = pictures(artefact)
    of_class = [place for place in places_of(tmp_path, pixels, codes) if place.label == "c01"]
    assert len(of_class) == 1
    first = of_class[0]
    assert first.looks_put_there
    known = np.isfinite(first.cue.values)
    assert 0.4 < known.mean() < 0.6
    assert auc(first.cue.values[known], has[known]) > 0.9
    assert auc(first.cue.values[known], codes[known] == 1) > 0.75
    clean, codes, _ = pictures(None)
    assert not [place for place in places_of(tmp_path, clean, codes) if place.looks_put_there]


def test_its_place_is_where_it_stands(tmp_path):
    pixels, codes, _ = pictures("corner rosette")
    first = places_of(tmp_path, pixels, codes)[0]
    left, upper, right, lower = first.box(0)
    assert (left, lower) == (0, 1)
    assert right < 0.35
    assert upper > 0.65
    mask = _mask(first, pixels[0])
    assert mask.shape == (SIZE, SIZE, 1)
    assert mask[round(0.9 * SIZE), round(0.1 * SIZE), 0] > 0.9
    assert mask[: SIZE // 2].max() < 0.01
    assert first.likeness(pixels[0]).max() <= 1


def test_the_same_seed_finds_the_same_and_it_can_be_left_out(tmp_path):
    pixels, codes, _ = pictures("corner rosette")
    first, second = (places_of(tmp_path, pixels, codes, seed=3) for _ in range(2))
    assert [place.recurrence for place in first] == [place.recurrence for place in second]
    assert places_of(tmp_path, pixels, codes, without=("discovery",)) == ()
    assert places_of(tmp_path, pixels[:40], codes[:40]) == ()
