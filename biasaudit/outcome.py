"""What a person holds after an audit, in Python or a notebook."""

from __future__ import annotations

import html
import json
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from pydantic import ValidationError

from biasaudit.cache import write_text
from biasaudit.errors import UsageError
from biasaudit.plots import plot
from biasaudit.redaction import redacted
from biasaudit.report.html import render, render_finding, render_fragment
from biasaudit.report.words import shorten
from biasaudit.results import Audit, AuditVerdict, Finding
from biasaudit.tables import findings_frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def read_audit(place: str | Path) -> AuditResult:
    """The audit saved in an `audit.json`, or in the folder that holds one.

    Raises UsageError, with the cause and the next step, where it cannot be read or is no audit.
    """
    path = Path(place)
    path = path / "audit.json" if path.is_dir() else path
    name = shorten(str(path), 200)
    try:
        return AuditResult.load(path)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"Cannot read {name}: {error}. Name the audit.json in a run's output folder.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise UsageError(f"{name} is no audit of this version: {where}: {first['msg']}.") from error


class ShownFinding:
    """One finding as a notebook shows it: `record`, `plot()`; as the last line of a cell it is drawn."""

    def __init__(self, record: Finding, of: AuditResult) -> None:
        self.record = record
        """What stands of it in `audit.json`."""
        self.of = of
        """The audit that it belongs to."""

    def plot(self) -> Figure:
        """Its four questions as a matplotlib figure, with the placebo where there is one."""
        return self.of.plot(self.record.id)

    def _repr_html_(self) -> str:
        return render_finding(self.record, self.of.folder / "evidence")

    def __repr__(self) -> str:
        return f"ShownFinding({self.record.id!r}: {self.record.verdict!r}, {self.record.title!r})"


class AuditResult:
    """A finished audit: `verdict`, `findings` and `images` (DataFrames), `finding(id)`, `plot()`, `show()`,
    `to_html()`.

    As the last line of a notebook cell it is drawn in short.
    """

    def __init__(self, record: Audit, folder: Path) -> None:
        self.record = record
        """Everything that stands in `audit.json`."""
        self.folder = folder
        """Where its files lie."""

    @classmethod
    def load(cls, audit_json: str | Path) -> AuditResult:
        """Read a saved `audit.json`. Raises pydantic.ValidationError where it is not one."""
        path = Path(audit_json)
        return cls(Audit.model_validate_json(path.read_text(encoding="utf-8")), path.parent)

    @property
    def verdict(self) -> AuditVerdict:
        """The audit's own verdict, the most serious of its findings'."""
        return self.record.verdict

    @property
    def files(self) -> list[Path]:
        """What this audit left in its folder for people and programs; the weights only where it made some."""
        names = ["audit.json", "findings.csv", "images.parquet", "report.html"]
        made = any(check.detector == "weights" and check.status == "ran" for check in self.record.checks)
        return [self.folder / name for name in (*names, *(["weights.csv"] if made else []))]

    @property
    def findings(self) -> pd.DataFrame:
        """One row a finding, most serious first."""
        return findings_frame(self.record.findings)

    @property
    def images(self) -> pd.DataFrame:
        """One row an image: cue values, metadata, out-of-fold probabilities."""
        return pd.read_parquet(self.folder / "images.parquet")

    def finding(self, id: str) -> ShownFinding:
        """The finding of this id. Raises UsageError where there is none."""
        found = next((each for each in self.record.findings if each.id == id), None)
        if found is None:
            near = get_close_matches(id, [each.id for each in self.record.findings], 3, 0.5)
            hint = f" Did you mean {' or '.join(near)}?" if near else ""
            raise UsageError(f"There is no finding {id!r}: `.findings` lists them.{hint}")
        return ShownFinding(found, self)

    def plot(self, what: str = "cues") -> Figure:
        """A matplotlib figure: "cues", "representation", "subgroups", or the id of a finding.

        Raises UsageError where this audit has no such thing.
        """
        return plot(self.record, what)

    def to_html(self, path: str | Path | None = None, *, redact_names: bool = False, images: bool = True) -> Path:
        """Write the report, by default to `report.html` beside the other files; returns its path.

        redact_names: codes in place of the names of files and the values of metadata. images: with the pictures.
        """
        record, names = redacted(self.record) if redact_names else (self.record, {})
        page = render(record, self.folder / "evidence" if images else None, names)
        return write_text(Path(path or self.folder / "report.html"), page)

    def save(self) -> None:
        """Write `audit.json` and `report.html`, each whole or not at all."""
        text = json.dumps(self.record.model_dump(mode="json"), allow_nan=False, indent=1, ensure_ascii=True)
        write_text(self.folder / "audit.json", text + "\n")
        self.to_html()

    def show(self, height: int = 800) -> Any:
        """The whole report in a notebook (needs IPython), in a frame that may run its script and save a review."""
        from IPython.display import HTML

        page = html.escape(render(self.record, self.folder / "evidence"), quote=True)
        frame = (
            f'<iframe sandbox="allow-scripts allow-downloads" width="100%" height="{height}" srcdoc="{page}"></iframe>'
        )
        return HTML(f"<div>{frame}</div>")

    def _repr_html_(self) -> str:
        return render_fragment(self.record)

    def __repr__(self) -> str:
        return f"AuditResult({self.verdict!r}, {len(self.record.findings)} findings, {str(self.folder)!r})"
