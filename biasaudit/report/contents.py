"""Where each finding stands on the page: among the problems, in a section of its own, clear, or not tested."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from biasaudit.report.chapters import Chapter, chapter
from biasaudit.report.pictures import Pictures
from biasaudit.report.standing import section_of
from biasaudit.report.words import PROBLEMS, anchor
from biasaudit.results import Audit, Finding, Section

MOST_ARTICLES = 12
"""Articles of a section about findings that nobody has to decide about; the others stand with what is clear."""


@dataclass(frozen=True)
class Apart:
    """A section of its own, with the findings that are told there."""

    anchor: str
    section: Section
    articles: tuple[Chapter, ...]
    """Of a section of rows only the problems: they have to be read, and decided."""
    rows: tuple[Finding, ...]
    """What nobody has to decide about, of a section of rows; the most telling first."""

    @property
    def measure(self) -> str:
        """What the figures of the rows measure, where that is the same of all; else "", and each says it itself."""
        ties = [tie for each in self.rows if (tie := each.rungs.get("association"))]
        measures = {str(tie.estimate.measure) for tie in ties if tie.estimate}
        return measures.pop() if len(measures) == 1 else ""


@dataclass(frozen=True)
class Contents:
    """All findings of an audit, each in one place."""

    chapters: tuple[Chapter, ...]
    """The problems that are told together, most serious first, each with those that tell the same story."""
    apart: tuple[Apart, ...]
    clear: tuple[Finding, ...]
    """Tested without a finding."""
    untested: tuple[Finding, ...]

    @property
    def articles(self) -> Iterator[Chapter]:
        """Every finding that has a place of its own on the page, in the order of the page."""
        for leading in (*self.chapters, *(each for section in self.apart for each in section.articles)):
            yield leading
            yield from leading.followers

    def leading(self, audit: Audit) -> list[Chapter]:
        """The problems that lead a story, wherever they are told, most serious first."""
        told = (*self.chapters, *(each for section in self.apart for each in section.articles if each.number))
        order = {finding.id: place for place, finding in enumerate(audit.findings)}
        return sorted(told, key=lambda each: order[each.finding.id])


def contents(audit: Audit, pictures: Pictures) -> Contents:
    """Every finding in its place; pictures are asked for in the order of the page."""
    sections: dict[str, tuple[Section, list[Finding]]] = {}
    rest: list[Finding] = []
    for finding in audit.findings:
        section = section_of(finding)
        if section is None:
            rest.append(finding)
        else:
            sections.setdefault(anchor(section.id), (section, []))[1].append(finding)
    numbers = count(1)
    chapters = tuple(_chapters([each for each in rest if each.verdict in PROBLEMS], pictures, numbers))
    apart, left = [], []
    # First the sections of articles, then those that are tables, as they stand on the page.
    for place, (name, (section, found)) in enumerate(sorted(sections.items(), key=lambda each: each[1][0].form), 1):
        problems = [each for each in found if each.verdict in PROBLEMS]
        others = [each for each in found if each.verdict not in PROBLEMS]
        articles = list(_chapters(problems, pictures, numbers))
        if section.form == "articles":
            told = others[:MOST_ARTICLES]
            articles += [chapter(each, pictures, f"s{place}-{n}") for n, each in enumerate(told, 1)]
            left += others[MOST_ARTICLES:]
            others = []
        apart.append(Apart(f"section-{name}", section, tuple(articles), tuple(sorted(others, key=_least_telling))))
    told_clear = {each.id for each in (*rest, *left) if each.verdict == "clear"}
    return Contents(
        chapters,
        tuple(apart),
        tuple(each for each in audit.findings if each.id in told_clear),
        tuple(each for each in rest if each.verdict == "untested"),
    )


def _least_telling(finding: Finding) -> float:
    tie = finding.rungs.get("association")
    return -tie.estimate.value if tie and tie.estimate else float("inf")


def _chapters(problems: Sequence[Finding], pictures: Pictures, numbers: Iterator[int]) -> Iterator[Chapter]:
    leader_of = {finding.id: _leader(finding, problems).id for finding in problems}
    for finding in problems:
        if leader_of[finding.id] != finding.id:
            continue
        number = str(next(numbers))
        followers = [each for each in problems if leader_of[each.id] == finding.id and each.id != finding.id]
        yield chapter(
            finding,
            pictures,
            number,
            number,
            (chapter(each, pictures, f"{number}.{n}", f"{number}.{n}") for n, each in enumerate(followers, 1)),
        )


def _leader(finding: Finding, problems: Sequence[Finding]) -> Finding:
    """The finding whose article this one is folded into; itself where it leads, or where nobody does."""
    if finding.leads:
        return finding
    for other in problems:
        if other.leads and (other.id in finding.story or finding.id in other.story):
            return other
    return finding
