"""The short form of the benchmark, in CI: what the full form promises, with bounds that few sets can hold."""

import pytest

from tests.benchmarks import shortcuts, verdicts

pytestmark = [pytest.mark.slow(minutes=8), pytest.mark.timeout(2400)]
"""Planting takes six minutes on two idle cores, and a noisy machine has less than two."""


STRONG = verdicts.STRENGTHS[0]


@pytest.fixture(scope="module")
def found():
    return verdicts.measure(n=200, clean_sets=60, sets=2, strengths=[STRONG])


def test_clean_sets_stay_quiet(found):
    most = 7  # of 60: what a rate of 5% exceeds once in a hundred times
    assert found["false_alarms"] <= most
    assert found["concluded"] <= most


def test_strong_cues_are_found_and_come_first(found):
    strong = found["cues"]
    assert len({row["cue"] for row in strong}) >= 24
    assert sum(row["recall"] for row in strong) >= 0.95 * len(strong)
    assert sum(row["first"] for row in strong) >= 0.9 * len(strong)


def test_the_eight_shortcuts_are_flagged_by_their_names():
    rows = shortcuts.measure(n=200, shares=(0.9,))
    assert rows["flagged_by_name"] == 8
    assert [row["flagged"] for row in rows["clean"]] == [[], []]
