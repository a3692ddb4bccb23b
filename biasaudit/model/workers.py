"""The model's work by the image: on this machine, or in pieces that the workers of a cluster do.

A worker makes the model from files that it sees too, keeps it, and reads the pixels or photographs of its pieces
itself. The pieces are those that a network is asked about at once here as well: the last bits of an answer depend on
the images that it is asked about with, and so they stay the same.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

import joblib
import numpy as np

from biasaudit.errors import AuditError
from biasaudit.images.table import ImageTable
from biasaudit.model.interface import BATCH, AuditedModel, Sendable
from biasaudit.model.sent_model import SentModel, opened, sent
from biasaudit.runtime.cluster import in_order, on_cluster
from biasaudit.runtime.progress import Progress

_sent: WeakKeyDictionary[Any, SentModel | None] = WeakKeyDictionary()
"""What was sent before, so that the files are written once."""


def by_piece(
    work: Callable[..., Any], model: Sendable | None, pieces: Sequence[tuple[Any, ...]], progress: Progress, what: str
) -> Iterator[Any]:
    """`work(model, *piece)` of each piece, in order: by the workers where there are some who can have the model.

    work: a function of a module, or a `partial` of one; what it carries and returns must be picklable.
    """
    there = _to_send(model, progress) if pieces else None
    if there is None:
        done: Iterator[Any] = (work(model, *piece) for piece in pieces)
    else:
        done = in_order((joblib.delayed(_there)(work, there, piece) for piece in pieces), None)
    return progress.track(done, what, len(pieces))


def batches(n: int) -> list[np.ndarray]:
    """The places 0 to n - 1, int, `BATCH` at a time."""
    return [np.arange(start, min(start + BATCH, n)) for start in range(0, n, BATCH)]


def batches_of(model: AuditedModel, folds: np.ndarray) -> list[np.ndarray]:
    """The places of images that `model.log_odds` answers at once: a fold's alone, where folds have own networks.

    folds: int (n,), of each image.
    """
    if model.shared_features:
        return batches(len(folds))
    own = [np.flatnonzero(folds == fold) for fold in np.unique(folds)]
    return [rows[some] for rows in own for some in batches(len(rows))]


def log_odds(model: AuditedModel, rgb: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """As `model.log_odds`; the pictures travel to the workers where there are some.

    rgb: uint8 (n, size, size, 3). folds: int (n,). Returns float64 (n, classes).
    """
    places = batches_of(model, folds)
    pieces = [(rgb[some], folds[some]) for some in places] if on_cluster() else []
    if not pieces:
        return model.log_odds(rgb, folds)
    found = list(by_piece(_log_odds, model, pieces, Progress(quiet=True), ""))
    return np.concatenate(found)[np.argsort(np.concatenate(places))]


def _log_odds(model: AuditedModel, rgb: np.ndarray, folds: np.ndarray) -> np.ndarray:
    return model.log_odds(rgb, folds)


def of_rows(images: ImageTable, rows: np.ndarray) -> ImageTable:
    """The table of these rows, int (m,) in ascending order: no more than what their photographs are found by."""
    some = images.subset(rows)
    return replace(some, root=images.root.absolute(), left_out=(), notes={}, warnings=())


def _there(work: Callable[..., Any], model: SentModel, piece: tuple[Any, ...]) -> Any:
    # It warns of functions that are compiled in a loop; here each is another model's.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    return work(opened(model), *piece)


def _to_send(model: Sendable | None, progress: Progress) -> SentModel | None:
    """What the workers make the model from; None where there are no workers, or they cannot have it."""
    folder = on_cluster()
    if folder is None or model is None:
        return None
    if model not in _sent:
        found = sent(model, folder)
        if found is not None and (why := next(in_order([joblib.delayed(_cannot_open)(found)], None))):
            progress.say(f"The workers cannot have the model, so it is asked here: {why}")
            found = None
        _sent[model] = found
    return _sent[model]


def _cannot_open(model: SentModel) -> str:
    """Why a worker cannot make the model, as layers of somebody's own that it knows nothing of; or ""."""
    try:
        opened(model)
    except AuditError as fault:
        return str(fault)
    return ""
