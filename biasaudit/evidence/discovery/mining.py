"""Places of one class's images whose like is found again in most of that class and seldom elsewhere.

What makes Paris look like Paris (Doersch 2012) asks this of street views: take places at random, look for the most
alike place in every other image, keep those whose like goes with the class, and sharpen each by what it found.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

EXEMPLARS = 1200
"""Places tried for each class."""
KEPT = 100
"""Exemplars of each class that are sharpened: a thin mark's exemplar shows mostly what lies behind it, and comes late
in the order."""
ROUNDS = 3
LEAST_AREA = 0.55
"""AUC with which an exemplar must tell its class: little, since sharpening comes after, and other images test it."""
SAME = 0.85
"""Correlation over images from which two exemplars are one pattern."""
AWAY = 0.5
"""How much of what images without the pattern show at their most alike place is taken off."""


@dataclass(frozen=True, eq=False)
class Mined:
    """One pattern, by the descriptor of a place."""

    code: int
    """The class in which it recurs."""
    prototype: np.ndarray
    """float32 (dimensions,), of unit length."""
    threshold: float
    """Likeness from which an image has it."""
    values: np.ndarray
    """float (n,): likeness of each image's most alike place, -1 to 1."""
    places: np.ndarray
    """int (n,): that place."""


def best_places(descriptors: np.ndarray, prototypes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Likeness and number of the most alike place: float32 (n, places, d) and (k, d) -> float32 and int (k, n)."""
    values = np.empty((len(prototypes), len(descriptors)), dtype=np.float32)
    places = np.empty(values.shape, dtype=np.int64)
    for image, descriptor in enumerate(descriptors):
        alike = prototypes @ descriptor.T
        values[:, image], places[:, image] = alike.max(axis=1), alike.argmax(axis=1)
    return values, places


def split_of(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each row falls apart best into two groups, and the share of its variance that lies between them.

    Otsu 1979, on sorted values; a group holds 5% at least on the one side, 3% on the other.
    float (k, n) -> two of float (k,).
    """
    ordered = np.sort(values, axis=1)
    n = ordered.shape[1]
    below = np.arange(1, n)
    sums = np.cumsum(ordered, axis=1)
    low = sums[:, :-1] / below
    high = (sums[:, -1:] - sums[:, :-1]) / (n - below)
    between = below / n * (1 - below / n) * (high - low) ** 2
    between[:, : int(0.05 * n)] = 0
    between[:, int(0.97 * n) :] = 0
    place = between.argmax(axis=1)
    rows = np.arange(len(ordered))
    explained = between[rows, place] / np.maximum(ordered.var(axis=1), 1e-12)
    return (ordered[rows, place] + ordered[rows, place + 1]) / 2, explained


def mine(descriptors: np.ndarray, codes: np.ndarray, classes: int, rng: np.random.Generator) -> list[Mined]:
    """Patterns that tell a class; descriptors: float32 (n, places, d), rows of unit length; codes: int (n,)."""
    found: list[Mined] = []
    places = descriptors.shape[1]
    for code in range(classes):
        inside = codes == code
        rows = np.flatnonzero(inside)
        if len(rows) < 8 or (~inside).sum() < 8:
            continue
        picked = rng.choice(len(rows) * places, min(EXEMPLARS, len(rows) * places), replace=False)
        source, place = rows[picked // places], picked % places
        exemplars = descriptors[source, place]
        values, _ = best_places(descriptors, exemplars)
        values[np.arange(len(values)), source] = np.nan  # its own image says nothing of how often it recurs
        values = np.where(np.isnan(values), np.nanmean(values, axis=1, keepdims=True), values)
        telling = _telling(values, inside)
        if telling:
            found += _sharpened(descriptors, code, exemplars[telling])
    return found


def _telling(values: np.ndarray, inside: np.ndarray) -> list[int]:
    """The exemplars that split the images best along the class, unlike one another."""
    threshold, explained = split_of(values)
    has = values >= threshold[:, None]
    gain = np.maximum(has[:, inside].mean(axis=1) - has[:, ~inside].mean(axis=1), 0)
    ranks = rankdata(values, axis=1)[:, inside].sum(axis=1)
    m = inside.sum()
    area = (ranks - m * (m + 1) / 2) / (m * (~inside).sum())
    worth = np.where(area > LEAST_AREA, explained * np.sqrt(gain), 0)
    standard = values - values.mean(axis=1, keepdims=True)
    standard /= np.maximum(np.linalg.norm(standard, axis=1, keepdims=True), 1e-9)
    chosen: list[int] = []
    for one in np.argsort(-worth, kind="stable"):
        if worth[one] == 0 or len(chosen) == KEPT:
            break
        if not chosen or (standard[chosen] @ standard[one]).max() < SAME:
            chosen.append(int(one))
    return chosen


def _sharpened(descriptors: np.ndarray, code: int, prototypes: np.ndarray) -> list[Mined]:
    """Each prototype, drawn to what it finds and away from what it takes for the like where it is not there.

    Labels play no part in it: what recurs is sharpened, not what tells the class.
    """
    prototypes = prototypes.copy()
    for _ in range(ROUNDS):
        values, places = best_places(descriptors, prototypes)
        for number, threshold in enumerate(split_of(values)[0]):
            alike, place = values[number], places[number]
            hits, misses = np.flatnonzero(alike >= threshold), np.flatnonzero(alike < threshold)
            hits = hits[np.argsort(-alike[hits], kind="stable")][: max(8, len(hits) * 2 // 3)]
            towards = descriptors[hits, place[hits]].mean(axis=0)
            moved = towards - AWAY * descriptors[misses, place[misses]].mean(axis=0)
            prototypes[number] = moved / max(float(np.linalg.norm(moved)), 1e-6)
    values, places = best_places(descriptors, prototypes)
    thresholds, _ = split_of(values)
    return [
        Mined(code, prototype, float(threshold), *each)
        for prototype, threshold, *each in zip(prototypes, thresholds, values, places, strict=True)
    ]
