"""Eight shortcuts as peers were tried with, drawn here and not by the cues: does a scan flag each by its right name?

In each set of 2,000 images, two classes, the shortcut is in a share s of one class and (1 - s) / 2 of the other.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import joblib
import numpy as np
from PIL import Image

import biasaudit as ba
from tests.benchmarks.scenes import save, scene

SHARES = (1.0, 0.9, 0.7)
CLEAN = ((0.5, 2000), (400 / 460, 460))
"""(share of the larger class, images) of the sets without a shortcut."""
FLAGGED = ("shortcut", "suspect", "unidentifiable")
Draw = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def _brighter(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.clip(rgb * 1.15, 0, 255)


def _ruler(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    side, drawn = len(rgb), rgb.copy()
    y = int(side * rng.uniform(0.85, 0.92))
    step = side / rng.uniform(22, 30)
    cv2.line(drawn, (0, y), (side, y), (20, 20, 20), 1)
    for tick in range(int(side / step)):
        x, long = round(tick * step), side * (0.07 if tick % 5 == 0 else 0.04)
        cv2.line(drawn, (x, y), (x, round(y - long)), (20, 20, 20), 1)
    return drawn


def _cast(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.clip(rgb * np.array([1.12, 1.0, 0.88]), 0, 255)


def _vignette(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    rows, columns = np.mgrid[-1 : 1 : rgb.shape[0] * 1j, -1 : 1 : rgb.shape[1] * 1j]
    return rgb * (1 - 0.45 * (rows**2 + columns**2) / 2)[..., None]


def _tag(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    side, drawn = round(len(rgb) * 0.1), rgb.copy()
    at = round(len(rgb) * 0.03)
    cv2.rectangle(drawn, (at, at), (at + side, at + side), (240, 240, 240), -1)
    cv2.putText(drawn, "L", (at + 2, at + side - 2), cv2.FONT_HERSHEY_SIMPLEX, side / 26, (10, 10, 10), 1, cv2.LINE_AA)
    return drawn


def _background(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    rows, columns = np.mgrid[-1 : 1 : rgb.shape[0] * 1j, -1 : 1 : rgb.shape[1] * 1j]
    outside = np.clip((np.hypot(rows, columns) - 0.55) * 6, 0, 1)
    weave = np.sin(rows * 70) * np.sin(columns * 70)
    return np.clip(rgb + (14 * outside * weave)[..., None], 0, 255)


def _same(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return rgb


SHORTCUTS: dict[str, tuple[Draw, frozenset[str]]] = {
    "brightness": (_brighter, frozenset({"brightness"})),
    "ruler": (_ruler, frozenset({"ruler"})),
    "colour cast": (_cast, frozenset({"colour_cast", "tint"})),
    "vignette": (_vignette, frozenset({"dark_corner"})),
    "JPEG quality": (_same, frozenset({"jpeg_quality", "quantisation_table"})),
    "resolution": (_same, frozenset({"image_size"})),
    "corner tag": (_tag, frozenset({"corner_tag"})),
    "background texture": (_background, frozenset({"background_texture"})),
}
"""Name -> how it is drawn, and the cues under whose names it may be reported."""


def write_image(path: Path, shortcut: str, drawn: bool, seed: list[int], side: int) -> None:
    """One photograph, with the shortcut or without, encoded as its kind asks."""
    rng = np.random.default_rng(seed)
    rgb = scene(rng, side)
    if drawn:
        rgb = np.rint(SHORTCUTS[shortcut][0](rgb, rng)).astype(np.uint8)
    if drawn and shortcut == "resolution":
        small = round(side * 0.75)
        rgb = np.asarray(Image.fromarray(rgb).resize((small, small), Image.Resampling.LANCZOS))
    save(path, rgb, quality=60 if drawn and shortcut == "JPEG quality" else 92)


def write_set(folder: Path, shortcut: str, share: float, n: int, larger: float, seed: int, side: int = 128) -> None:
    """Two folders, `first` with the shortcut in `share` of it and `second` in (1 - share) / 2."""
    rng = np.random.default_rng(seed)
    tasks = []
    for number in range(n):
        label = "first" if number < round(n * larger) else "second"
        drawn = bool(shortcut) and rng.random() < (share if label == "first" else (1 - share) / 2)
        tasks.append((folder / label / f"{number:05d}.jpg", shortcut, drawn, [seed, number], side))
    joblib.Parallel(n_jobs=-1)(joblib.delayed(write_image)(*task) for task in tasks)


def scanned(shortcut: str, share: float, n: int, larger: float, seed: int) -> dict[str, Any]:
    """Write one set, scan it, and say what was flagged, in its order."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "images"
        write_set(root, shortcut, share, n, larger, seed)
        findings = ba.audit(root, out=Path(folder) / "out", scan=True).record.findings
    flagged = [finding.cue for finding in findings if finding.verdict in FLAGGED]
    names = SHORTCUTS[shortcut][1] if shortcut else frozenset()
    return {
        "shortcut": shortcut or "none",
        "share": share,
        "n": n,
        "right_name": any(cue in names for cue in flagged),
        "first": bool(flagged) and flagged[0] in names,
        "flagged": flagged,
    }


def measure(n: int = 2000, shares: tuple[float, ...] = SHARES) -> dict[str, Any]:
    """Every shortcut at every share, and the clean sets."""
    rows = [
        scanned(shortcut, share, n, 0.5, 1000 + 10 * place + round(10 * share))
        for place, shortcut in enumerate(SHORTCUTS)
        for share in shares
    ]
    clean = [scanned("", 0.0, size if n >= 2000 else n, larger, 99) for larger, size in CLEAN]
    return {"flagged_by_name": sum(row["right_name"] for row in rows), "of": len(rows), "rows": rows, "clean": clean}
