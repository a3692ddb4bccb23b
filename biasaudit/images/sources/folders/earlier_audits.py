"""Folders that an audit wrote: its thumbnails and what it kept are no photographs to audit.

Names alone make no such folder: whoever puts two empty files into a class's folder would take the class away.
"""

from __future__ import annotations

import os
import re
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
KEPT = re.compile(r"(small|cues)-[0-9a-f]{16}\.(bin|parquet)")
"""How files in `cache` are called by all that measures images."""


def was_written_by_us(path: str, names: Set[str]) -> bool:
    """Whether an audit wrote into a folder that holds these names: by what its files say."""
    marks = next((each for each in MARKS if names >= each), None)
    if marks is None:
        return False
    if "audit.json" in marks:
        return begins_with(Path(path, "audit.json"), AUDIT)
    try:
        return any(map(KEPT.fullmatch, os.listdir(os.path.join(path, "cache"))))
    except OSError:  # no folder, or a closed one
        return False


def is_picture(name: str) -> bool:
    """Whether a file is called as pictures are."""
    return os.path.splitext(name)[1].lower() in ENDINGS
