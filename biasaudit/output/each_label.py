"""The page that leads to the reports of an audit of each label in turn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from biasaudit.output.result import AuditResult
from biasaudit.report.html import page
from biasaudit.runtime.cache import write_text


class OfLabel(NamedTuple):
    """The audit of one label against the rest; where it could not be made, why."""

    label: str
    folder: str
    """Of its report, relative to the page."""
    result: AuditResult | None
    error: str = ""


def write_page(out: Path, audits: Sequence[OfLabel]) -> Path:
    """Write `report.html` in `out`: a line a label, with its verdict and a link to its own report; returns its path."""
    return write_text(out / "report.html", page("each_label.html.j2", audits=audits))
