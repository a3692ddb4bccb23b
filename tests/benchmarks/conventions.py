"""However images and tables are laid out, does a scan find what is planted in one class, or stop and name an option?

Each draw puts a layout, names, a table and its columns together at random (`tests/conventions.py`); the pictures of one
class are brighter, and a column of the table, written in one of many forms, has larger values in it. What may not
happen is an audit that ends without a word of either.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import cv2
import joblib
import numpy as np

import biasaudit as ba
from biasaudit.cues import BUILTIN
from biasaudit.errors import AuditError
from tests.conventions import Convention, lay_out
from tests.planted import brighter, photograph

WITHOUT = (*(cue.id for cue in BUILTIN if cue.id != "brightness"), "properties_together", "copies")
SERIOUS = ("suspect", "unidentifiable")


def once(seed: int) -> tuple[str, str]:
    """One draw: "found", "stopped" or "missed", and what was said or drawn."""
    rng = np.random.default_rng([2026, seed])
    way = Convention.at_random(rng)

    def picture(code: int, n: int) -> bytes:
        rgb = photograph(np.random.default_rng([seed, n]), upright=bool(n % 3), side=48)
        rgb = brighter(rgb, rng) if code else rgb
        return cv2.imencode(".png", rgb[:, :, ::-1])[1].tobytes()

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "images"
        _, table = lay_out(root, way, picture)
        choices = {"out": Path(folder) / "out", "scan": True, "jobs": 1, "without": WITHOUT}
        try:
            result = ba.audit(root, metadata=table, **choices)
        except AuditError as stop:
            return ("stopped" if "--" in str(stop) else "missed"), str(stop).replace(folder, "")
    tied = [each.cue for each in result.record.findings if each.verdict in SERIOUS]
    wanted = ["brightness", *(["measured"] if table and way.column != "none" else [])]
    missed = [cue for cue in wanted if not any(each.startswith(cue) for each in tied)]
    return ("missed" if missed else "found"), f"{', '.join(missed)} in seed {seed}: {way}"


def measure(draws: int = 500) -> dict[str, Any]:
    """How many draws ended in each way, and the ways of those that missed."""
    ended = joblib.Parallel(n_jobs=-1)(joblib.delayed(once)(seed) for seed in range(draws))
    return {"draws": draws, **Counter(how for how, _ in ended), "of": [way for how, way in ended if how == "missed"]}


def table(found: dict[str, Any]) -> str:
    """The counts, and what missed."""
    shares = ", ".join(f"{how} {found.get(how, 0)}" for how in ("found", "stopped", "missed"))
    return "\n".join([f"{found['draws']} draws: {shares}.", *found["of"]])
