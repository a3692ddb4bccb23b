"""A column of the table, or files that were lost, tell a class by themselves: the source as somebody wrote it down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from biasaudit.conclude.conclusions.about import About
from biasaudit.conclude.conclusions.mark import ORDER
from biasaudit.conclude.conclusions.source import WHO
from biasaudit.conclude.conclusions.standing import PROBLEMS, gravest, is_mark, slug
from biasaudit.results import Conclusion, Finding

STORY = ("metadata", "file", "property")
"""Kinds of findings that are told with a column, where they go with it image by image."""


def source_column(findings: Sequence[Finding], about: About) -> Iterator[Conclusion]:
    """One conclusion a story; a column that only notes a mark is left to the mark, and one about people to them."""
    told: set[str] = set()
    for finding in findings:
        if finding.id in told or not _says_it(finding, findings, about):
            continue
        story = [each for each in findings if each.id in finding.story and each.kind in STORY]
        story = [each for each in story if each.id not in told and not about.of_people(each) and each.verdict != "gap"]
        told.update((finding.id, *(each.id for each in story)))
        yield Conclusion(
            id=f"source-{slug(finding.id)}",
            kind="source",
            level=gravest([finding, *(each for each in story if each.kind == "metadata")]),
            sentence=finding.title,
            label=finding.label,
            findings=(finding.id, *(each.id for each in story)),
            who_decides=WHO,
            what_to_do=finding.recommendation,
        )


def _says_it(finding: Finding, findings: Sequence[Finding], about: About) -> bool:
    if finding.verdict not in PROBLEMS or finding.verdict == "gap" or about.of_people(finding):
        return False
    if finding.kind == "file":
        return finding.detector != "rungs" and finding.label is not None
    marked = (each for each in findings if each.id in finding.story and each.kind == "artefact")
    return finding.kind == "metadata" and not any(is_mark(each, about) and each.verdict in ORDER for each in marked)
