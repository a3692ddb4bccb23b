"""Folders that an audit wrote: its thumbnails and what it kept are no photographs to audit.

Names alone make no such folder: whoever puts two empty files into a class's folder would take the class away.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Set
from pathlib import Path

from biasaudit.images.sources.matching.path_text import ENDINGS
from biasaudit.runtime.output_folder import LARGEST_AUDIT
from biasaudit.runtime.reading import text_of

MARKS = ({"audit.json", "report.html"}, {"cache", "split.csv"}, {"cache", "selftest.json"})
"""What lies in them beside each other."""
FIELDS = {"schema_version", "dataset", "findings"}
"""What each of them holds."""
KEPT = re.compile(r"(small|cues)-[0-9a-f]{16}\.(bin|parquet)")
"""How files in `cache` are called by all that measures images."""
FEW = 5
"""Pictures that a person saves beside a report, at most: where there are more, an audit was written among the data."""


def was_written_by_us(path: str, names: Set[str]) -> bool:
    """Whether an audit wrote into a folder that holds these names: by what its files say."""
    marks = next((each for each in MARKS if names >= each), None)
    if marks is None:
        return False
    try:
        if "audit.json" in marks:
            told = json.loads(text_of(Path(path, "audit.json"), LARGEST_AUDIT))
            return isinstance(told, dict) and told.keys() >= FIELDS
        return any(map(KEPT.fullmatch, os.listdir(os.path.join(path, "cache"))))
    except (OSError, ValueError, RecursionError):  # not ours, or closed
        return False


def may_be_picture(name: str) -> bool:
    """Whether a file is called as pictures are; those of DICOM have no ending."""
    return os.path.splitext(name)[1].lower() in {*ENDINGS, ""}
