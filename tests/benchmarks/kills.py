"""A run that is killed at a random moment and started again: is the result the same, and what did it cost?"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from biasaudit.demo import make_demo

AGAIN = 5
"""Kills after which an uninterrupted run is timed anew."""


def _result(out: Path) -> dict[str, Any]:
    record = json.loads((out / "audit.json").read_text(encoding="utf-8"))
    return {name: value for name, value in record.items() if name != "run"}


def _timed(command: list[str]) -> float:
    began = time.monotonic()
    ended = subprocess.run(command, capture_output=True, text=True)
    if ended.returncode:
        raise RuntimeError(ended.stderr[-500:])
    return time.monotonic() - began


def measure(kills: int = 30, n: int = 400, seed: int = 0) -> dict[str, Any]:
    """Kill `kills` runs on the ruler demo (n images), each at a moment drawn from the time of a whole one; resume."""
    rows, rng = [], random.Random(seed)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        table = make_demo("ruler", folder / "images", n=n, seed=seed)
        run = [
            sys.executable,
            "-m",
            "biasaudit",
            "run",
            str(folder / "images"),
            "--metadata",
            str(table),
            "-q",
            "--out",
        ]
        seconds = _timed([*run, str(folder / "whole")])
        whole = _result(folder / "whole")
        while len(rows) < kills:
            if len(rows) % AGAIN == AGAIN - 1:  # what else the machine does comes and goes
                seconds = _timed([*run, str(folder / "whole"), "--fresh"])
            out = folder / f"out{len(rows)}"
            process = subprocess.Popen(
                [*run, str(out)], start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            began = time.monotonic()
            try:
                process.wait(rng.uniform(0, seconds))
                seconds = min(seconds, time.monotonic() - began)  # it was done: the machine has become quicker
                shutil.rmtree(out)
                continue
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            first = time.monotonic() - began
            kept = len(list((out / "cache" / "parts").glob("*-*")))
            second = _timed([*run, str(out)])
            equal = _result(out) == whole
            rows.append({"whole": seconds, "killed_after": first, "pieces": kept, "resumed": second, "equal": equal})
            print(rows[-1], flush=True)
    together = sum(row["killed_after"] + row["resumed"] for row in rows)
    return {
        "seconds": seconds,
        "equal": sum(row["equal"] for row in rows),
        "time": together / sum(row["whole"] for row in rows),
        "rows": rows,
    }


def table(found: dict[str, Any]) -> str:
    """One line a kill, and what they come to."""
    lines = ["| killed after | pieces kept | resumed in | equal |", "|---|---|---|---|"]
    lines += [
        f"| {row['killed_after']:.0f} s | {row['pieces']} | {row['resumed']:.0f} s | {row['equal']} |"
        for row in found["rows"]
    ]
    lines.append(
        f"\n{found['equal']} of {len(found['rows'])} equal; with the interruption they took {found['time']:.2f} of an "
        f"uninterrupted run ({found['seconds']:.0f} s)."
    )
    return "\n".join(lines)
