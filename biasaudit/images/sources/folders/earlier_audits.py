"""Folders that an audit wrote: its thumbnails and what it kept are no photographs to audit.

Names alone make no such folder: whoever puts two empty files into a class's folder would take the class away.
"""

from __future__ import annotations

import os
from collections.abc import Set
from pathlib import Path

from biasaudit.images.sources.matching.path_text import ENDINGS
from biasaudit.runtime.reading import begins_with

MARKS = ({"audit.json", "report.html"}, {"cache", "split.csv"}, {"cache", "selftest.json"})
"""What lies in them beside each other."""
OWN = ("cache", "evidence")
"""Their own folders."""
AUDIT = b'{\n "schema_version": "'
"""How each `audit.json` begins."""
LOCK = os.path.join("cache", ".lock")
"""What every command leaves that writes into a folder."""


def was_written_by_us(path: str, names: Set[str]) -> bool:
    """Whether an audit wrote into a folder that holds these names: by what its files say."""
    marks = next((each for each in MARKS if names >= each), None)
    if marks is None:
        return False
    if "audit.json" in marks:
        return begins_with(Path(path, "audit.json"), AUDIT)
    return os.path.isfile(os.path.join(path, LOCK))


def is_picture(name: str) -> bool:
    """Whether a file is called as pictures are."""
    return os.path.splitext(name)[1].lower() in ENDINGS
