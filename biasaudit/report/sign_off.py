"""Which findings a person has to decide about, and what can be decided of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote

from biasaudit.report.chapters import Chapter
from biasaudit.report.standing import is_pattern
from biasaudit.report.view import View
from biasaudit.report.words import OVERALL, VERDICTS, conclusion_anchor, link
from biasaudit.results import Conclusion

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

FORMS = {"finding": OF_A_FINDING, "pattern": OF_A_PATTERN}


class Case(NamedTuple):
    """One conclusion or finding to be decided."""

    key: str
    """Joins its form, its row in the sign-off and its record: the id, percent-encoded."""
    number: str
    title: str
    link: str
    """Where it stands on the page."""
    word: str
    """Its verdict or level."""
    form: str
    """Which of `FORMS`."""

    @property
    def decisions(self) -> dict[str, str]:
        """Decision, as it stands in a review file -> what it means."""
        return FORMS[self.form]


def case(chapter: Chapter) -> Case:
    """What can be decided of this finding."""
    finding = chapter.finding
    form = "pattern" if is_pattern(finding) else "finding"
    word = VERDICTS[finding.verdict].word
    return Case(quote(finding.id, safe=""), chapter.number, finding.title, link(finding.id), word, form)


def conclusion_case(conclusion: Conclusion) -> Case:
    """What can be decided of a conclusion: the findings that bear it out may be decided one by one as well."""
    place, word = f"#{conclusion_anchor(conclusion.id)}", OVERALL[conclusion.level].word
    return Case(quote(conclusion.id, safe=""), "", conclusion.sentence, place, word, "finding")


def cases(view: View) -> Iterator[Case]:
    """Every conclusion and every finding to be decided, in the order of the page."""
    yield from map(conclusion_case, view.audit.conclusions)
    yield from map(case, view.contents.articles)
