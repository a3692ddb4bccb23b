"""What lies near what in the model's representation: a map in two dimensions, coloured by label, cue and subgroup.

A map of so many dimensions bends distances, so beside each colouring stands a figure of the representation itself:
how often an image's nearest neighbours share its colour, against chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE

from biasaudit.errors import Unavailable
from biasaudit.evidence.predictions import Predictions
from biasaudit.evidence.ties import Tie
from biasaudit.images.table import ImageTable
from biasaudit.results import ColouredBy, Colouring, EmbeddingMap, Estimate, Name, Sentence, say
from biasaudit.settings import Settings
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


@dataclass(frozen=True, kw_only=True, eq=False)
class Layout:
    """Where some images lie on the map, and which are each one's nearest in the features themselves."""

    rows: np.ndarray
    """int (m,): the images shown."""
    places: np.ndarray
    """float (m, 2), 0 to 1 in both directions."""
    near: np.ndarray
    """int (m, NEIGHBOURS): by place in `rows`, the nearest images of other patients."""


def embedding_layout(predictions: Predictions, images: ImageTable, settings: Settings) -> Layout:
    """The map of what the head of the network is given, before anything is coloured.

    Where each fold has a network of its own, the largest fold's images are shown. t-SNE from principal components (van
    der Maaten & Hinton 2008; Kobak & Berens 2019 for the start). Raises Unavailable where no map was asked for, the
    model shows no such features, or they are of too few images.
    """
    if not settings.map:
        raise Unavailable(say("a map is drawn where it is asked for: --map"))
    if predictions.embedding is None:
        raise Unavailable(say("needs the features of the model, and a given function shows its answers only"))
    space = np.flatnonzero(predictions.space == np.bincount(predictions.space).argmax())
    chosen = np.sort(np.random.default_rng(settings.seed).permutation(space)[:SHOWN])
    if len(chosen) < FEWEST:
        raise Unavailable(say("needs {n} images at least of one feature space", n=FEWEST))
    features = _components(predictions.embedding[chosen], settings.seed)
    near = _nearest(features, images.groups[chosen])
    return Layout(rows=chosen, places=np.round(_places(features, settings.seed), 3), near=near)


def embedding_map(
    layout: Layout,
    images: ImageTable,
    ties: Iterable[Tie],
    columns: Mapping[str, tuple[Sequence[str], np.ndarray]],
    seed: int,
) -> EmbeddingMap:
    """The map, once for each way of colouring it: by class, by `ties` (cues), and by `columns` (name -> groups)."""
    chosen, groups = layout.rows, images.groups[layout.rows]
    colours: list[tuple[str, ColouredBy, Levels]] = [
        ("class", "label", ([say("{label}", label=Name("label", name)) for name in images.classes], images.codes)),
        *((tie.cue.id, "cue", _sides(tie)) for tie in ties),
        *(
            (name, "subgroup", ([say("{value}", value=Name("value", level)) for level in levels], of))
            for name, (levels, of) in columns.items()
        ),
    ]
    return EmbeddingMap(
        images=len(chosen),
        places=tuple((float(x), float(y)) for x, y in layout.places),
        colourings=tuple(
            _colouring(by, kind, _commonest(names, codes[chosen]), layout.near, groups, seed)
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
