"""Mining on made-up descriptors: a planted one is found beside its clean twin, and sharpened to what recurs."""

from __future__ import annotations

import numpy as np
import pytest

from biasaudit.evidence.discovery.mining import Mined, best_places, mine, split_of
from biasaudit.evidence.discovery.recurrence import LEAST_GAIN, PUT_THERE, recurrence
from biasaudit.evidence.discovery.surroundings import told_by_the_rest
from biasaudit.stats import auc

N, PLACES, DIMENSIONS = 160, 40, 32


def made_up(seed: int, strength: tuple[float, float] | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Descriptors, codes and which images hold the planted descriptor, at any place, with a little noise."""
    rng = np.random.default_rng(seed)
    descriptors = rng.normal(size=(N, PLACES, DIMENSIONS))
    codes = np.arange(N) % 2
    has = np.zeros(N, dtype=bool)
    if strength is not None:
        has = rng.random(N) < np.where(codes == 1, *strength)
        planted = rng.normal(size=DIMENSIONS)
        for row in np.flatnonzero(has):
            for place in rng.choice(PLACES, 3, replace=False):  # an artefact covers some places
                descriptors[row, place] = planted + rng.normal(0, 0.3, DIMENSIONS)
    descriptors /= np.linalg.norm(descriptors, axis=2, keepdims=True)
    return descriptors.astype(np.float32), codes, has


@pytest.mark.parametrize("seed", range(3))
def test_a_planted_pattern_is_first_and_looks_put_there_and_nothing_does_in_its_clean_twin(seed):
    for strength, expected in (((0.9, 0.1), True), (None, False)):
        descriptors, codes, has = made_up(seed, strength)
        found = mine(descriptors, codes, 2, np.random.default_rng(seed))
        ranked = sorted(((recurrence(one, codes).score, one) for one in found), key=lambda pair: -pair[0])
        assert (bool(ranked) and ranked[0][0] >= PUT_THERE) == expected
        if expected:
            assert ranked[0][1].code == 1
            assert auc(ranked[0][1].values, has) > 0.98


def test_labels_by_chance_do_not_make_a_pattern_of_what_is_in_half_of_both_classes():
    descriptors, codes, has = made_up(0, (0.5, 0.5))
    found = mine(descriptors, codes, 2, np.random.default_rng(0))
    tied = [one for one in found if recurrence(one, codes).gain >= LEAST_GAIN]
    assert all(abs(auc(one.values, has) - 0.5) < 0.45 for one in tied)


def test_the_best_place_is_the_most_alike_one():
    descriptors, _, _ = made_up(1, None)
    values, places = best_places(descriptors, descriptors[3, 7][None])
    assert places[0, 3] == 7
    assert values[0, 3] == pytest.approx(1, abs=1e-5)


def test_two_groups_are_split_between_them():
    values = np.r_[np.full(70, 0.1), np.full(30, 0.9)][None] + np.random.default_rng(0).normal(0, 0.01, 100)
    threshold, explained = split_of(values)
    assert 0.2 < threshold[0] < 0.8
    assert explained[0] > 0.98


def test_a_class_of_a_few_images_is_left_alone():
    descriptors, codes, _ = made_up(2, None)
    codes[:] = 0
    codes[:5] = 1
    assert mine(descriptors, codes, 2, np.random.default_rng(0)) == []


def test_the_rest_of_a_picture_knows_of_what_comes_with_a_scene_and_not_of_what_comes_alone():
    rng = np.random.default_rng(4)
    descriptors = rng.normal(size=(N, 49, DIMENSIONS))
    codes, has = np.arange(N) % 2, rng.random(N) < 0.5
    mined = Mined(1, np.eye(DIMENSIONS)[0], 0.5, has.astype(float), np.full(N, 0))
    alone = told_by_the_rest(mined, descriptors, codes)
    descriptors[has, 40:] += 0.5 * rng.normal(size=DIMENSIONS)  # its scene, in another corner
    with_scene = told_by_the_rest(mined, descriptors, codes)
    assert alone < 0.65
    assert with_scene > 0.9
