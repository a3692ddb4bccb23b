"""The given test part differs from training in what no subject has, or what is tied to a class turns round in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from biasaudit.conclude.conclusions.about import About
from biasaudit.conclude.conclusions.standing import PROBLEMS, level_of
from biasaudit.results import Conclusion, Finding, Level, say

WHO = say("Whoever made the split, and knows where each part comes from.")


def split(findings: Sequence[Finding], about: About) -> Iterator[Conclusion]:
    """A fact where the files tell the parts; and what the model's answers there say, at a level of its own."""
    for finding in findings:
        if finding.detector == "given_parts" and finding.verdict in PROBLEMS:
            yield _of(finding, "split", "fact")
        elif finding.detector == "reversal" and finding.verdict in PROBLEMS:
            yield _of(finding, "split-answers", level_of(finding))


def _of(finding: Finding, name: str, level: Level) -> Conclusion:
    return Conclusion(
        id=name,
        kind="split",
        level=level,
        sentence=finding.title,
        label=finding.label,
        findings=(finding.id,),
        who_decides=WHO,
        what_to_do=finding.recommendation,
    )
