"""What lies near what in the model's representation: a map in two dimensions, coloured by label, cue and subgroup.

A map of so many dimensions bends distances, so beside each colouring stands a figure of the representation itself:
how often an image's nearest neighbours share its colour, against chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE

from biasaudit.evidence.predictions import Predictions
from biasaudit.evidence.ties import Tie
from biasaudit.images.table import ImageTable
from biasaudit.results import ColouredBy, Colouring, Estimate, Name, RepresentationMap, Sentence, say
from biasaudit.stats import interval

SHOWN = 600
"""Images on the map, drawn at random: more would hide one another."""
FEWEST = 30
NEIGHBOURS = 10
COMPONENTS = 50
"""Principal components that distances are taken in: the rest of the features is noise of single images."""
MOST_LEVELS = 6
"""Colours that can be told apart; the rarer levels of a column are drawn as one."""
OTHERS = say("all others")

KINDS: Mapping[ColouredBy, Sentence] = {"label": say("label"), "cue": say("cue"), "subgroup": say("subgroup")}

Levels = tuple[Sequence[Sentence], np.ndarray]
"""What the levels are called, and int (n,): the place of each image's level among them."""


def representation_map(
    predictions: Predictions,
    images: ImageTable,
    ties: Iterable[Tie],
    columns: Mapping[str, tuple[Sequence[str], np.ndarray]],
    seed: int,
) -> RepresentationMap | None:
    """The map of what the head of the network is given; None where the model shows no such features.

    Args:
        predictions: with the features; where each fold has a network of its own, the largest fold's are shown.
        images: the images that they are of.
        ties: the cues to colour by.
        columns: name -> the groups to colour by: their names, and int (n,), the place of each image's among them.
        seed: of the choice of images and of the map.

    t-SNE from principal components (van der Maaten & Hinton 2008; Kobak & Berens 2019 for the start).
    """
    if predictions.embedding is None:
        return None
    space = np.flatnonzero(predictions.space == np.bincount(predictions.space).argmax())
    chosen = np.sort(np.random.default_rng(seed).permutation(space)[:SHOWN])
    if len(chosen) < FEWEST:
        return None
    features, groups = _components(predictions.embedding[chosen], seed), images.groups[chosen]
    near = _nearest(features, groups)
    colours: list[tuple[str, ColouredBy, Levels]] = [
        ("class", "label", ([say("{label}", label=Name("label", name)) for name in images.classes], images.codes)),
        *((tie.cue.id, "cue", _sides(tie)) for tie in ties),
        *(
            (name, "subgroup", ([say("{value}", value=Name("value", level)) for level in levels], of))
            for name, (levels, of) in columns.items()
        ),
    ]
    return RepresentationMap(
        images=len(chosen),
        places=tuple((float(x), float(y)) for x, y in np.round(_places(features, seed), 3)),
        colourings=tuple(
            _colouring(by, kind, _commonest(names, codes[chosen]), near, groups, seed)
            for by, kind, (names, codes) in colours
        ),
    )


def _sides(tie: Tie) -> Levels:
    """On which side of the cue each image is, in words that hold no value of the data."""
    if tie.cue.levels is not None:
        words = say("values of {label}", label=Name("label", tie.label)), say("other values")
    elif tie.cue.threshold is not None:
        words = say("found"), say("not found")
    else:
        words = say("high"), say("low")
    words = words if tie.direction > 0 else words[::-1]
    return (*words, say("not known")), np.where(tie.known, np.where(tie.present, 0, 1), 2)


def _commonest(names: Sequence[Sentence], codes: np.ndarray) -> Levels:
    """The levels that occur, in their order, but for the rarest where there are more than can be told apart."""
    counts = np.bincount(codes, minlength=len(names))
    kept = np.flatnonzero(counts)
    if len(kept) > MOST_LEVELS:
        kept = np.sort(np.argsort(-counts, kind="stable")[: MOST_LEVELS - 1])
    place = np.full(len(names), len(kept))
    place[kept] = np.arange(len(kept))
    rest = (OTHERS,) if (place[codes] == len(kept)).any() else ()
    return (*(names[level] for level in kept.tolist()), *rest), place[codes]


def _components(embedding: np.ndarray, seed: int) -> np.ndarray:
    """float (n, at most COMPONENTS): principal components of the features, each feature with the same say."""
    spread = embedding.std(axis=0)
    scaled = (embedding - embedding.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return PCA(min(COMPONENTS, *scaled.shape), random_state=seed).fit_transform(scaled)


def _nearest(features: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """int (n, NEIGHBOURS): the nearest images of other patients."""
    apart = cdist(features, features)
    apart[groups[:, None] == groups[None]] = np.inf
    return np.argsort(apart, axis=1, kind="stable")[:, :NEIGHBOURS]


def _places(features: np.ndarray, seed: int) -> np.ndarray:
    """float (n, 2), 0 to 1 in both directions."""
    perplexity = min(30.0, (len(features) - 1) / 3)
    found = TSNE(perplexity=perplexity, init="pca", random_state=seed, n_jobs=1).fit_transform(features)
    low, high = found.min(axis=0), found.max(axis=0)
    return (found - low) / np.maximum(high - low, 1e-9)


def _colouring(by: str, kind: ColouredBy, levels: Levels, near: np.ndarray, groups: np.ndarray, seed: int) -> Colouring:
    names, codes = levels
    shared = (codes[near] == codes[:, None]).mean(axis=1)
    low, high = interval(
        lambda weights: (weights * shared).sum(axis=1) / weights.sum(axis=1), groups, np.random.default_rng(seed)
    )
    chance = float(((np.bincount(codes) / len(codes)) ** 2).sum())
    return Colouring(
        by=by,
        kind=kind,
        levels=tuple(names),
        of=tuple(codes.tolist()),
        neighbours=Estimate(
            measure=say(
                "share of the {n} nearest images that are of one {kind} with an image", n=NEIGHBOURS, kind=KINDS[kind]
            ),
            value=float(shared.mean()),
            low=low,
            high=high,
            null=chance,
            limit=1.0,
            n=len(codes),
        ),
    )
