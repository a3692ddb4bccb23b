"""The corrected share holds the true one where a detector misses and makes false alarms."""

from __future__ import annotations

import numpy as np
import pytest

from biasaudit.stats.corrected_share import corrected_share


@pytest.mark.parametrize("true", [0.02, 0.1, 0.3, 0.6, 0.9])
@pytest.mark.parametrize("sensitivity", [0.98, 0.85, 0.6])
def test_the_interval_holds_the_share_that_bears_the_mark(true, sensitivity):
    rng, held = np.random.default_rng(0), 0
    for _ in range(200):
        n, falsely = 200, rng.uniform(0, 0.04)
        real = sensitivity * rng.uniform(0.8, 1)  # marks are somewhat harder than those that we draw
        fires = rng.random(n) < np.where(rng.random(n) < true, real, falsely)
        share = corrected_share(fires.mean(), n, rng.binomial(40, sensitivity), 40, 0.05)
        held += share.low <= true <= share.high
        assert 0 <= share.low <= share.value <= share.high <= 1
    assert held >= 190


def test_a_sure_detector_leaves_the_share_as_it_was_found():
    share = corrected_share(0.5, 1000, 40, 40, 0.0)
    assert share.low < 0.5 < share.value < share.high
    assert share.value < 0.58


def test_what_is_never_found_tells_nothing():
    assert corrected_share(0.1, 300, 0, 40, 0.0).high == 1
