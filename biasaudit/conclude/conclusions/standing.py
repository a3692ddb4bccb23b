"""How serious a finding is, and what kind of thing it is about, as conclusions read it."""

from __future__ import annotations

from collections.abc import Sequence

from biasaudit.conclude.conclusions.about import About
from biasaudit.results import Finding, Level

LEVELS: dict[str, Level] = {
    "shortcut": "shortcut",
    "unidentifiable": "unidentifiable",
    "review": "review",
    "suspect": "suspect",
    "gap": "gap",
}
"""What a conclusion is called that stands on a finding of a verdict, the gravest first."""
PROBLEMS = tuple(LEVELS)
OF_SKIN = ("hair", "gel_border", "gel_bubble", "ink_marking", "dark_corner")
"""What dermoscopes and those who use them leave in a picture. Elsewhere such lines, spots and shades are looks."""
OF_SCENES = ("text",)
"""What stands on the things themselves where pictures are of scenes: a petrol pump has its maker's name."""


def level_of(finding: Finding) -> Level:
    """The level of a conclusion that stands on one finding."""
    return LEVELS[finding.verdict]


def gravest(findings: Sequence[Finding]) -> Level:
    """The level of a conclusion that stands on several."""
    return min(map(level_of, findings), key=list(LEVELS.values()).index)


def told_in_files(finding: Finding) -> bool:
    """Whether it says something wrong of a trait of the files of a class."""
    return finding.kind == "file" and finding.verdict in PROBLEMS and finding.verdict != "gap" and bool(finding.label)


def is_mark(finding: Finding, about: About) -> bool:
    """Whether it is about something that was put into the pictures, or looks so."""
    if finding.kind == "artefact":
        content = OF_SCENES if about.field == "photo" and finding.verdict != "shortcut" else ()
        return finding.cue not in (*content, *(OF_SKIN if about.field != "skin" else ()))
    return finding.kind == "discovered" and finding.detector == "rungs"


def slug(finding_id: str) -> str:
    """What a finding is about, out of its id: "metadata-hospital" -> "hospital"; the whole where it has one part."""
    return finding_id.partition("-")[2] or finding_id
