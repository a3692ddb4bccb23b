"""A group of pictures, not of people, on which the model fails: by a column, or one that no column names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from biasaudit.conclude.conclusions.about import About
from biasaudit.conclude.conclusions.standing import PROBLEMS, gravest
from biasaudit.results import Conclusion, Finding, Sentence, paragraph, say

KINDS = ("discovered", "subgroup", "representation", "metadata", "property", "artefact", "file")
"""Kinds of findings that can say that the model fails for some pictures."""


def hidden_group(findings: Sequence[Finding], about: About) -> Iterator[Conclusion]:
    """One conclusion for all groups that were found."""
    found = [each for each in findings if each.kind in KINDS and each.verdict in PROBLEMS and _fails(each)]
    if found:
        yield Conclusion(
            id="hidden_group",
            kind="hidden_group",
            level=gravest(found),
            sentence=paragraph(*(Sentence(each.title) for each in found[:2])),
            label=found[0].label,
            findings=tuple(each.id for each in found),
            who_decides=say("A person who looks at the pictures: what do they have in common?"),
            what_to_do=found[0].recommendation,
        )


def _fails(finding: Finding) -> bool:
    """Whether it says that the model fails there; a tie of a column is told of the sources."""
    return finding.verdict == "gap" or finding.kind in ("subgroup", "representation")
