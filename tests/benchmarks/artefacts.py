"""The artefact cues against people's labels on real photographs, and how often they cry wolf on everyday ones."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from biasaudit.cues import BUILTIN
from biasaudit.evidence.measure.survey import survey
from biasaudit.images.reading import read_folder
from biasaudit.runtime.cache import Cache
from biasaudit.runtime.progress import Progress
from biasaudit.stats import auc, interval, weighted_auc

LABELS = {"ruler": "ruler", "ink_marking": "ink", "colour_patch": "patches", "hair": "hair",
          "dark_corner": "dark_corner", "gel_border": "gel_border", "gel_bubble": "gel_bubble"}  # fmt: skip
"""Cue -> the column of people's labels in the metadata of `skin`."""
CONTROLS = ("objects_control", "leaves")
DATA = Path(__file__).parents[3] / "shared" / "data"


def _values(folder: Path) -> pd.DataFrame:
    artefacts = [cue for cue in BUILTIN if cue.kind == "artefact"]
    with tempfile.TemporaryDirectory() as name:
        cache, progress = Cache(Path(name)), Progress()
        found = survey(read_folder(folder), artefacts, store=None, jobs=None, cache=cache, progress=progress)
    return found.values.assign(path=found.images.ids).set_index("path")


def measure(data: Path = DATA) -> dict[str, Any]:
    """AUC of each artefact cue against people's labels with its interval, and shares above the threshold."""
    skin = _values(data / "skin")
    people = pd.read_csv(data / "skin" / "metadata.csv", dtype=str).set_index("path").loc[skin.index]
    against = {}
    for cue, column in LABELS.items():
        values, positive = skin[cue].to_numpy(dtype=float), (people[column] == "1").to_numpy()
        low, high = interval(
            lambda weights, v=values, p=positive: weighted_auc(v, p, weights),
            np.arange(len(values)),
            np.random.default_rng(0),
        )
        against[cue] = {"auc": auc(values, positive), "low": low, "high": high, "labelled": int(positive.sum())}
    shares = {}
    for name in CONTROLS:
        found = _values(data / name)
        shares[name] = {
            cue.id: float((found[cue.id] >= cue.threshold).mean()) for cue in BUILTIN if cue.kind == "artefact"
        }
    return {"images": len(skin), "against_people": against, "above_threshold": shares}
