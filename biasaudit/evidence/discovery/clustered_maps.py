"""Groups of one class's images in which the evidence lies at one place off the centre, and not on what varies.

Spectral clustering of maps after Lapuschkin et al. 2019, "Unmasking Clever Hans predictors and assessing what machines
really learn", Nature Communications (SpRAy): there it found the copyright mark in the corner of horses' pictures.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sklearn.cluster import SpectralClustering

from biasaudit.evidence.maps.attributions import FLAT, GRID, Attributions, shares_of
from biasaudit.evidence.measure.survey import Survey
from biasaudit.evidence.predictions import Predictions
from biasaudit.images.table import ImageTable
from biasaudit.results import Sentence, say

PLACES = 6
"""Places along each side at which maps are compared; a window is two by two of them, a ninth of the picture."""
LEAST = 16
"""Mapped images of a class, below which it is not clustered."""
FEWEST, SMALLEST = 5, 0.1
"""Images of a cluster, and its share of the class's."""
MOST_CLUSTERS = 7
AT_ONE_PLACE = 0.5
"""Mean share of the evidence in one window off the centre. Of 36 samples of clean objects, leaves and actions the
largest was .31; of skin photographs, which have patches and rulers, .49; a mark in a corner of nine in ten malignant
ones gave .72 and more."""


@dataclass(frozen=True, kw_only=True, eq=False)
class EvidencePlace:
    """A place off the centre that holds most of the evidence for a class in a part of its images."""

    label: str
    where: Sentence
    """In words: "lower right"."""
    rows: np.ndarray
    """int (m,): the mapped images, of all classes."""
    values: np.ndarray
    """float (m,): the share of the evidence for `label` that lies there, 0 to 1."""
    members: np.ndarray
    """bool (m,): the images of the cluster, all of the class."""


def evidence_places(
    images: ImageTable, survey: Survey, predictions: Predictions, attributions: Attributions
) -> tuple[EvidencePlace, ...]:
    """One at most for each class, the one that holds most; none where a map costs more than an answer."""
    if not attributions.quick:
        return ()
    found = []
    for code in range(len(images.classes)):
        inside = np.flatnonzero(images.codes[attributions.rows] == code)
        if len(inside) < LEAST:
            continue
        windows = _windows(attributions.maps[inside])
        share, window, members = max(_clusters(attributions.maps[inside], windows), key=lambda each: each[0])
        if share < AT_ONE_PLACE:
            continue
        values = _everywhere(code, window, images, survey, predictions, attributions)
        chosen = np.zeros(len(attributions.rows), dtype=bool)
        chosen[inside[members]] = True
        found.append(
            EvidencePlace(
                label=images.classes[code],
                where=_in_words(window),
                rows=attributions.rows,
                values=values,
                members=chosen,
            )
        )
    return tuple(found)


def _clusters(maps: np.ndarray, windows: np.ndarray) -> Iterator[tuple[float, tuple[int, int], np.ndarray]]:
    """Of each cluster its mean share in its best window off the centre, that window, and its members bool (n,)."""
    off_centre = np.ones(windows.shape[1:], dtype=bool)
    off_centre[1:-1, 1:-1] = False
    labels = _clustered(maps)
    yield 0.0, (0, 0), np.zeros(len(maps), dtype=bool)
    for label in np.unique(labels):
        members = labels == label
        if members.sum() < max(FEWEST, SMALLEST * len(maps)):
            continue
        mean = np.where(off_centre, windows[members].mean(axis=0), 0)
        row, column = np.unravel_index(int(mean.argmax()), mean.shape)
        yield float(mean.max()), (int(row), int(column)), members


def _clustered(maps: np.ndarray) -> np.ndarray:
    """Cluster of each map, int (n,). Likeness is Bhattacharyya's; as many clusters as the largest eigengap says."""
    roots = np.sqrt(_coarse(maps).reshape(len(maps), -1))
    likeness = np.clip(roots @ roots.T, 1e-3, 1)
    degree = np.sqrt(likeness.sum(axis=1))
    ordered = np.linalg.eigvalsh(likeness / degree[:, None] / degree)[::-1]
    gaps = ordered[1:MOST_CLUSTERS] - ordered[2 : MOST_CLUSTERS + 1]
    spectral = SpectralClustering(int(gaps.argmax()) + 2, affinity="precomputed", random_state=0)
    return spectral.fit_predict(likeness)


def _coarse(maps: np.ndarray) -> np.ndarray:
    """(n, GRID, GRID) -> shares (n, PLACES, PLACES)."""
    step = GRID // PLACES
    return maps.reshape(len(maps), PLACES, step, PLACES, step).sum(axis=(2, 4))


def _windows(maps: np.ndarray) -> np.ndarray:
    """The share in each window of two by two places: (n, GRID, GRID) -> (n, PLACES - 1, PLACES - 1)."""
    coarse = _coarse(maps)
    return coarse[:, :-1, :-1] + coarse[:, 1:, :-1] + coarse[:, :-1, 1:] + coarse[:, 1:, 1:]


def _everywhere(
    code: int,
    window: tuple[int, int],
    images: ImageTable,
    survey: Survey,
    predictions: Predictions,
    attributions: Attributions,
) -> np.ndarray:
    """Share of the evidence for a class in the window, of every mapped image; 0 where there is none for it."""
    assert survey.pixels is not None
    assert attributions.explain is not None
    store = survey.pixels.at(predictions.network.size)
    values = np.zeros(len(attributions.rows))
    for place, (row, own) in enumerate(zip(attributions.rows, attributions.maps, strict=True)):
        if images.codes[row] == code:
            values[place] = _windows(own[None])[0][window]
            continue
        image = store.read(survey.rows[[row]])[0]
        heat = attributions.explain(image, int(predictions.fold[row]), code) if np.ptp(image) >= FLAT else None
        if heat is not None and (heat > 0).any():
            values[place] = _windows(shares_of(heat)[None])[0][window]
    return values


def _in_words(window: tuple[int, int]) -> Sentence:
    rows, columns = (say("upper"), say("middle"), say("lower")), (say("left"), say("centre"), say("right"))
    row, column = ((at > 0) + (at >= PLACES - 2) for at in window)
    return say("{row} {column}", row=rows[row], column=columns[column])
