"""The sixty faults that a run must survive, and the table of what was seen of each at the end of a test session.

A test says which faults it is about by its name, `test_fault_4_5_...` or `test_4_5_...`, or with
`@pytest.mark.fault(4, 5)`; and with the fixture `seen` what it saw.
"""

from __future__ import annotations

import re
from collections import defaultdict

import pytest

FAULTS = {
    1: ("0-byte file", "skipped"),
    2: ("text named .jpg", "skipped"),
    3: ("PNG named .jpg", "accepted, mismatch noted"),
    4: ("truncated JPEG", "skipped"),
    5: ("truncated PNG", "skipped"),
    6: ("48 kB PNG of 20000x20000", "skipped in 1 s and 200 MB"),
    7: ("1x100000 pixels", "skipped"),
    8: ("1x1 pixel", "accepted, noted"),
    9: ("16-bit grey", "mean within 1/255 of the truth"),
    10: ("CMYK JPEG", "RGB, counted"),
    11: ("fully transparent RGBA", "on white, hidden pixels counted"),
    12: ("palette with transparency", "right colours"),
    13: ("animated GIF, WebP, APNG", "first frame, noted"),
    14: ("EXIF orientation 1 to 8", "the same upright pixels everywhere"),
    15: ("float TIFF with NaN", "skipped"),
    16: ("FITS, EPS, SVG", "never opened"),
    17: ("2 MB of EXIF or text", "bounded"),
    18: ("EXIF with place and patient", "in no byte written"),
    19: ("over 20% unreadable", "exit 3, or --max-bad"),
    20: ("unreadable in one class only", "a finding"),
    21: ("images of one colour", "no heatmap, noted"),
    22: ("one file in two splits", "leakage finding"),
    23: ("one file in two classes", "label conflict"),
    24: ("link out of the folder", "refused"),
    25: ("link loop", "ends, said"),
    26: ("FIFO, socket, device", "never opened, no hang"),
    27: ("no read permission", "skipped"),
    28: ("name that is no UTF-8", "audited under a safe id"),
    29: ("newline, RTL, emoji, 250 letters", "audited, shown safely"),
    30: ("NFC and NFD twins", "two files, said"),
    31: ("file named <img onerror>", "inert"),
    32: ("class named </script>", "inert"),
    33: ("metadata javascript: and quotes", "inert"),
    34: ("group $x^{$ or NUL", "inert"),
    35: ("value or header =cmd, +, -, @, tab", "quoted in CSV, numbers stay"),
    36: ("CSV path ../.. or absolute", "refused, content absent"),
    37: ("UTF-16, BOM, ; CSV", "read, or exit 2 with the fix"),
    38: ("ragged row, unclosed quote", "exit 2 with the line"),
    39: ("equal duplicate rows", "counted once"),
    40: ("conflicting duplicate rows", "exit 3 with ids"),
    41: ("rows without file, files without row", "both counted, exit 3 over a share"),
    42: ("groups NA, None, 007", "kept as text"),
    43: ("missing values", "a group of their own"),
    44: ("group of 1, or absent from test", "too small, no figure"),
    45: ("group equals class", "unidentifiable"),
    46: ("column of 1,000 levels", "taken for an id"),
    47: ("one class", "exit 3"),
    48: ("class with one image", "exit 3, or --drop-small"),
    49: ("empty class folder, empty root", "said; exit 3"),
    50: ("20,000 tiny files, scan", "under 30 s on two cores"),
    51: ("file changed during the run", "exit 3"),
    52: ("disk full", "exit 5, old report whole"),
    53: ("read-only output folder", "exit 5 before any work"),
    54: ("SIGKILL at any stage, then again", "the same result"),
    55: ("SIGINT, SIGTERM", "130 and 143, no orphans"),
    56: ("little memory", "smaller batch, or exit 5"),
    57: ("loss becomes NaN", "one retry, then exit 4"),
    58: ("two runs into one folder", "exit 5, holder named"),
    59: ("corrupt cache; object npz; HDF5 link", "made anew, nothing executed"),
    60: ("same seed; shuffled file order", "the same findings"),
}
"""Number: the fault, and what is expected."""

SEEN = "fault"


def numbers_of(item: pytest.Item) -> list[int]:
    """The faults that a test is about."""
    named = re.match(r"test_(?:fault_)?((?:\d+_)+)", item.name)
    numbers = {int(number) for number in named[1].split("_")[:-1]} if named else set()
    return sorted((numbers & set(FAULTS)) | {number for mark in item.iter_markers(SEEN) for number in mark.args})


@pytest.fixture
def seen(request, record_property):
    """Say in a few words what was seen of a fault: `seen(4, "skipped: truncated file")`."""

    def say(number: int, what: str) -> None:
        assert number in numbers_of(request.node), "the test's name or mark does not say so"
        record_property(SEEN, [number, what])

    return say


def pytest_configure(config):
    config.addinivalue_line("markers", "fault(*numbers): what a run must survive; see tests/faults/table.py")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Every report carries the faults that its test is about, also from another process."""
    report = yield
    report.user_properties += [(SEEN, [number, ""]) for number in numbers_of(item)]
    return report


def gathered(reports) -> dict[int, tuple[str, str]]:
    """Number -> ("ok", "FAILED" or "skipped", what was seen) of the faults that were tested in this session."""
    outcomes, said = defaultdict(set), defaultdict(list)
    for report in reports:
        about = [value for name, value in getattr(report, "user_properties", ()) if name == SEEN]
        if report.when != "call" and report.passed:
            continue
        for number, what in about:
            outcomes[number].add(report.outcome)
            if what and what not in said[number]:
                said[number].append(what)
    words = {
        number: "FAILED" if "failed" in seen else "ok" if "passed" in seen else "skipped"
        for number, seen in outcomes.items()
    }
    return {number: (word, "; ".join(said[number]) or "as expected" * (word == "ok")) for number, word in words.items()}


def pytest_terminal_summary(terminalreporter):
    """Print the table, where this session tested any of it."""
    found = gathered(report for some in terminalreporter.stats.values() for report in some if hasattr(report, "when"))
    if not found:
        return
    terminalreporter.section(f"faults: {sum(word == 'ok' for word, _ in found.values())} of {len(FAULTS)} as expected")
    for number, (fault, expected) in FAULTS.items():
        word, what = found.get(number, ("not run", ""))
        terminalreporter.write_line(f"{number:>2} {fault:38} {expected:38} {word}{': ' + what if what else ''}"[:200])
