"""What a person holds after an audit, in Python or a notebook."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from pydantic import ValidationError

from biasaudit.errors import UsageError
from biasaudit.output.redaction import redacted
from biasaudit.output.redaction_key import redaction_key
from biasaudit.output.tables import findings_csv, findings_frame
from biasaudit.report import plots
from biasaudit.report.html import render, render_finding, render_fragment
from biasaudit.report.words import both_ends
from biasaudit.results import Audit, AuditVerdict, Finding
from biasaudit.runtime.cache import write_text
from biasaudit.runtime.output_folder import LARGEST_AUDIT, check_links
from biasaudit.runtime.reading import text_of

if TYPE_CHECKING:
    from IPython.display import HTML
    from matplotlib.figure import Figure


def read_audit(place: str | Path) -> AuditResult:
    """The audit saved in an `audit.json`, or in the folder that holds one.

    Raises UsageError, with the cause and the next step, where it cannot be read or is no audit.
    """
    path = Path(place)
    path = path / "audit.json" if path.is_dir() else path
    name = both_ends(str(path), 200)
    try:
        return AuditResult.load(path)
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"Cannot read {name}: {why}. Name the audit.json in a run's output folder.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise UsageError(f"{name} is no audit of this version: {where}: {first['msg']}.") from error


class AuditResult:
    """A finished audit: `verdict`, `findings` and `images` (DataFrames), `finding(id)`, `plot()`, `show()`, ...

    In a notebook it shows itself as a table, and a finding with its pictures.
    """

    def __init__(self, record: Audit, folder: Path) -> None:
        self.record = record
        """Everything that stands in `audit.json`."""
        self.folder = folder
        """Where its files lie."""

    @classmethod
    def load(cls, audit_json: str | Path) -> AuditResult:
        """Read a saved `audit.json`.

        Raises OSError where it is no regular file of at most `LARGEST_AUDIT` bytes, pydantic.ValidationError where it
        is no audit, and EnvironmentFault where a folder beside it is a link to somewhere else.
        """
        path = Path(audit_json)
        check_links(path.parent)
        return cls(Audit.model_validate_json(text_of(path, LARGEST_AUDIT)), path.parent)

    @property
    def verdict(self) -> AuditVerdict:
        """The audit's own verdict, that of the most serious of its conclusions."""
        return self.record.verdict

    @property
    def files(self) -> list[Path]:
        """What this audit left in its folder for people and programs; the weights only where it made some."""
        names = ["audit.json", "findings.csv", "images.parquet", "report.html"]
        made = any(check.detector == "weights" and check.status == "ran" for check in self.record.checks)
        return [self.folder / name for name in (*names, *(["weights.csv"] if made else []))]

    @property
    def conclusions(self) -> pd.DataFrame:
        """One row a conclusion: what is wrong with the whole, most important first."""
        names = ("id", "kind", "level", "sentence", "label", "findings", "untied", "who_decides", "what_to_do")
        rows = [{name: getattr(each, name) for name in names} for each in self.record.conclusions]
        return pd.DataFrame(rows, columns=list(names))

    @property
    def findings(self) -> pd.DataFrame:
        """One row a finding, most serious first."""
        return findings_frame(self.record.findings)

    @property
    def images(self) -> pd.DataFrame:
        """One row an image: cue values, metadata, out-of-fold probabilities."""
        return pd.read_parquet(self.folder / "images.parquet")

    def to_html(self, path: str | Path | None = None, *, redact_names: bool = False, images: bool = True) -> Path:
        """Write the report, by default to `report.html` beside the other files; returns its path.

        redact_names: codes in place of the names of files and the values of metadata. images: with the pictures.
        """
        record, names = redacted(self.record, redaction_key(self.folder)) if redact_names else (self.record, {})
        return self._page(path, record, names, images)

    def _page(self, path: str | Path | None, record: Audit, names: Mapping[str, str], images: bool) -> Path:
        """names: code -> name of an image, by which its pictures are found."""
        page = render(record, self.folder / "evidence" if images else None, names)
        return write_text(Path(path or self.folder / "report.html"), page)

    def save(self) -> None:
        """Write `audit.json` and `report.html`, each whole or not at all."""
        write_text(self.folder / "audit.json", _strict_json(self.record))
        self.to_html()

    def save_redacted(self, page: str | Path | None = None, *, images: bool = True) -> list[Path]:
        """Write the report with codes for names, and beside it the same as JSON and CSV; returns the three paths."""
        record, names = redacted(self.record, redaction_key(self.folder))
        written = self._page(page, record, names, images)
        return [
            written,
            write_text(written.with_suffix(".json"), _strict_json(record)),
            write_text(written.with_suffix(".csv"), findings_csv(record.findings)),
        ]

    def finding(self, finding_id: str) -> FindingResult:
        """One finding, by its id ("artefact-ruler"). Raises UsageError where there is none of this id."""
        return FindingResult(plots.find(self.record, finding_id), self)

    def plot(self, what: str = "ties") -> Figure:
        """A matplotlib figure: "ties" of cues to the label, "subgroups", "representation", or a finding by its id.

        Raises UsageError where there is no such finding, or nothing to draw.
        """
        return plots.plot(self.record, what)

    def show(self, height: int = 800, *, images: bool = True) -> HTML:
        """The whole report in a notebook (needs IPython), in a sandboxed frame; images: with the pictures."""
        from IPython.display import HTML

        page = html.escape(render(self.record, self.folder / "evidence" if images else None), quote=True)
        # The frame has no origin of its own: what runs in it reaches neither the notebook nor any server.
        return HTML(
            f'<div><iframe title="The audit report" sandbox="allow-scripts allow-downloads" width="100%" '
            f'height="{int(height)}" srcdoc="{page}"></iframe></div>'
        )

    def _repr_html_(self) -> str:
        return render_fragment(self.record)

    def __repr__(self) -> str:
        return f"AuditResult({self.verdict!r}, {len(self.record.findings)} findings, {str(self.folder)!r})"


class FindingResult:
    """One finding of an audit; in a notebook it shows itself, with pictures and without a script."""

    def __init__(self, record: Finding, audit: AuditResult) -> None:
        self.record = record
        """Everything that stands of it in `audit.json`: verdict, rungs, examples, ..."""
        self.audit = audit

    def plot(self) -> Figure:
        """Its rungs with their intervals, a matplotlib figure. Raises UsageError where it has no figures."""
        return plots.plot(self.audit.record, self.record.id)

    def _repr_html_(self) -> str:
        return render_finding(self.audit.record, self.record, self.audit.folder / "evidence")

    def __repr__(self) -> str:
        return f"FindingResult({self.record.id!r}, {self.record.verdict!r})"


def _strict_json(record: Audit) -> str:
    return json.dumps(record.model_dump(mode="json"), allow_nan=False, indent=1, ensure_ascii=True) + "\n"
