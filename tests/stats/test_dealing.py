"""Dealing whole groups into parts: shares are met beside a random deal that misses them."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from biasaudit.stats import generator
from biasaudit.stats.dealing import dealt

SHARES = np.array([0.7, 0.15, 0.15])


def table(groups, classes, largest, cues, seed):
    """Groups of one class each with cues in a third of them: counts, and how much each thing matters."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, largest + 1, groups)
    group, label = np.repeat(np.arange(groups), sizes), np.repeat(rng.integers(0, classes, groups), sizes)
    columns, matters = [np.zeros_like(group), 1 + label], [np.ones(1), np.full(classes, 1 / classes)]
    for _ in range(cues):
        side = np.repeat(rng.random(groups) < 0.3, sizes) ^ (rng.random(len(group)) < 0.1)
        columns.append(sum(map(len, matters)) + side * classes + label)
        matters.append(np.full(2 * classes, 0.5 / classes))
    data = np.ones(len(columns) * len(group)), (np.tile(group, len(columns)), np.concatenate(columns))
    return csr_array(data, shape=(groups, sum(map(len, matters)))), np.concatenate(matters)


def off(counts, part, shares=SHARES):
    """Most images by which a part is off what it should hold of anything."""
    has = np.stack([counts[part == place].sum(axis=0) for place in range(len(shares))])
    return np.abs(has - np.outer(shares, counts.sum(axis=0))).max()


@pytest.mark.parametrize(("groups", "classes", "largest"), [(60, 2, 12), (300, 3, 10), (3000, 4, 1)])
def test_everything_is_in_its_shares_where_a_random_deal_is_far_off(groups, classes, largest):
    counts, matters = table(groups, classes, largest, 2, seed=0)
    part = dealt(counts, matters, classes, SHARES, generator(0, "deal"))
    by_chance = np.random.default_rng(0).choice(3, groups, p=SHARES)
    assert off(counts, part) <= 2.5
    assert off(counts, by_chance) > 4 * off(counts, part)


def test_the_same_seed_deals_the_same_and_another_one_anew():
    counts, matters = table(300, 3, 10, 2, seed=0)
    one, again, other = (dealt(counts, matters, 3, SHARES, generator(seed, "deal")) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


def test_what_has_groups_enough_is_everywhere_and_of_two_groups_one_goes_to_the_last_part():
    # Of the first class 40 groups of five images, of the second two of ten: in their shares both would be in training.
    sizes = np.array([5] * 40 + [10, 10])
    label = np.array([0] * 40 + [1, 1])
    counts = np.zeros((42, 3))
    counts[:, 0] = counts[np.arange(42), 1 + label] = sizes
    part = dealt(csr_array(counts), np.array([1, 0.5, 0.5]), 2, SHARES, generator(0, "deal"))
    assert sorted(part[40:]) == [0, 2]
    assert set(part[:40]) == {0, 1, 2}
    alone = dealt(csr_array(counts[:41]), np.array([1, 0.5, 0.5]), 2, SHARES, generator(0, "deal"))
    assert alone[40] == 0


def test_a_thousand_small_classes_are_dealt_in_seconds():
    counts, matters = table(3000, 1000, 1, 1, seed=0)
    part = dealt(counts, matters, 1000, SHARES, generator(0, "deal"))
    has = np.stack([counts[part == place].sum(axis=0) for place in range(3)])
    enough = counts.sum(axis=0)[1:1001] * SHARES.min() >= 0.5
    assert enough.sum() > 200
    assert (has[:, 1:1001][:, enough] > 0).all()
