"""What a conclusion has to know beside the findings: all of it stands in the record of an audit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from biasaudit.results import Breakdown, Finding, column_of


@dataclass(frozen=True, kw_only=True)
class About:
    """What the findings are about."""

    people: frozenset[str] = frozenset()
    """Columns about people."""
    field: str = "photo"
    """What the pictures are of: `skin`, `radiology`, `microscopy`, or `photo` for all else."""
    classes: int = 2
    """How many there are."""
    subject_known: bool = False
    """Whether the user said where the subject is."""

    @property
    def edge_is_free(self) -> bool:
        """Whether what stands at the edge of a picture cannot be its subject."""
        return self.subject_known or self.field in ("radiology", "skin")

    def of_people(self, finding: Finding) -> bool:
        """Whether a finding is about a column that says whose pictures these are."""
        return column_of(finding.cue) in self.people


def about(subgroups: Iterable[Breakdown], field: str, subject: str | None, classes: int) -> About:
    """The same, from the groups that an audit compares, what its pictures are of, and where their subject is."""
    people = {column_of(each.column) for each in subgroups if each.about_people}
    return About(people=frozenset(people), field=field, classes=classes, subject_known=bool(subject))
