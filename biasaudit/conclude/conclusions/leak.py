"""One picture, or one patient, on both sides of a split: test figures are too good."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from biasaudit.conclude.conclusions.about import About
from biasaudit.conclude.conclusions.standing import PROBLEMS
from biasaudit.results import Conclusion, Finding, Sentence, paragraph, say

PLACES = ("leakage-across-splits", "leakage-groups-across-splits", "leakage-across-groups")


def leak(findings: Sequence[Finding], about: About) -> Iterator[Conclusion]:
    """A fact, counted in the files: pictures first, then patients, then pictures of two patients."""
    found = [each for each in findings if each.kind == "leakage" and each.verdict in PROBLEMS]
    found.sort(key=lambda each: PLACES.index(each.id) if each.id in PLACES else len(PLACES))
    if found:
        yield Conclusion(
            id="leak",
            kind="leak",
            level="fact",
            sentence=paragraph(*(Sentence(each.title) for each in found)),
            findings=tuple(each.id for each in found),
            who_decides=say("Whoever made the split."),
            what_to_do=paragraph(*(Sentence(each.recommendation) for each in found)),
        )
