"""One picture under two labels: one of the two is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from biasaudit.conclude.conclusions.about import About
from biasaudit.results import Conclusion, Finding, say


def labels(findings: Sequence[Finding], about: About) -> Iterator[Conclusion]:
    """A fact: it was counted in the files, and at least one label of each picture is wrong."""
    for finding in findings:
        if finding.id == "leakage-label-conflict":
            yield Conclusion(
                id="labels",
                kind="labels",
                level="fact",
                sentence=finding.title,
                findings=(finding.id,),
                who_decides=say("Whoever labelled the pictures, or can label them again."),
                what_to_do=finding.recommendation,
            )
