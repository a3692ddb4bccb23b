"""What no kind took: a problem is never lost from the verdict, whoever found it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from biasaudit.conclude.conclusions.about import About
from biasaudit.conclude.conclusions.standing import PROBLEMS, level_of
from biasaudit.results import Conclusion, ConclusionKind, Finding, Kind, say

KIND_OF: dict[Kind, ConclusionKind] = {"metadata": "source", "file": "source", "artefact": "mark", "discovered": "mark"}
"""What is told of which kind of finding; of all others, a group of pictures."""


def rest(findings: Sequence[Finding], about: About) -> Iterator[Conclusion]:
    """One conclusion a finding that is left; the name of a file is no trait of a picture, and concludes nothing."""
    for finding in findings:
        if finding.verdict in PROBLEMS and not (finding.kind == "file" and finding.cue == "file_name"):
            yield Conclusion(
                id=f"rest-{finding.id}",
                kind=KIND_OF.get(finding.kind, "hidden_group"),
                level=level_of(finding),
                sentence=finding.title,
                label=finding.label,
                findings=(finding.id,),
                who_decides=say("Whoever prepared the pictures."),
                what_to_do=finding.recommendation,
            )
