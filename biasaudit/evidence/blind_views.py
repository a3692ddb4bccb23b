"""How well the label is told from parts of a picture that do not show its subject, out of fold."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from biasaudit.errors import Unavailable
from biasaudit.evidence.cue_values import CueValues
from biasaudit.evidence.measure.survey import Survey
from biasaudit.evidence.on_workers import BATCH, batches, by_piece
from biasaudit.evidence.predictions import FROZEN_FOLDS, Predictions, macro_auc
from biasaudit.images import partial_views
from biasaudit.images.pixels import PixelStore
from biasaudit.images.table import ImageTable
from biasaudit.model import smoother
from biasaudit.model.backbone import Backbone, forward
from biasaudit.model.folds import assign_folds
from biasaudit.model.head import STRENGTHS, fit_head, log_odds
from biasaudit.model.network import FoldedNetwork, pool, without_head
from biasaudit.results import Estimate
from biasaudit.runtime.cache import Cache, digest_of, key_of
from biasaudit.runtime.checkpoints import NOTHING_KEPT, Parts
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings
from biasaudit.stats import auc, generator, permutation_p, permuted_within

PICTURES = {
    "background": partial_views.background,
    "border": partial_views.border,
    "shuffled_patches": partial_views.shuffled_patches,
    "fine_detail": partial_views.fine_detail,
}
"""Views that stay pictures: a network looks at them."""
VECTORS = {"thumbnail": partial_views.thumbnail, "colours": partial_views.colours}
"""Views that are a few numbers."""
FILE_TRAITS = "file_traits"
COARSE = ("background", "border")
"""What coarse pixels still show, where there is no network that knows pictures."""
NEEDS_PRETRAINED = "Only a pretrained network can say what is in such a picture."
NO_TRAITS = "No trait of the files differs between the images."
MOST, MOST_HELD_OUT = 1000, 500
"""Images that are learnt from, and of the given test part: what time and the n x n similarities allow."""
NARROW = 256
"""Features up to which the head gets the weakest of its penalties; choosing one would take most of the time."""
PERMUTATIONS = 499


@dataclass(frozen=True, kw_only=True, eq=False)
class BlindView:
    """What one view of the pictures tells of their labels; of a view that could not be had, why."""

    id: str
    untested: str = ""
    rows: np.ndarray
    """int (m,): the images that were looked at, all of them or a part in which rare classes are kept whole."""
    log_odds: np.ndarray
    """float (m, classes): of each class, by a head that never saw the image nor the given test part."""
    auc: Estimate | None = None
    """Out of fold, mean over classes, without the given test part."""
    p_value: float = 1.0
    """Of the AUC of a ridge classifier on the same view, were the labels dealt by chance within each fold."""
    whole: float = 0.5
    """The audited model's AUC on the same images, which it sees whole."""
    held_out: tuple[float, float] | None = None
    """The AUC of the view and that of the audited model in the given test part, where there is one."""


def blind_views(
    images: ImageTable,
    survey: Survey,
    backbone: Backbone,
    predictions: Predictions,
    known_cues: tuple[CueValues, ...],
    settings: Settings,
    cache: Cache,
    progress: Progress,
    parts: Parts = NOTHING_KEPT,
) -> tuple[BlindView, ...]:
    """Every view with its figures, those that stay pictures first.

    A frozen network looks at what stays a picture: the audited one or, where that was trained whole, the same before
    training; of a given model the network beside it, with folds of its own. Without a pretrained one it is coarse
    pixels. The head, the folds and the given test part are else those of `predictions`. Raises Unavailable where there
    are too many classes to look at enough images of each.
    """
    rows = _chosen(images, settings.seed)
    if predictions.given:  # it has no folds, and the views are learnt from all the same
        predictions = replace(predictions, fold=assign_folds(images, FROZEN_FOLDS, settings.seed))
    if not _each_class_is_learnt(images.codes[rows], predictions.fold[rows], ~images.held_out[rows]):
        raise Unavailable("too few images of a class to learn partial views of them")
    features = _features(survey, rows, backbone, predictions, settings.seed, cache, progress, parts)
    traits = _file_traits(known_cues, ~images.held_out)
    if traits is not None:
        features[FILE_TRAITS] = traits[rows]
    found = []
    # Matrices so small that threads wait for one another: where others use the cores too, fifteen times as long.
    with progress.step("Learning from each view"), threadpool_limits(1):
        for name in (*PICTURES, *VECTORS, FILE_TRAITS):
            if name in features:
                found.append(_view(name, features[name], rows, images, predictions, settings.seed))
            else:
                why = NO_TRAITS if name == FILE_TRAITS else NEEDS_PRETRAINED
                found.append(BlindView(id=name, untested=why, rows=rows, log_odds=np.zeros((0, len(images.classes)))))
    return tuple(found)


