"""The table itself: each of the sixty faults has a test, and a fault whose test fails is said to have failed."""

import re
from pathlib import Path
from types import SimpleNamespace

from tests.faults.table import FAULTS, SEEN, gathered

TESTS = Path(__file__).parents[1]


def test_each_of_the_sixty_faults_has_a_test():
    named = set()
    for path in TESTS.rglob("test_*.py"):
        text = path.read_text(encoding="utf-8")
        for numbers in re.findall(r"def test_(?:fault_)?((?:\d+_)+)|@pytest\.mark\.fault\(([\d, ]+)\)", text):
            named |= {int(number) for number in re.findall(r"\d+", " ".join(numbers))}
    assert set(range(1, 61)) == set(FAULTS)
    assert set(FAULTS) <= named


def report(outcome: str, *properties, when="call"):
    return SimpleNamespace(when=when, outcome=outcome, passed=outcome == "passed", user_properties=properties)


def test_what_was_seen_is_gathered_and_one_failure_is_a_failure():
    seen = gathered([
        report("passed", (SEEN, [1, ""]), (SEEN, [1, "skipped"])),
        report("passed", (SEEN, [2, ""])),
        report("passed", (SEEN, [3, ""])),
        report("failed", (SEEN, [3, ""])),
        report("skipped", (SEEN, [4, ""]), when="setup"),
        report("passed", (SEEN, [5, ""]), when="setup"),
        report("passed", ("other", 7)),
    ])  # fmt: skip
    assert seen == {1: ("ok", "skipped"), 2: ("ok", "as expected"), 3: ("FAILED", ""), 4: ("skipped", "")}
