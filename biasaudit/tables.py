"""The tables beside the report: `findings.csv` for spreadsheets and `images.parquet` for Python."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from biasaudit.cache import AT_ONCE, write_parquet, write_text
from biasaudit.evidence.predictions import Predictions
from biasaudit.evidence.survey import Survey
from biasaudit.results import RUNGS, Finding

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet would run."""


def findings_frame(findings: Iterable[Finding]) -> pd.DataFrame:
    """One row a finding: what it says and each rung's state, value, interval, p and q."""
    rows = []
    for finding in findings:
        row: dict[str, object] = {
            "id": finding.id,
            "verdict": finding.verdict,
            "kind": finding.kind,
            "cue": finding.cue,
            "label": finding.label,
            "title": finding.title,
        }
        for name in RUNGS:
            rung = finding.rungs.get(name)
            estimate = rung.estimate if rung else None
            row[name] = rung.state if rung else "untested"
            row |= {f"{name}_{part}": getattr(estimate, part, None) for part in ("value", "low", "high", "n")}
            row |= {f"{name}_p": rung.p_value if rung else None, f"{name}_q": rung.q_value if rung else None}
        row["recommendation"] = finding.recommendation
        row["first_example"] = finding.examples[0] if finding.examples else None
        rows.append(row)
    return pd.DataFrame(rows)


def quoted(value: object) -> object:
    """A text that a spreadsheet would take for a formula gets a leading apostrophe; numbers stay numbers."""
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA) else value


def findings_csv(findings: Iterable[Finding]) -> str:
    """`findings_frame` as a CSV that a spreadsheet can open: no cell of it is run as a formula."""
    table = findings_frame(findings).rename(columns=lambda name: quoted(name)).map(quoted)
    return table.to_csv(index=False, lineterminator="\n")


def images_frame(survey: Survey, predictions: Predictions | None, rows: slice = slice(None)) -> pd.DataFrame:
    """One row an image: id, label, split, each measured cue, meta_<column>, and p_<class> where a model ran."""
    frame, values = survey.images.frame.iloc[rows], survey.values.iloc[rows]
    measured = values.drop(columns=["hash", "width", "height", "format", "notes"])
    words = {name: "str" for name, dtype in measured.dtypes.items() if dtype == "category"}
    columns = [frame[["id", "label", "split"]], measured.astype(words), frame.filter(regex="^meta_")]
    if predictions is not None:
        names = [f"p_{name}" for name in survey.images.classes]
        columns.append(pd.DataFrame(predictions.probabilities[rows], columns=names, index=frame.index))
    return pd.concat(columns, axis=1)


def write_tables(out: Path, survey: Survey, predictions: Predictions | None, findings: Iterable[Finding]) -> None:
    """Write both tables into `out`, each whole or not at all."""
    write_text(out / "findings.csv", findings_csv(findings))
    pieces = (
        images_frame(survey, predictions, slice(start, start + AT_ONCE)) for start in range(0, survey.images.n, AT_ONCE)
    )
    write_parquet(out / "images.parquet", pieces)