def _chosen(images: ImageTable, seed: int) -> np.ndarray:
    """The images to look at, int (m,), sorted: the classes take turns, so that a rare one is kept whole."""
    order = generator(seed, "blind_views", "images").permutation(images.n)
    turn = np.empty(images.n, dtype=int)
    for code in range(len(images.classes)):
        of_class = order[images.codes[order] == code]
        turn[of_class] = np.arange(len(of_class))
    queue = order[np.argsort(turn[order], kind="stable")]
    held = images.held_out[queue]
    return np.sort(np.concatenate([queue[~held][:MOST], queue[held][:MOST_HELD_OUT]]))


def _each_class_is_learnt(codes: np.ndarray, fold: np.ndarray, learnt: np.ndarray) -> bool:
    present = len(np.unique(codes))
    return all(len(np.unique(codes[learnt & (fold != number)])) == present for number in np.unique(fold))


# --- features ---------------------------------------------------------------------------------------------


def _features(
    survey: Survey,
    rows: np.ndarray,
    backbone: Backbone,
    predictions: Predictions,
    seed: int,
    cache: Cache,
    progress: Progress,
    parts: Parts,
) -> dict[str, np.ndarray]:
    """What each view of the pixels is to the head, float32 (m, features) by name; one pass over the stored pixels."""
    assert survey.pixels is not None
    store, names = survey.pixels, list(PICTURES) if backbone.pretrained else list(COARSE)

    def make() -> dict[str, np.ndarray]:
        network = _network(backbone, predictions)
        pieces = [(number, survey.rows[rows[some]]) for number, some in enumerate(batches(len(rows)))]
        look = partial(_look, store, names, seed, parts)
        found = list(by_piece(look, network, pieces, progress, "Looking at views without the subject"))
        return {name: np.concatenate([some[name] for some in found]) for name in (*names, *VECTORS)}

    def fits(kept: dict[str, np.ndarray]) -> bool:
        return set(kept) == {*names, *VECTORS} and all(
            each.ndim == 2 and len(each) == len(rows) and bool(np.isfinite(each).all()) for each in kept.values()
        )

    if not backbone.pretrained or backbone.name.endswith(".keras"):
        return make()
    code = hashlib.sha256(Path(str(partial_views.__file__)).read_bytes()).hexdigest()
    hashes = digest_of(survey.values["hash"].iloc[rows])
    return cache.arrays("blind_views", key_of(backbone.name, backbone.size, seed, code, hashes), make, fits)


def _network(backbone: Backbone, predictions: Predictions) -> FoldedNetwork | None:
    """What looks at every image; None where only coarse pixels can be had."""
    if not backbone.pretrained:
        return None
    shared = predictions.network
    if isinstance(shared, FoldedNetwork) and len(shared.features) == 1:
        return shared
    return without_head(backbone, forward(backbone))


def _look(
    store: PixelStore,
    names: Sequence[str],
    seed: int,
    parts: Parts,
    network: FoldedNetwork | None,
    number: int,
    rows: np.ndarray,
) -> dict[str, np.ndarray]:
    """What each view of one batch is to the head, float32 (m, features) by name."""
    batch = store.read(rows)

    def looked() -> dict[str, np.ndarray]:
        return {name: _seen(PICTURES[name](batch, _drawing(seed, name, number)), network) for name in names}

    return parts.arrays("views", number, looked) | {name: reduce(batch) for name, reduce in VECTORS.items()}


