"""What is wrong with the whole: from many findings to the few things that a person has to know, in their order.

Facts come before what is inferred, and the whole before its parts: what tells of the source of a class is not told once
more as a mark or a property. Each kind is a pure function of the findings that the kinds before it left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from biasaudit.conclude.conclusions.about import About
from biasaudit.conclude.conclusions.appearance import appearance
from biasaudit.conclude.conclusions.hidden_group import hidden_group
from biasaudit.conclude.conclusions.labels import labels
from biasaudit.conclude.conclusions.leak import leak
from biasaudit.conclude.conclusions.mark import mark
from biasaudit.conclude.conclusions.people import people
from biasaudit.conclude.conclusions.rest import rest
from biasaudit.conclude.conclusions.source import source
from biasaudit.conclude.conclusions.source_column import source_column
from biasaudit.conclude.conclusions.split import split
from biasaudit.results import Conclusion, Finding, Level

Kind = Callable[[Sequence[Finding], About], Iterator[Conclusion]]
GRAVITY: dict[Level, int] = {
    "fact": 0,
    "shortcut": 1,
    "unidentifiable": 1,
    "review": 2,
    "suspect": 3,
    "gap": 4,
    "ask": 5,
}
"""In which order they are told; of one gravity in the order of the kinds, the whole before its parts."""
KINDS: tuple[Kind, ...] = (labels, leak, split, source, source_column, mark, people, hidden_group, appearance, rest)
"""In the order in which they take findings, and in which they are told."""


def conclusions(findings: Sequence[Finding], about: About) -> tuple[Conclusion, ...]:
    """The few things that are wrong: facts first, then the surest, and of those the whole before its parts.

    findings: most serious first.
    """
    found: list[Conclusion] = []
    left = list(findings)
    for kind in KINDS:
        some = list(kind(left, about))
        told = {name for each in some for name in each.findings}
        left = [each for each in left if each.id not in told]
        found += some
    return tuple(sorted(found, key=lambda each: GRAVITY[each.level]))
