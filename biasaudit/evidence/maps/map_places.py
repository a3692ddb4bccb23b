"""How much of the evidence for each class lies at the border and in the middle, and how much chance would put there.

The area is no null: feature maps fade towards the border, and a subject fills the middle. Chance is therefore what
heads of the same network put there that learnt labels dealt anew: the same pictures, the same features, and nothing
of the label.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.linalg import solve

from biasaudit.evidence.maps.attributions import GRID, Attributions, on_grid
from biasaudit.evidence.measure.survey import Survey
from biasaudit.evidence.predictions import Predictions
from biasaudit.images.pixels import PixelStore
from biasaudit.images.table import ImageTable
from biasaudit.model.backbone import Backbone
from biasaudit.model.workers import by_piece
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings
from biasaudit.stats import generator, interval, permuted

LEAST = 8
"""Images of a class, below which nothing is said of it."""
HEADS = 99
MOST = 1000
"""Images that those heads learn from, at most."""
TOGETHER = 8
"""Images that a worker is asked about at once: the heads travel with them."""
RIDGE = 1.0
"""Penalty, with similarities scaled so that an image's with itself is 1 on average."""
EDGE, INSIDE = GRID // 10, GRID // 5


def _border() -> np.ndarray:
    outer = np.ones((GRID, GRID), dtype=np.float32)
    outer[EDGE:-EDGE, EDGE:-EDGE] = 0
    return outer


def _middle() -> np.ndarray:
    inner = np.zeros((GRID, GRID), dtype=np.float32)
    inner[INSIDE:-INSIDE, INSIDE:-INSIDE] = 1
    return inner


REGIONS = {"border": _border(), "middle": _middle()}
"""The outermost tenth along each edge, and the middle 60% of each side: by chance of area, 36% each."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """Of the evidence for a class, the share in one region, mean over images."""

    value: float
    low: float
    high: float
    """95% interval over groups of images."""
    chance: tuple[float, float] | None
    """Where 95% of the heads that learnt labels dealt anew lie; None where the model is no such head."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ClassPlaces:
    """Where the evidence for one class lies."""

    label: str
    rows: np.ndarray
    """int (m,): its mapped images."""
    average: np.ndarray
    """float32 (GRID, GRID), sum 1."""
    regions: dict[str, Share]


def map_places(
    images: ImageTable, survey: Survey, predictions: Predictions, attributions: Attributions, settings: Settings
) -> tuple[ClassPlaces, ...]:
    """Each class of which enough images were mapped."""
    found = []
    for code, label in enumerate(images.classes):
        of_class = images.codes[attributions.rows] == code
        rows, maps = attributions.rows[of_class], attributions.maps[of_class]
        if len(rows) < LEAST:
            continue
        shares = {name: (maps * region).sum(axis=(1, 2)) for name, region in REGIONS.items()}
        chance = {}
        if attributions.method == "Grad-CAM":  # as the heads are mapped: no two methods draw alike
            chance = _chance(rows, code, images, survey, predictions, settings.seed)
        found.append(
            ClassPlaces(
                label=label,
                rows=rows,
                average=maps.mean(axis=0),
                regions={
                    name: _share(values, images.groups[rows], chance.get(name), settings.seed)
                    for name, values in shares.items()
                },
            )
        )
    return tuple(found)


def _share(values: np.ndarray, groups: np.ndarray, chance: np.ndarray | None, seed: int) -> Share:
    low, high = interval(_mean_of(values), groups, generator(seed, "attributions", "interval"))
    mean = float(values.mean())
    known = np.isfinite([low, high]).all()
    return Share(
        value=mean,
        low=low if known else 0.0,
        high=high if known else 1.0,
        chance=None if chance is None else (float(np.quantile(chance, 0.025)), float(np.quantile(chance, 0.975))),
    )


def _mean_of(values: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    def mean(weights: np.ndarray) -> np.ndarray:
        return weights @ values / np.maximum(1, weights.sum(axis=1))

    return mean


def _chance(
    rows: np.ndarray, code: int, images: ImageTable, survey: Survey, predictions: Predictions, seed: int
) -> dict[str, np.ndarray]:
    """Per region the mean share of each head that learnt labels dealt anew, float (HEADS,); none without heads."""
    network = predictions.network
    if predictions.embedding is None or network.head_on_maps(int(predictions.fold[rows[0]])) is None:
        return {}
    assert survey.pixels is not None
    store = survey.pixels.at(network.size)
    shares: list[np.ndarray] = []
    for space in np.unique(predictions.space[rows]):
        weights = _heads(code, (predictions.space == space) & ~images.held_out, images, predictions.embedding, seed)
        own = rows[predictions.space[rows] == space]
        on_maps = network.head_on_maps(int(predictions.fold[own[0]]))
        assert on_maps is not None
        pieces = [(survey.rows[some],) for some in np.array_split(own, -(-len(own) // TOGETHER))]
        shares += by_piece(partial(_shares_of_heads, store, weights), on_maps[0], pieces, Progress(quiet=True), "")
    return dict(zip(REGIONS, np.concatenate(shares).mean(axis=0), strict=True))


def _shares_of_heads(store: PixelStore, weights: np.ndarray, backbone: Backbone, rows: np.ndarray) -> np.ndarray:
    """Of each head in each region, for the pictures at these rows of the store: float32 (m, regions, HEADS)."""
    found = np.empty((len(rows), len(REGIONS), HEADS), dtype=np.float32)
    for place, row in enumerate(rows):  # one by one, as they are mapped
        coarse = np.maximum(0, backbone.features(store.read(np.array([row])))[0] @ weights)
        heat = np.stack([on_grid(coarse[..., head]) for head in range(HEADS)])
        total = np.maximum(heat.sum(axis=(1, 2)), 1e-12)
        found[place] = [(heat * region).sum(axis=(1, 2)) / total for region in REGIONS.values()]
    return found


def _heads(code: int, learnt: np.ndarray, images: ImageTable, embedding: np.ndarray, seed: int) -> np.ndarray:
    """Weights of heads for a class against the rest, each fitted to labels dealt anew: float (features, HEADS).

    Ridge regression, since it is linear in its target and one system serves all of them.
    """
    rng = generator(seed, "attributions", "heads")
    rows = np.flatnonzero(learnt)
    rows = np.sort(rng.choice(rows, MOST, replace=False)) if len(rows) > MOST else rows
    features = embedding[rows].astype(np.float64)
    spread = np.maximum(features.std(axis=0), 1e-6)
    centred = (features - features.mean(axis=0)) / spread
    dealt = np.concatenate(list(permuted(images.codes[rows] == code, images.groups[rows], HEADS, rng))).T.astype(float)
    similarity = centred @ centred.T / centred.shape[1] + RIDGE * np.eye(len(rows))
    return centred.T @ solve(similarity, dealt - dealt.mean(axis=0), assume_a="pos") / spread[:, None]
