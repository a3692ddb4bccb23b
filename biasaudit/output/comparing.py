"""Comparing two audits in Python, in a notebook and from the command line."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from biasaudit.errors import UsageError
from biasaudit.output.comparison import STATUSES, Comparison
from biasaudit.output.comparison import compare as compare_records
from biasaudit.output.comparison.page import as_text, render_comparison
from biasaudit.output.result import AuditResult, read_audit
from biasaudit.runtime.cache import write_text


class Compared:
    """Two audits side by side: `record`, `findings` (a DataFrame), `to_html(path)`; printed, it is the whole story."""

    def __init__(self, record: Comparison) -> None:
        self.record = record
        """What `compare --json` writes."""

    @property
    def findings(self) -> pd.DataFrame:
        """One row a finding of either audit, what got worse first."""
        rows = []
        for change in self.record.changes:
            row: dict[str, object] = {"id": change.id, "status": change.status, "rung": change.rung}
            for name, side in (("old", change.old), ("new", change.new)):
                estimate = side.estimate if side else None
                row[f"{name}_verdict"] = side.verdict if side else None
                row |= {f"{name}_{part}": getattr(estimate, part, None) for part in ("value", "low", "high")}
            rows.append(row | {"apart": change.apart, "sentence": change.sentence})
        return pd.DataFrame(rows)

    def to_html(self, path: str | Path) -> Path:
        """Write the comparison as one page that runs no script; returns its path."""
        return write_text(Path(path), render_comparison(self.record))

    def __str__(self) -> str:
        return as_text(self.record)

    def __repr__(self) -> str:
        return f"Compared({self.record.old_verdict!r} -> {self.record.new_verdict!r}: {self.record.headline!r})"


def compare(old: AuditResult | str | Path, new: AuditResult | str | Path) -> Compared:
    """Say what changed between two audits, each a result, an audit.json or the folder that holds one.

    Raises UsageError where one cannot be read.
    """
    records = [(each if isinstance(each, AuditResult) else read_audit(each)).record for each in (old, new)]
    return Compared(compare_records(*records))


def compare_files(old: Path, new: Path, out: Path | None, json_file: Path | None, watched: set[str]) -> bool:
    """Print the comparison and write the files asked for; whether a finding has a status that is watched.

    Raises UsageError where an audit cannot be read, or a status is not known.
    """
    known = STATUSES[:4]
    if unknown := sorted(watched - set(known)):
        raise UsageError(f"--fail-on does not know {', '.join(unknown)}; it takes {', '.join(known)}.")
    compared = compare(old, new)
    print(compared, end="")
    if out is not None:
        print(compared.to_html(out))
    if json_file is not None:
        print(write_text(json_file, compared.record.model_dump_json(indent=1) + "\n"))
    return any(change.status in watched for change in compared.record.changes)
