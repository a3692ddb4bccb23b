"""A group of pictures that no column names and on which the model fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from biasaudit.conclude.conclusions.about import About
from biasaudit.results import Conclusion, Finding, Sentence, paragraph, say


def hidden_group(findings: Sequence[Finding], about: About) -> Iterator[Conclusion]:
    """One conclusion for all groups that were found."""
    found = [each for each in findings if each.kind == "discovered" and each.verdict == "gap"]
    if found:
        yield Conclusion(
            id="hidden_group",
            kind="hidden_group",
            level="gap",
            sentence=paragraph(*(Sentence(each.title) for each in found[:2])),
            label=found[0].label,
            findings=tuple(each.id for each in found),
            who_decides=say("A person who looks at the pictures: what do they have in common?"),
            what_to_do=found[0].recommendation,
        )
