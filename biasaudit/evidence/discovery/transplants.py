"""A discovered pattern cut out of one image and set into another, against such a piece of an image without it."""

from __future__ import annotations

from functools import partial

import cv2
import numpy as np

from biasaudit.evidence.discovery.fixed_places import FixedPlace
from biasaudit.evidence.discovery.patterns import Pattern
from biasaudit.evidence.interventions import LEAST, Intervention, kept_intervention
from biasaudit.evidence.measure.survey import Survey
from biasaudit.evidence.predictions import Predictions
from biasaudit.evidence.ties import Tie
from biasaudit.images.table import ImageTable
from biasaudit.model.workers import log_odds
from biasaudit.runtime.checkpoints import NOTHING_KEPT, Checkpoints
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings
from biasaudit.stats import generator
from biasaudit.thresholds import FLOORS

RECEIVERS, DONORS = 64, 12
MORE_RECEIVERS = 192
"""Images that a pattern which looks put there is set into: a person is asked about it, and small marks move a good
network little."""
FEWEST_DONORS = 4
FEATHER = 1 / 60
"""Standard deviation of the soft edge of what is cut out, as a share of the picture's side: a hard one is a cue."""


def transplants(
    images: ImageTable,
    survey: Survey,
    discovered: tuple[Pattern | FixedPlace, ...],
    ties: tuple[Tie, ...],
    predictions: Predictions,
    settings: Settings,
    progress: Progress,
    checkpoints: Checkpoints = NOTHING_KEPT,
) -> dict[str, Intervention]:
    """Cue key -> what setting the pattern into images of other classes did, for each tied pattern."""
    tie_of = {tie.cue.key: tie for tie in ties}
    chosen = [p for p in discovered if p.cue.key in tie_of and tie_of[p.cue.key].strength >= FLOORS["association"]]
    done = {}
    for pattern in progress.track(chosen, "Transplanting patterns, against placebos", len(chosen)):
        rng = generator(settings.seed, "transplant", pattern.cue.id)
        make = partial(_transplant, pattern, tie_of[pattern.cue.key], images, survey, predictions, rng)
        found = kept_intervention(checkpoints, "transplant", pattern.cue.key, make)
        if found is not None:
            done[pattern.cue.key] = found
    return done


def _transplant(
    pattern: Pattern | FixedPlace,
    tie: Tie,
    images: ImageTable,
    survey: Survey,
    predictions: Predictions,
    rng: np.random.Generator,
) -> Intervention | None:
    learnt = ~images.held_out
    having = tie.known & tie.present & learnt
    lacking = np.flatnonzero(tie.known & ~tie.present & ~tie.positive & learnt)
    # From images of the other classes, where there are some: with those of its own, the subject would be cut out too.
    elsewhere = np.flatnonzero(having & ~tie.positive)
    having = elsewhere if len(elsewhere) >= FEWEST_DONORS else np.flatnonzero(having & tie.positive)
    shuffled = rng.permutation(lacking)
    most = min(MORE_RECEIVERS if pattern.looks_put_there else RECEIVERS, len(lacking) // 2)
    receivers, shams = np.sort(shuffled[:most]), shuffled[len(lacking) // 2 :]
    if len(receivers) < LEAST or len(having) < FEWEST_DONORS:
        return None
    assert survey.pixels is not None
    assert pattern.cue.values is not None
    donors = having[np.argsort(-pattern.cue.values[having], kind="stable")][:DONORS]
    given = survey.pixels.read(survey.rows[donors])
    masks = [_mask(pattern, rgb) for rgb in given]
    sham = survey.pixels.read(survey.rows[rng.choice(shams, len(donors))])
    before = survey.pixels.read(survey.rows[receivers])
    which = rng.integers(len(donors), size=len(receivers))
    inserted = np.stack([_set_in(rgb, given[d], masks[d]) for rgb, d in zip(before, which, strict=True)])
    placebo = np.stack([_set_in(rgb, sham[d], masks[d]) for rgb, d in zip(before, which, strict=True)])
    folds = predictions.fold[receivers]
    return Intervention(
        rows=receivers,
        toward=1,
        # Of a given model from the same pixels, whatever their size; what was trained here has said it already.
        before=log_odds(predictions.network, before, folds) if predictions.given else predictions.log_odds[receivers],
        inserted=log_odds(predictions.network, inserted, folds),
        placebo=log_odds(predictions.network, placebo, folds),
    )


def _mask(pattern: Pattern | FixedPlace, rgb: np.ndarray) -> np.ndarray:
    """Where the pattern is in a donor, float32 (size, size, 1), 0 to 1, with a soft edge."""
    return cv2.GaussianBlur(pattern.cover(rgb), (0, 0), FEATHER * len(rgb))[..., None]


def _set_in(rgb: np.ndarray, donor: np.ndarray, mask: np.ndarray) -> np.ndarray:
    return np.rint(rgb * (1 - mask) + donor * mask).astype(np.uint8)
