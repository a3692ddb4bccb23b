"""What partial views of a picture, and the traits of its file, are to a head that learns from them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from biasaudit.evidence.measure.survey import Survey
from biasaudit.evidence.named.cue_values import CueValues
from biasaudit.images import partial_views
from biasaudit.images.pixels import PixelStore
from biasaudit.model.backbone import Backbone
from biasaudit.model.interface import BATCH
from biasaudit.model.workers import batches, by_piece
from biasaudit.runtime.cache import Cache, digest_of, key_of
from biasaudit.runtime.checkpoints import Checkpoints
from biasaudit.runtime.progress import Progress
from biasaudit.stats import generator

PICTURES = {
    "background": partial_views.background,
    "border": partial_views.border,
    "shuffled_patches": partial_views.shuffled_patches,
    "fine_detail": partial_views.fine_detail,
}
"""Views that stay pictures: a network looks at them."""
VECTORS = {"thumbnail": partial_views.thumbnail, "colours": partial_views.colours}
"""Views that are a few numbers."""
COARSE = ("background", "border")
"""What coarse pixels still show, where there is no network that knows pictures."""


def features_of_views(
    survey: Survey,
    rows: np.ndarray,
    backbone: Backbone,
    seed: int,
    cache: Cache,
    progress: Progress,
    checkpoints: Checkpoints,
) -> dict[str, np.ndarray]:
    """What each view of the pixels is to the head, float32 (m, features) by name; one pass over the stored pixels.

    rows: int (m,), the images. A network that knows pictures looks at what stays one; without it it is coarse pixels.
    """
    assert survey.pixels is not None
    store, names = survey.pixels, list(PICTURES) if backbone.pretrained else list(COARSE)

    def make() -> dict[str, np.ndarray]:
        pieces = [(number, survey.rows[rows[some]]) for number, some in enumerate(batches(len(rows)))]
        look, network = partial(_look, store, names, seed, checkpoints), backbone if backbone.pretrained else None
        found = list(by_piece(look, network, pieces, progress, "Looking at views without the subject"))
        return {name: np.concatenate([some[name] for some in found]) for name in (*names, *VECTORS)}

    def fits(kept: dict[str, np.ndarray]) -> bool:
        return set(kept) == {*names, *VECTORS} and all(
            each.ndim == 2 and len(each) == len(rows) and bool(np.isfinite(each).all()) for each in kept.values()
        )

    if not backbone.cacheable:
        return make()
    code = hashlib.sha256(Path(str(partial_views.__file__)).read_bytes()).hexdigest()
    hashes = digest_of(survey.values["hash"].iloc[rows])
    return cache.arrays("blind_views", key_of(backbone.name, backbone.size, seed, code, hashes), make, fits)


def _look(
    store: PixelStore,
    names: Sequence[str],
    seed: int,
    checkpoints: Checkpoints,
    backbone: Backbone | None,
    number: int,
    rows: np.ndarray,
) -> dict[str, np.ndarray]:
    """What each view of one batch is to the head, float32 (m, features) by name."""
    batch = store.read(rows)

    def looked() -> dict[str, np.ndarray]:
        return {name: _seen(PICTURES[name](batch, _drawing(seed, name, number)), backbone) for name in names}

    return checkpoints.arrays("views", number, looked) | {name: reduce(batch) for name, reduce in VECTORS.items()}


def _seen(view: np.ndarray, backbone: Backbone | None) -> np.ndarray:
    return partial_views.coarse_pixels(view) if backbone is None else backbone.pooled(view)


def _drawing(seed: int, name: str, number: int) -> np.random.Generator:
    """The random numbers of a batch: those that come after the ones of the batches before it."""
    rng = generator(seed, "blind_views", name)
    assert isinstance(rng.bit_generator, np.random.PCG64)
    rng.bit_generator.advance(number * BATCH * partial_views.DRAWN)
    return rng


def features_of_files(cues: Sequence[CueValues], learnt: np.ndarray) -> np.ndarray | None:
    """The traits of the files that can be compared, float64 (n, features); None where there are none.

    learnt: bool (n,). Numbers as their rank among the images learnt from, since sizes are far from normal; words as one
    column each.
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
