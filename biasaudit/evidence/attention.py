"""Where in the images the evidence for each class lies, against models that learnt chance, and in artefacts put in."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np
from threadpoolctl import threadpool_limits

from biasaudit.cues.cue import Cue
from biasaudit.evidence.attributions import Attributions
from biasaudit.evidence.interventions import Intervention
from biasaudit.evidence.predictions import Predictions
from biasaudit.evidence.survey import Survey
from biasaudit.evidence.ties import Tie, difference_of
from biasaudit.images.pixels import resized
from biasaudit.images.table import ImageTable
from biasaudit.model.head import STRENGTHS, fit_head
from biasaudit.model.network import FoldedNetwork
from biasaudit.progress import Progress
from biasaudit.results import Attention, Attribution, Drawn, Estimate
from biasaudit.settings import Settings
from biasaudit.stats import generator, interval

EDGE, MIDDLE = 0.1, 0.6
"""Depth of the border along each edge, and the centre's share of each side."""
DEALT = 79
"""Models that learn labels dealt by chance: where maps lie depends on the features as well, whatever was learnt."""
PUT_INTO = 24
"""Images in which an artefact is looked for."""


def attention(
    images: ImageTable,
    survey: Survey,
    cues: Sequence[Cue],
    attributions: Attributions,
    predictions: Predictions,
    interventions: Mapping[str, Intervention],
    ties: tuple[Tie, ...],
    settings: Settings,
    progress: Progress,
) -> Attribution:
    """The maps' record: their gate, where they lie by class, and whether they follow what is put in."""
    rng = generator(settings.seed, "attention")
    by_chance = None if attributions.fault else _by_chance(images, survey, attributions, predictions, rng, progress)
    places = () if attributions.fault else _by_class(images, attributions, by_chance, rng)
    drawn = () if attributions.fault else _in_artefacts(cues, ties, interventions, images, predictions, settings, rng)
    return Attribution(
        method=attributions.method,
        n=len(attributions.rows),
        after_randomising=attributions.after_randomising,
        faithful=attributions.faithful,
        fault=attributions.fault,
        attention=places,
        drawn=drawn,
    )


def parts(height: int, width: int) -> dict[str, np.ndarray]:
    """How much of each cell of a map belongs to the border and to the centre, float (height, width), 0 to 1."""
    fine = 20
    rows, columns = (np.abs((np.arange(n * fine) + 0.5) / (n * fine) - 0.5) for n in (height, width))
    away = np.maximum(rows[:, None], columns[None])
    of_cells = {"border": away > 0.5 - EDGE, "centre": away < MIDDLE / 2}
    return {
        name: inside.reshape(height, fine, width, fine).mean(axis=(1, 3)).astype(float)
        for name, inside in of_cells.items()
    }


def _by_class(
    images: ImageTable, attributions: Attributions, by_chance: dict[str, np.ndarray] | None, rng: np.random.Generator
) -> tuple[Attention, ...]:
    codes, lit = images.codes[attributions.rows], attributions.maps.any(axis=(1, 2))
    weights = parts(*attributions.maps.shape[1:])
    found = []
    for code, label in enumerate(images.classes):
        some = lit & (codes == code)
        if not some.any():
            continue
        groups = images.groups[attributions.rows[some]]
        estimates: dict[str, Any] = {}
        for name, part in weights.items():
            shares = (attributions.maps[some] * part).sum(axis=(1, 2))
            estimates[name] = _mean(shares, groups, float(part.mean()), 1.0, f"share of the map in the {name}", rng)
            if by_chance is not None:
                low, high = np.quantile(by_chance[name][:, some].mean(axis=1), (0.025, 0.975))
                estimates[f"{name}_by_chance"] = float(low), float(high)
        found.append(Attention(label=label, n=int(some.sum()), **estimates))
    return tuple(found)


def _mean(
    values: np.ndarray, groups: np.ndarray, null: float, limit: float, measure: str, rng: np.random.Generator
) -> Estimate:
    low, high = interval(lambda weights: weights @ values / weights.sum(axis=1), groups, rng, resamples=1000)
    return Estimate(
        measure=measure, value=float(values.mean()), low=low, high=high, null=null, limit=limit, n=len(values)
    )


