"""People: a group that is tied to a class, missing, or failed by the model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from biasaudit.conclude.conclusions.about import About
from biasaudit.conclude.conclusions.standing import PROBLEMS, level_of, slug
from biasaudit.results import Conclusion, Finding, Sentence, column_of, paragraph, say

ABOUT_PEOPLE = ("subgroup", "representation", "metadata")
"""Kinds of findings that ask something of a column about people."""


def people(findings: Sequence[Finding], about: About) -> Iterator[Conclusion]:
    """One conclusion a column: its most serious finding, and what else is wrong by the same column."""
    found = [
        each for each in findings if each.verdict in PROBLEMS and each.kind in ABOUT_PEOPLE and about.of_people(each)
    ]
    columns = dict.fromkeys(column_of(each.cue) for each in found)
    for column in columns:
        of_column = [each for each in found if column_of(each.cue) == column]
        first = of_column[0]
        others = [each for each in of_column[1:] if each.kind != first.kind]
        yield Conclusion(
            id=f"people-{slug(first.id)}",
            kind="people",
            level=level_of(first),
            sentence=paragraph(Sentence(first.title), *(Sentence(each.title) for each in others[:1])),
            label=first.label,
            findings=tuple(each.id for each in of_column),
            who_decides=say("Those who answer for whom the model will be used on: an ethics board, a clinician."),
            what_to_do=first.recommendation,
        )
