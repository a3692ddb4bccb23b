"""The given test part differs from training in what no subject has, or what is tied to a class turns round in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from biasaudit.conclude.conclusions.about import About
from biasaudit.results import Conclusion, Finding, Level, Sentence, paragraph, say

ANSWERS: dict[str, Level] = {"shortcut": "shortcut", "gap": "gap"}
"""What it is called where the model's answers turn or fail in the test part."""


def split(findings: Sequence[Finding], about: About) -> Iterator[Conclusion]:
    """A fact where the files tell the parts; else what the model's answers in the test part say."""
    turned = [each for each in findings if each.detector == "reversal" and each.verdict in ANSWERS]
    files = [each for each in findings if each.detector == "given_parts" and each.verdict == "suspect"]
    found = [*files, *turned]
    if found:
        yield Conclusion(
            id="split",
            kind="split",
            level="fact" if files else ANSWERS[turned[0].verdict],
            sentence=paragraph(*(Sentence(each.title) for each in found)),
            label=turned[0].label if turned else None,
            findings=tuple(each.id for each in found),
            who_decides=say("Whoever made the split, and knows where each part comes from."),
            what_to_do=paragraph(*(Sentence(each.recommendation) for each in found)),
        )