def _seen(view: np.ndarray, network: FoldedNetwork | None) -> np.ndarray:
    return partial_views.coarse_pixels(view) if network is None else pool(network.feature_maps(view, 0))


def _drawing(seed: int, name: str, number: int) -> np.random.Generator:
    """The random numbers of a batch: those that come after the ones of the batches before it."""
    rng = generator(seed, "blind_views", name)
    assert isinstance(rng.bit_generator, np.random.PCG64)
    rng.bit_generator.advance(number * BATCH * partial_views.DRAWN)
    return rng


def _file_traits(cues: Sequence[CueValues], learnt: np.ndarray) -> np.ndarray | None:
    """The traits of the files that can be compared, float (n, features); None where there are none.

    Numbers as their rank among the images learnt from, since sizes are far from normal; words as one column each.
    """
    columns = []
    for cue in cues:
        if cue.kind != "file" or cue.untestable:
            continue
        if cue.levels is not None:
            columns += [cue.levels == name for name in np.unique(cue.levels.astype(str))]
        elif cue.values is not None:
            known = np.sort(cue.values[learnt & np.isfinite(cue.values)])
            rank = (np.searchsorted(known, cue.values) + np.searchsorted(known, cue.values, side="right")) / 2
            columns.append(np.where(np.isfinite(cue.values), rank / len(known) - 0.5, 0.0))
    return np.column_stack(columns).astype(np.float64) if columns else None


# --- figures ----------------------------------------------------------------------------------------------


def _view(
    name: str, features: np.ndarray, rows: np.ndarray, images: ImageTable, predictions: Predictions, seed: int
) -> BlindView:
    codes, groups, fold = images.codes[rows], images.groups[rows], predictions.fold[rows]
    learnt = ~images.held_out[rows]
    odds, whole = _cross_fitted(features, codes, fold, learnt, seed), predictions.log_odds[rows]
    held = None
    if not learnt.all():
        held = _area(odds[~learnt], codes[~learnt]), _area(whole[~learnt], codes[~learnt])
    rng = generator(seed, "blind_views", "permutations", name)
    matrix = smoother.smoother(features[learnt], fold[learnt])
    # Within folds, which were dealt by label: chance would have dealt them no less evenly.
    dealt = permuted_within(codes[learnt], groups[learnt], fold[learnt], PERMUTATIONS, rng)
    null = np.concatenate([smoother.macro_auc(matrix, some) for some in dealt])
    return BlindView(
        id=name,
        rows=rows,
        log_odds=odds,
        auc=macro_auc(odds[learnt], codes[learnt], groups[learnt], seed),
        p_value=permutation_p(float(smoother.macro_auc(matrix, codes[learnt][None])[0]), null),
        whole=_area(whole[learnt], codes[learnt]),
        held_out=held,
    )


def _cross_fitted(
    features: np.ndarray, codes: np.ndarray, fold: np.ndarray, learnt: np.ndarray, seed: int
) -> np.ndarray:
    """Log-odds of each class by a head fitted on the other folds and never on the given test part."""
    penalty = STRENGTHS[-1] if features.shape[1] <= NARROW else STRENGTHS[1]
    logits = np.empty((len(codes), len(np.unique(codes))))
    for number in np.unique(fold):
        head = fit_head(features[learnt & (fold != number)], codes[learnt & (fold != number)], penalty, seed)
        logits[fold == number] = head.logits(features[fold == number])
    return log_odds(np.round(logits, 6))  # images with equal features must tie


def _area(scores: np.ndarray, codes: np.ndarray) -> float:
    """The AUC, mean over the classes that have images on both sides; 0.5 where none has."""
    areas = [auc(scores[:, code], codes == code) for code in range(scores.shape[1])]
    return float(np.nanmean(areas)) if np.isfinite(areas).any() else 0.5
