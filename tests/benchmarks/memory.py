"""Time an image and peak memory of `biasaudit scan` on 2,000, 20,000 and 200,000 drawn images, each in a new process.

The artefact cues are left out: they take ten times as long as all else, and the same memory whatever the number of
images. Of the processes each counts what it has filled itself, and of what they share its part; the code of libraries
is left out, since what a process is charged for it changes with whatever else runs on the machine.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import joblib
import numpy as np
import psutil

from biasaudit.cues import BUILTIN
from tests.benchmarks.tables import _table

SIZES = (2_000, 20_000, 200_000)
SIDE = 64
ARTEFACTS = [cue.id for cue in BUILTIN if cue.kind == "artefact"]
PAUSE = 0.2
"""Seconds between two looks at the memory."""


def draw(folder: Path, n: int) -> None:
    """n JPEG files of 64 x 64 pixels in two classes: soft colours, noise and a disc, none like another."""
    for label in "ab":
        (folder / label).mkdir(parents=True)
    joblib.Parallel(2)(joblib.delayed(_draw_some)(folder, start, min(start + 1000, n)) for start in range(0, n, 1000))


def _draw_some(folder: Path, start: int, end: int) -> None:
    for number in range(start, end):
        rng = np.random.default_rng(number)
        ground = cv2.resize(rng.normal(0, 30, (9, 9, 3)), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
        picture = rng.integers(60, 200, 3) + ground + rng.normal(0, 6, (SIDE, SIDE, 3))
        picture = np.ascontiguousarray(np.clip(picture, 0, 255).astype(np.uint8))
        place, colour = rng.integers(12, 52, 2).tolist(), rng.integers(0, 255, 3).tolist()
        cv2.circle(picture, place, int(rng.integers(5, 16)), colour, -1)
        cv2.imwrite(str(folder / "ab"[number % 2] / f"{number:06d}.jpg"), picture)


def scanned(folder: Path, out: Path, without: Sequence[str] = ARTEFACTS) -> dict[str, float]:
    """Seconds of a scan, and the most memory in MB that its main process and all of them together held."""
    left_out = ["--without", ",".join(without)] if without else []
    began = time.monotonic()
    run = psutil.Popen([sys.executable, "-m", "biasaudit", "scan", folder, "--out", out, "--quiet", *left_out])
    main = together = 0
    while run.poll() is None:
        main = max(main, _in_main(run))
        together = max(together, sum(_filled(each.pid) for each in _all(run)))
        time.sleep(PAUSE)
    if run.returncode:
        raise subprocess.CalledProcessError(run.returncode, "biasaudit scan")
    return {"seconds": time.monotonic() - began, "main_mb": main / 1e6, "together_mb": together / 1e6}


def _all(run: psutil.Process) -> list[psutil.Process]:
    try:
        return [run, *run.children(recursive=True)]
    except psutil.Error:
        return []


def _in_main(run: psutil.Process) -> int:
    try:
        return int(run.memory_info().rss)
    except psutil.Error:  # it has just ended
        return 0


def _filled(pid: int) -> int:
    """Bytes that a process filled: its share of anonymous and of shared memory, not of files that it maps."""
    try:
        rows = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    except OSError:  # it has just ended
        return 0
    return 1024 * sum(int(rows[kind].split()[0]) for kind in ("Pss_Anon", "Pss_Shmem"))


def measure(sizes: tuple[int, ...] = SIZES) -> list[dict[str, float]]:
    """A row a size: n, seconds, main_mb and together_mb."""
    rows = []
    for n in sizes:
        with tempfile.TemporaryDirectory() as scratch:
            draw(Path(scratch) / "photos", n)
            rows.append({"n": n, **scanned(Path(scratch) / "photos", Path(scratch) / "out")})
    return rows


def table(found: list[dict[str, Any]]) -> str:
    """A line a size."""
    first = found[0]
    rows = [
        [f"{row['n']:,}", f"{1000 * row['seconds'] / row['n']:.2f} ms", f"{row['main_mb']:.0f} MB",
         f"{row['main_mb'] / first['main_mb']:.2f}", f"{row['together_mb']:.0f} MB",
         f"{row['together_mb'] / first['together_mb']:.2f}"]
        for row in found
    ]  # fmt: skip
    return _table(["images", "an image", "main process", "of the first", "all processes", "of the first"], rows)
