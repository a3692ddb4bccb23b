"""The parts of a column that are compared as columns of their own, and what those are called."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from biasaudit.results.finding import Finding
from biasaudit.results.sentences import Sentence, listed, say

PartName = Literal["beginning", "longer beginning", "ending", "pattern", "number", "year", "weekday", "hour"]
NAMED: dict[PartName, Sentence] = {
    "beginning": say("beginning"),
    "longer beginning": say("longer beginning"),
    "ending": say("ending"),
    "pattern": say("pattern"),
    "number": say("number"),
    "year": say("year"),
    "weekday": say("weekday"),
    "hour": say("hour"),
}
"""What each is called in a sentence."""


def part_of(column: str, part: PartName) -> str:
    """What the part of a column is called: "accession (beginning)"."""
    return f"{column} ({part})"


def compared_parts(parts: Sequence[Sentence]) -> Sentence:
    """Of parts by their names: "its beginning and number are compared"."""
    return say("its {parts} {are} compared", parts=listed(parts), are=say("are") if len(parts) > 1 else say("is"))


def column_of(cue: str) -> str:
    """The column that a part is of; of any other name the name itself."""
    return next((cue.removesuffix(f" ({part})") for part in NAMED if cue.endswith(f" ({part})")), cue)


def not_compared(findings: Sequence[Finding], mediators: Iterable[str] = ()) -> tuple[Finding, ...]:
    """The findings on columns of which nothing was compared with the label, neither the whole nor a part.

    mediators: columns that the user declared so, which is why they were not.
    """
    columns = [each for each in findings if each.kind == "metadata"]
    names = {each.cue for each in columns}
    compared = {name for each in columns if each.verdict != "untested" for name in (each.cue, column_of(each.cue))}
    return tuple(
        each
        for each in columns
        if each.cue not in (*compared, *mediators)
        and (column_of(each.cue) == each.cue or column_of(each.cue) not in names)
    )
