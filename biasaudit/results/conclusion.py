"""What is wrong with the whole: one cause, in one sentence, with the findings that bear it out."""

from __future__ import annotations

from typing import Literal

from biasaudit.results.base import AuditVerdict, Label, Ours, Record
from biasaudit.results.sentences import Sentence
from biasaudit.results.untied import Untied

ConclusionKind = Literal["labels", "leak", "split", "source", "mark", "people", "appearance", "hidden_group"]
Level = Literal["fact", "shortcut", "review", "unidentifiable", "suspect", "gap", "ask"]
"""How sure, and what of: counted in the files; shown to be used; for a person to settle; only new data can answer; tied
to the label; the model fails for some; a question to a person, and no alarm."""

CALLED: dict[Level, AuditVerdict] = {
    "shortcut": "shortcut",
    "review": "review",
    "fact": "suspect",
    "unidentifiable": "suspect",
    "suspect": "suspect",
    "gap": "gap",
}
"""What an audit is called by the most serious of its conclusions; a question to a person alone is no alarm."""


class Conclusion(Record):
    """One cause, as a person needs it who reads nothing else."""

    id: Ours
    """Stable across reruns: its kind, and where there can be several what it is about: "mark-ruler"."""
    kind: ConclusionKind
    level: Level
    sentence: Sentence
    """What is wrong, in one sentence that a layman can repeat."""
    label: Label | None = None
    """The class that it gives away, where it is one."""
    findings: tuple[Ours, ...]
    """Ids of the findings that bear it out, the most telling first."""
    untied: Untied | None = None
    """How good the model is where this cause does not help it; None where that was not asked."""
    who_decides: Sentence
    what_to_do: Sentence

    @property
    def words(self) -> frozenset[str]:
        """The words by which a user can ask for conclusions of this level, as `--fail-on` does."""
        return frozenset({self.level, CALLED.get(self.level, self.level)})
