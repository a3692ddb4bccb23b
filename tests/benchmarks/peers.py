"""What cleanlab's Datalab says of the same sets: an extra, skipped where it is not installed."""

from __future__ import annotations

import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.benchmarks.shortcuts import CLEAN, SHARES, SHORTCUTS, write_set

THRESHOLD = 0.3
"""Datalab flags a property whose score of correlation with the label is below this, its default."""


def installed() -> bool:
    """Whether cleanlab with its image extra, cleanvision and datasets are there."""
    return all(find_spec(name) is not None for name in ("cleanlab", "cleanvision", "datasets"))


def _scores(root: Path) -> dict[str, float]:
    from cleanlab import Datalab
    from datasets import load_dataset

    data = load_dataset("imagefolder", data_dir=str(root), split="train")
    lab = Datalab(data=data, label_name="label", image_key="image", verbosity=0)
    lab.find_issues()  # everything by default settings: the correlations need all image scores
    table = lab.get_info("spurious_correlations")["correlations_df"]
    return {str(row["property"]): float(row["score"]) for _, row in table.iterrows()}


def _flagged(shortcut: str, share: float, n: int, larger: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "images"
        write_set(root, shortcut, share, n, larger, 1)
        scores = _scores(root)
    names = [name for name, score in scores.items() if score < THRESHOLD]
    return {"shortcut": shortcut or "none", "share": share, "n": n, "flagged": names}


def measure(n: int = 2000) -> dict[str, Any] | None:
    """The same eight shortcuts; None where the peers are not installed."""
    if not installed():
        return None
    rows = [_flagged(shortcut, share, n, 0.5) for shortcut in SHORTCUTS for share in SHARES]
    clean = [_flagged("", 0.0, size, larger) for larger, size in CLEAN]
    return {"flagged": sum(bool(row["flagged"]) for row in rows), "of": len(rows), "rows": rows, "clean": clean}
