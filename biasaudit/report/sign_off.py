"""Which findings a person has to decide about, and what can be decided of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote

from biasaudit.report.chapters import Chapter
from biasaudit.report.standing import is_pattern
from biasaudit.report.view import View
from biasaudit.results import Finding

OF_A_FINDING = {
    "accept": "Accept: it is as the audit says",
    "dispute": "Dispute: it is not",
    "needs data": "Needs data: it cannot be told from these images",
}
"""Decision, as it stands in a review file -> what it means."""
OF_A_PATTERN = {
    "subject": "The subject: a model should look at this",
    "not the subject": "Not the subject: a model should not look at this",
    "needs data": OF_A_FINDING["needs data"],
}
"""The same of a pattern that the model found, and that only a person can name."""


class Case(NamedTuple):
    """One finding to be decided."""

    key: str
    """Joins its form, its row in the sign-off and its record: the finding's id, percent-encoded."""
    number: str
    finding: Finding
    decisions: dict[str, str]


def case(chapter: Chapter) -> Case:
    """What can be decided of this finding."""
    finding = chapter.finding
    decisions = OF_A_PATTERN if is_pattern(finding) else OF_A_FINDING
    return Case(quote(finding.id, safe=""), chapter.number, finding, decisions)


def cases(view: View) -> Iterator[Case]:
    """Every finding to be decided, in the order of the page."""
    yield from map(case, view.contents.articles)
