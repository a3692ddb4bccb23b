"""What tells a group apart is taken out of the features, and no more than that."""

import numpy as np
import pytest

from biasaudit.evidence.subgroups.erasure import erasing
from biasaudit.stats import auc


@pytest.fixture
def features():
    """Three of twenty features: one tells the class, one the group, one both."""
    rng = np.random.default_rng(0)
    codes, group = rng.integers(0, 2, 1200), rng.random(1200) < 0.4
    values = rng.normal(size=(1200, 20))
    values[:, 0] += 2 * codes
    values[:, 1] += 2 * group
    values[:, 2] += codes + group
    return values, group, codes


def told(values, group, codes):
    """How well a fresh probe, fitted on one half, tells the group in the other."""
    half = np.arange(len(values)) < len(values) // 2
    probe = erasing(values[half], group[half], codes[half]).probe
    areas = [auc(values[~half & (codes == code)] @ probe, group[~half & (codes == code)]) for code in (0, 1)]
    return float(np.mean(areas))


def test_the_group_is_gone_and_the_class_stays(features):
    values, group, codes = features
    eraser = erasing(values, group, codes)
    without = values - (values @ eraser.probe)[:, None] * eraser.taken
    assert told(values, group, codes) > 0.9
    assert abs(told(without, group, codes) - 0.5) < 0.1
    assert auc(without[:, 0], codes == 1) > 0.9


def test_where_nothing_tells_the_group_little_changes(features):
    values, _, codes = features
    chance = np.random.default_rng(1).random(len(values)) < 0.5
    eraser = erasing(values, chance, codes)
    without = values - (values @ eraser.probe)[:, None] * eraser.taken
    assert np.corrcoef(without.ravel(), values.ravel())[0, 1] > 0.95
