"""One command run in this process, and everything that a person is left with after it."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pandas as pd

from biasaudit import cli
from tests.planted import ARTEFACTS


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str
    folder: Path

    @property
    def record(self) -> dict:
        """`audit.json`, read strictly."""

        def refuse(constant):
            raise ValueError(constant)

        return json.loads((self.folder / "audit.json").read_text(encoding="utf-8"), parse_constant=refuse)

    @property
    def page(self) -> str:
        return (self.folder / "report.html").read_text(encoding="utf-8")

    @property
    def images(self) -> pd.DataFrame:
        return pd.read_parquet(self.folder / "images.parquet").set_index("id")

    @property
    def excluded(self) -> dict[str, str]:
        """Path -> why it was left out."""
        return {each["path"]: each["reason"] for each in self.record["dataset"]["excluded"]}

    @property
    def notes(self) -> dict[str, int]:
        return self.record["dataset"]["notes"]

    def finding(self, id: str) -> dict:
        return next(finding for finding in self.record["findings"] if finding["id"] == id)


def files_beside(out: Path) -> dict[str, tuple[int, int]]:
    """Size and time of every file under the parent of `out`, without what lies in `out`."""
    found = (path for path in out.parent.rglob("*") if not path.is_relative_to(out))
    return {str(path): (path.lstat().st_size, path.lstat().st_mtime_ns) for path in found if not path.is_dir()}


def audited(
    what: str, folder: Path, *options: object, out: Path | None = None, without: Sequence[str] = ARTEFACTS
) -> Ended:
    """`biasaudit WHAT FOLDER --out OUT ...`: no traceback, and nothing is written beside the output folder."""
    out = out or folder.parent / "out"
    arguments = ["biasaudit", what, str(folder), "--out", str(out), "--without", ",".join(without)]
    arguments += map(str, options)
    if "--jobs" not in options:
        arguments += ["--jobs", "1"]
    printed, errors, before = io.StringIO(), io.StringIO(), files_beside(out)
    code: object = 0
    with patch.object(sys, "argv", arguments), redirect_stdout(printed), redirect_stderr(errors):
        try:
            cli.main()
        except SystemExit as end:
            code = end.code or 0
    assert isinstance(code, int)
    assert "Traceback" not in errors.getvalue()
    assert code != cli.FAULT, errors.getvalue()
    assert files_beside(out) == before
    return Ended(code, printed.getvalue(), errors.getvalue(), out)