def _by_chance(
    images: ImageTable,
    survey: Survey,
    attributions: Attributions,
    predictions: Predictions,
    rng: np.random.Generator,
    progress: Progress,
) -> dict[str, np.ndarray] | None:
    """By place the share of maps of heads that learnt dealt labels, float (heads, m); None where none can be fitted."""
    network, embedding = predictions.network, predictions.embedding
    if not isinstance(network, FoldedNetwork) or len(network.features) > 1 or embedding is None:
        return None
    assert survey.pixels is not None
    rows, learnt = attributions.rows, ~images.held_out
    weights = parts(*attributions.maps.shape[1:])
    pixels = survey.pixels.at(network.size)
    maps = np.concatenate([network.features[0](batch) for batch in pixels.batches(survey.rows[rows])])
    shares: dict[str, list[np.ndarray]] = {name: [] for name in weights}
    with progress.step("Asking models that learnt chance"), threadpool_limits(1):
        for _ in range(DEALT):
            seen = np.flatnonzero(learnt)
            seen = rng.choice(seen, min(len(seen), 600), replace=False)
            dealt = rng.permutation(images.codes[seen])
            head = fit_head(embedding[seen], dealt, STRENGTHS[1], 0)
            leaning = head.weights - head.weights.mean(axis=1, keepdims=True)
            heat = np.maximum(0, np.einsum("nhwc,nc->nhw", maps, leaning.T[images.codes[rows]], optimize=True))
            heat /= np.maximum(heat.sum(axis=(1, 2), keepdims=True), 1e-12)
            for name, part in weights.items():
                shares[name].append((heat * part).sum(axis=(1, 2)))
    return {name: np.stack(each) for name, each in shares.items()}


def _in_artefacts(
    cues: Sequence[Cue],
    ties: tuple[Tie, ...],
    interventions: Mapping[str, Intervention],
    images: ImageTable,
    predictions: Predictions,
    settings: Settings,
    rng: np.random.Generator,
) -> tuple[Drawn, ...]:
    """Of each artefact that was put in: how much of the map goes over to it. Where maps are quick alone."""
    by_id = {cue.id: cue for cue in cues}
    found = []
    for tie in ties:
        done = interventions.get(tie.cue.key)
        if done is None or tie.cue.kind != "artefact" or done.toward < 0 or not predictions.network.quick_maps:
            continue
        cue, code = by_id[tie.cue.id], images.classes.index(tie.label)
        gains, areas = [], []
        for row in done.rows[:PUT_INTO]:
            seed = [settings.seed, zlib.crc32(cue.id.encode()), zlib.crc32(images.ids[row].encode())]
            pair = _shares_inside(
                cue, tie, images.photo(int(row)).rgb, predictions, int(predictions.fold[row]), code, seed
            )
            if pair is not None:
                gains.append(pair[0])
                areas.append(pair[1])
        if len(gains) < 2:
            continue
        groups = images.groups[done.rows[: len(gains)]]
        share = _mean(np.array(gains), groups, 0.0, 1.0, "share of the map in it, less that before it was put in", rng)
        found.append(Drawn(cue=cue.id, label=tie.label, share=share, area=float(np.mean(areas))))
    return tuple(found)


def _shares_inside(
    cue: Cue, tie: Tie, before: np.ndarray, predictions: Predictions, fold: int, code: int, seed: list[int]
) -> tuple[float, float] | None:
    """Share of the map in the artefact less that in the same place before, and the artefact's share of the area."""
    assert cue.insert is not None
    after, mask = cue.insert(before, tie.direction * abs(difference_of(cue, tie)), np.random.default_rng(seed))
    maps = [predictions.network.heatmap(resized(rgb, predictions.network.size), fold, code) for rgb in (before, after)]
    first, second = maps
    if first is None or second is None or not mask.any():
        return None
    inside = cv2.resize(mask.astype(np.float32), first.shape[::-1], interpolation=cv2.INTER_AREA)
    shares = [float((heat * inside).sum() / max(heat.sum(), 1e-12)) for heat in (first, second)]
    return shares[1] - shares[0], float(inside.mean())
