"""Populations with a planted fault and their fair twins: is the group found for which data or model are worse?

Images are small and carry the model's answer in their pixels, so that the truth is known and no training is paid for.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

import biasaudit as ba
from biasaudit.cues import BUILTIN

SIDE = 24
RIGHT = 0.85
"""Share of the images on which the model is right, where nothing is planted."""
KEPT = ("brightness", "contrast", "sharpness", "noise")
BESIDE = ("discovery", "slices", "attribution", "content_blind", "properties_together", "reliance", "copies")
WITHOUT = (*(cue.id for cue in BUILTIN if cue.id not in KEPT), *BESIDE)
FAULTS = ("rare", "mislabelled", "darker", "intersection")


def answer(images: np.ndarray) -> np.ndarray:
    """The model: reads the probability of "yes" from the leftmost columns of uint8 images (n, side, side, 3)."""
    chance = images[:, :, :4].mean(axis=(1, 2, 3)) / 255
    return np.column_stack([1 - chance, chance])


def draw(fault: str | None, seed: int, folder: Path, n: int = 1000) -> Path:
    """A folder of n images with metadata.csv, whose path is returned.

    rare: 2% of the people have a third sex. mislabelled: of one of three regions half the labels are wrong. darker:
    the pictures of one sex have 80% of the others' light. intersection: two of the four cells of sex and region are
    called rightly in 65% and two in 95%, so that each margin is at 80%.
    """
    rng = np.random.default_rng([seed, 77])
    sex = rng.choice(["female", "male"], n)
    if fault == "rare":
        sex[rng.choice(n, n // 50, replace=False)] = "other"
    region = rng.choice(["north", "south"] if fault == "intersection" else ["east", "north", "south"], n)
    age = rng.integers(18, 90, n)
    label = rng.random(n) < 0.5
    right = np.full(n, RIGHT)
    if fault == "mislabelled":
        right[region == "east"] = 0.5
    if fault == "intersection":
        right = np.where((sex == "female") == (region == "north"), 0.65, 0.95)
    called = label ^ (rng.random(n) >= right)
    chance = np.where(called, rng.uniform(0.55, 0.98, n), rng.uniform(0.02, 0.45, n))
    light = rng.normal(140, 20, n) * np.where((fault == "darker") & (sex == "female"), 0.8, 1.0)
    names = []
    for row in range(n):
        pixels = np.clip(rng.normal(light[row], 25, (SIDE, SIDE, 3)), 0, 255)
        pixels[:, :5] = 255 * chance[row]
        name = f"{'yes' if label[row] else 'no'}/{row:04d}.png"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels.astype(np.uint8)).save(folder / name)
        names.append(name)
    table = folder / "metadata.csv"
    pd.DataFrame({"path": names, "sex": sex, "region": region, "age": age}).to_csv(table, index=False)
    return table


def audited(fault: str | None, seed: int, n: int = 1000) -> list[tuple[str, str]]:
    """(finding, verdict) of all that was flagged of groups."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "images"
        table = draw(fault, seed, folder, n)
        result = ba.audit(
            folder,
            metadata=table,
            out=Path(name) / "out",
            predict=answer,
            size=SIDE,
            without=WITHOUT,
            seed=seed,
            jobs=1,
        )
    flagged = [each for each in result.record.findings if each.verdict in ("gap", "suspect", "shortcut")]
    return [(each.id, each.verdict) for each in flagged if each.kind in ("subgroup", "representation")]


def is_found(fault: str, flagged: list[tuple[str, str]]) -> bool:
    """Whether the planted fault is among the findings, under its own name."""
    named = {
        "rare": "representation-sex",
        "mislabelled": "subgroup-region",
        "darker": "representation-sex-image-quality",
        "intersection": "subgroup-sex-and-region",
    }[fault]
    return any(id == named or (fault == "intersection" and id.startswith(named)) for id, _ in flagged)


def measure(seeds: int = 20, fair: int = 60) -> dict[str, Any]:
    """Every fault `seeds` times and `fair` twins without any."""
    faults = {fault: [audited(fault, seed) for seed in range(seeds)] for fault in FAULTS}
    twins = [audited(None, 1000 + seed) for seed in range(fair)]
    return {
        "found": {fault: sum(is_found(fault, each) for each in sets) for fault, sets in faults.items()},
        "sets": seeds,
        "false_alarms": sum(bool(each) for each in twins),
        "fair": fair,
        "blamed": sorted({id for each in twins for id, _ in each}),
    }
