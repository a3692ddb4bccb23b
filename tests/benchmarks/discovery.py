"""Artefacts that no cue names, planted in photographs: is the first discovered finding the planted one, and where?

Each set goes through the whole audit but for the named cues, which would only cost time. Without `../shared/data`,
photographs are drawn.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import biasaudit as ba
from biasaudit.cues import BUILTIN
from biasaudit.images.decode import decode
from biasaudit.images.reading import read_folder
from biasaudit.results import Finding
from tests.benchmarks.artefacts import DATA
from tests.benchmarks.unnamed import UNNAMED

TASKS = ("skin", "objects_control")
STRENGTHS = ((0.9, 0.1), (0.7, 0.3))
SIDE = 224
BESIDE = ("encoding", "disparity", "copies", "content_blind", "attribution", "slices", "properties_together")
WITHOUT = (*(cue.id for cue in BUILTIN), *BESIDE)


@dataclass(frozen=True)
class Planted:
    """What is true of one set."""

    label: str
    covers: dict[str, np.ndarray]
    """By image id how much of each pixel the artefact covers, 0 to 1, of the images that have it."""


def plant(folder: Path, out: Path, artefact: str | None, strength: tuple[float, float], n: int, seed: int) -> Planted:
    """Copies of at most `n` photographs, the artefact in the wanted shares of one class and of the others."""
    images = read_folder(folder)
    rng = np.random.default_rng(seed)
    if images.n > n:
        images = images.subset(np.sort(rng.choice(images.n, n, replace=False)))
    label = min(images.classes, key=lambda each: ((images.labels == each).sum(), each))
    if len(images.classes) > 2:
        label = str(rng.choice(images.classes))
    covers = {}
    for row, name in enumerate(images.ids):
        with Image.fromarray(decode(images.path(row)).rgb) as whole:
            rgb = np.asarray(whole.resize((SIDE, SIDE), Image.Resampling.LANCZOS))
        file = out / Path(name).with_suffix(".png")
        if artefact and rng.random() < strength[images.labels[row] != label]:
            rgb, cover = UNNAMED[artefact](rgb, np.random.default_rng([seed, row]))
            covers[str(file.relative_to(out))] = cover
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rgb).save(file)
    return Planted(label, covers)


def _concentration(finding: Finding, planted: Planted) -> float:
    """Median over examples of the artefact's share of the region, over its share of the picture; 0 without any."""
    found = []
    for image in finding.examples[:10]:
        cover = planted.covers.get(image)
        if cover is not None:
            left, upper, right, lower = (round(edge * SIDE) for edge in finding.regions[image])
            found.append(float(cover[upper:lower, left:right].mean() / cover.mean()))
    return float(np.median(found)) if found else 0.0


def one_set(
    folder: Path, artefact: str | None, strength: tuple[float, float], seed: int, n: int = 1000
) -> dict[str, Any]:
    """Plant, audit, and compare the first discovered finding with the truth."""
    with tempfile.TemporaryDirectory() as name:
        planted = plant(folder, Path(name) / "images", artefact, strength, n, seed)
        audited = ba.audit(Path(name) / "images", out=Path(name) / "out", without=WITHOUT, seed=seed)
    discovered = [finding for finding in audited.record.findings if finding.kind == "discovered"]
    first = discovered[0] if discovered else None
    hits = [image in planted.covers for image in first.examples[:10]] if first else []
    precision = float(np.mean(hits)) if hits else 0.0
    verdict = first.verdict if first else "none"
    flagged = first is not None and first.label == planted.label and verdict in ("review", "shortcut")
    return {
        "task": folder.name,
        "artefact": artefact or "none",
        "strength": strength,
        "seed": seed,
        "cue": first.cue if first else "",
        "verdict": verdict,
        "title": str(first.title) if first else "",
        "right": flagged and precision >= 0.9,
        "precision": precision,
        "concentration": round(_concentration(first, planted), 1) if first else 0.0,
        "called": [finding.verdict for finding in discovered].count("review")
        + [finding.verdict for finding in discovered].count("shortcut"),
        "seconds": audited.record.run["seconds"],
    }


def measure(data: Path = DATA, seeds: int = 3, clean: int = 10) -> dict[str, Any]:
    """Every artefact at both strengths, `seeds` times in each task, and `clean` sets of each without any."""
    rows = [
        one_set(data / task, artefact, strength, seed)
        for task, artefact, strength, seed in product(TASKS, UNNAMED, STRENGTHS, range(seeds))
    ]
    quiet = [one_set(data / task, None, (0, 0), 100 + seed) for task, seed in product(TASKS, range(clean))]
    return {
        "rows": rows,
        "clean": quiet,
        "right": {
            f"{task}, {strength[0]}/{strength[1]}": float(
                np.mean([row["right"] for row in rows if (row["task"], row["strength"]) == (task, strength)])
            )
            for task, strength in product(TASKS, STRENGTHS)
        },
        "clean_sets_with_a_review": float(np.mean([row["called"] > 0 for row in quiet])),
    }
