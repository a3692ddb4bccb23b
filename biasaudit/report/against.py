"""Labels to check first: pictures that stand against several findings at once."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from biasaudit.report.chapters import Chapter, Exhibit
from biasaudit.report.contents import Contents
from biasaudit.report.pictures import Pictures
from biasaudit.report.standing import gives_away

FINDINGS = 3
"""Findings of different stories that a picture has to stand against."""
BEYOND_LOOKS = ("artefact", "file", "metadata")
"""Kinds of findings of which it has to stand against one at least: a church at night is dark, blue and smooth at once,
and still a church."""
MOST = 12


class Against(NamedTuple):
    """One picture, and what it stands against."""

    exhibit: Exhibit
    chapters: tuple[Chapter, ...]
    """Findings that lead a story and have it among their counterexamples, in the order of the page."""


def against(contents: Contents, pictures: Pictures) -> tuple[Against, ...]:
    """The pictures that most findings have among their counterexamples, at most `MOST`. What tells one story counts
    once: brightness and exposure are no two witnesses."""
    of: dict[str, list[Chapter]] = defaultdict(list)
    for chapter in contents.chapters:
        if gives_away(chapter.finding):
            for name in dict.fromkeys(chapter.finding.counterexamples):
                of[name].append(chapter)
    names = sorted(filter(lambda name: _told(of[name]), of), key=lambda name: -len(of[name]))
    return tuple(Against(Exhibit(name, pictures.photo(name), None), tuple(of[name])) for name in names[:MOST])


def _told(chapters: list[Chapter]) -> bool:
    return len(chapters) >= FINDINGS and any(each.finding.kind in BEYOND_LOOKS for each in chapters)
