"""A mark stands in for a class: one cause, however many cues and patterns saw it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from biasaudit.conclude.conclusions.about import About
from biasaudit.conclude.conclusions.standing import PROBLEMS, gravest, is_mark, slug
from biasaudit.results import Conclusion, Finding, say

OF_A_MARK = say("Whoever knows how the pictures were taken: why do these pictures have it, and the others not?")
OF_A_PATTERN = say("A person who knows the subject: is this the thing itself, or was it put there?")
ORDER = ("shortcut", "review", "unidentifiable", "suspect")


def mark(findings: Sequence[Finding], about: About) -> Iterator[Conclusion]:
    """One conclusion a story that a mark tells: the one that is named before the ones that were discovered."""
    marks = [each for each in findings if is_mark(each, about) and each.verdict in ORDER]
    marks = [each for each in marks if each.verdict != "suspect" or not _of_appearance(each, findings)]
    told: set[str] = set()
    for finding in sorted(marks, key=lambda each: (ORDER.index(each.verdict), each.kind != "artefact")):
        if finding.id in told:
            continue
        story = [each for each in findings if each.id in finding.story and each.verdict in PROBLEMS]
        story = [each for each in story if each.id not in told and not about.of_people(each) and each.verdict != "gap"]
        told.update((finding.id, *(each.id for each in story)))
        yield Conclusion(
            id=f"mark-{slug(finding.id)}",
            kind="mark",
            level=gravest([finding, *(each for each in story if each.kind == "metadata")]),
            sentence=finding.title,
            label=finding.label,
            findings=(finding.id, *(each.id for each in sorted(story, key=lambda each: not is_mark(each, about)))),
            who_decides=OF_A_PATTERN if finding.kind == "discovered" else OF_A_MARK,
            what_to_do=finding.recommendation,
        )


def _of_appearance(finding: Finding, findings: Sequence[Finding]) -> bool:
    """Whether a mark whose use was not shown only follows a property that tells its class better."""
    leaders = [each for each in findings if each.leads and each.id in finding.story and each.kind == "property"]
    noted = any(each.id in finding.story and each.kind == "metadata" for each in findings)
    return not finding.leads and bool(leaders) and not noted
