"""An audit as the page reads it, worked out before a template sees it."""

from __future__ import annotations

from collections import Counter
from functools import cached_property

from biasaudit.report.against import Against, against
from biasaudit.report.charts import Point, position
from biasaudit.report.contents import Contents, contents
from biasaudit.report.first_screen import FirstScreen, first_screen
from biasaudit.report.pictures import Pictures
from biasaudit.report.standing import of_a_cue
from biasaudit.report.words import MOST_ROWS, conclusion_anchor, link
from biasaudit.results import Audit, Check, CueMap, Estimate, Finding


def ties(audit: Audit) -> list[tuple[Finding, Estimate]]:
    """Every finding about a cue whose tie to the label has a figure, with that figure."""
    return [
        (finding, tie.estimate)
        for finding in audit.findings
        if of_a_cue(finding) and (tie := finding.rungs.get("association")) and tie.estimate
    ]


class View:
    """An audit as a page reads it, from top to bottom."""

    def __init__(self, audit: Audit, pictures: Pictures) -> None:
        self.audit = audit
        self.pictures = pictures

    @cached_property
    def contents(self) -> Contents:
        """Which finding stands where."""
        return contents(self.audit, self.pictures)

    @cached_property
    def first(self) -> FirstScreen:
        """The first screen."""
        return first_screen(self.audit, self.contents, len(self.against))

    @cached_property
    def against(self) -> tuple[Against, ...]:
        """The pictures whose labels should be checked first."""
        return against(self.contents, self.pictures)

    @property
    def titles(self) -> dict[str, str]:
        """Finding id -> title, for links between findings of one story."""
        return {finding.id: str(finding.title) for finding in self.audit.findings}

    @property
    def places(self) -> dict[str, str]:
        """Where on the page each conclusion and each finding stands, by id."""
        of_all = {each.id: f"#{conclusion_anchor(each.id)}" for each in self.audit.conclusions}
        return of_all | {finding.id: link(finding.id) for finding in self.audit.findings}

    @property
    def points(self) -> list[Point]:
        """Every cue whose tie to the label has a figure, for the association strip."""
        numbers = {each.finding.id: each.number for each in self.contents.articles}
        return [
            Point(numbers.get(finding.id, ""), finding.verdict, position(estimate))
            for finding, estimate in ties(self.audit)
        ]

    def map_of(self, finding: Finding) -> CueMap | None:
        """Whether the evidence moves onto this finding's cue once it is put in; None where that was not asked."""
        cues = self.audit.attribution.cues if self.audit.attribution else ()
        return next((each for each in cues if (each.kind, each.cue) == (finding.kind, finding.cue)), None)

    @property
    def checks(self) -> list[Check]:
        """Every check, those that failed or were skipped first."""
        return sorted(self.audit.checks, key=lambda check: ("failed", "skipped", "ran").index(check.status))

    @property
    def tests(self) -> int:
        """How many tests the audit made: the family that its q-values are corrected over."""
        return sum(check.tests for check in self.audit.checks)

    @property
    def excluded(self) -> list[tuple[str, str, int]]:
        """(reason, class, files) of the files left out, commonest first."""
        seen = Counter((each.reason, each.label or "no class") for each in self.audit.dataset.excluded)
        return [(reason, label, n) for (reason, label), n in seen.most_common(MOST_ROWS)]
