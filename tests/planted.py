"""Folders of procedural photographs with a cue of known strength, and their clean twins."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from biasaudit.cues import BUILTIN

ARTEFACTS = tuple(cue.id for cue in BUILTIN if cue.kind == "artefact")
"""Cues that take nine tenths of a scan: left out where a test asks about none of them."""
VIEWS = ("discovery", "slices", "content_blind", "properties_together", "attribution")
"""Detectors that take most of a run around a stand-in network: left out where a test asks about none of them."""
QUICK = (*ARTEFACTS, *VIEWS)
"""What a run can do without where the way through it is asked about, and the four questions of a cue."""

Insert = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def photograph(rng: np.random.Generator, *, upright: bool, side: int = 96) -> np.ndarray:
    """A blurred background with a dark ellipse, upright or lying: a true content that no cue can tell."""
    coarse = rng.uniform(90, 170, (4, 4, 3)).astype(np.float32)
    image = cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)
    image = np.ascontiguousarray(image + rng.normal(0, 4, image.shape), dtype=np.float32)
    centre = tuple(int(v) for v in rng.uniform(0.46, 0.54, 2) * side)
    long, short = int(side * rng.uniform(0.26, 0.3)), int(side * rng.uniform(0.10, 0.13))
    colour = tuple(float(v) for v in rng.uniform(40, 90, 3))
    cv2.ellipse(image, centre, (short, long) if upright else (long, short), 0, 0, 360, colour, -1, cv2.LINE_AA)
    return np.clip(image, 0, 255).astype(np.uint8)


def plant(
    folder: Path,
    insert: Insert | None = None,
    *,
    n: int = 200,
    strength: tuple[float, float] = (0.9, 0.1),
    seed: int = 0,
) -> pd.DataFrame:
    """Write n/2 `upright` and n/2 `lying` images; `insert` goes into P(upright), P(lying) = `strength` of them.

    Returns path, label and whether the cue was put in.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(n):
        label = "upright" if number % 2 else "lying"
        image = photograph(rng, upright=label == "upright")
        chosen = insert is not None and rng.random() < strength[0 if label == "upright" else 1]
        if chosen and insert is not None:
            image = insert(image, rng)
        path = folder / label / f"{number:04d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 95])  # bytes alike: PNG favours rows
        rows.append({"path": f"{label}/{path.name}", "label": label, "planted": chosen})
    return pd.DataFrame(rows)


def brighter(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A whole image lighter by 40."""
    return np.clip(image.astype(int) + 40, 0, 255).astype(np.uint8)


def red_corner(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A saturated red square in the upper left corner: nothing that a built-in cue names."""
    marked = image.copy()
    marked[: image.shape[0] // 5, : image.shape[1] // 5] = (230, 20, 20)
    return marked
