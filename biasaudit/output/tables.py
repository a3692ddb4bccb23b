"""The tables beside the report: findings for spreadsheets, images for Python, and weights for training."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from biasaudit.conclude.weights import FILE as WEIGHTS_FILE
from biasaudit.conclude.weights import Balance
from biasaudit.evidence.measure.survey import Survey
from biasaudit.evidence.predictions import Predictions
from biasaudit.images.table import ImageTable
from biasaudit.results import RUNGS, Finding
from biasaudit.runtime.cache import AT_ONCE, write_parquet, write_text

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


def save_weights(folder: Path, images: ImageTable, found: Balance | None, used: str | Path | None) -> None:
    """Write `path,weight` for every image, whole or not at all.

    Where there is nothing to balance, what an earlier run left is removed, unless it is what this one has `used`.
    """
    file = folder / WEIGHTS_FILE
    if found is None:
        if used is None or Path(used).resolve() != file.resolve():
            file.unlink(missing_ok=True)
        return
    frame = pd.DataFrame({"path": [quoted(id) for id in images.ids], "weight": np.round(found.weights, 6)})
    write_text(file, frame.to_csv(index=False, lineterminator="\n"))
