"""Predictions of a model that the audit was given: its own answers, without training and without folds."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from biasaudit.errors import UsageError
from biasaudit.evidence.given_hints import order_hint, range_hint
from biasaudit.evidence.measure.survey import Survey
from biasaudit.evidence.predictions import Predictions
from biasaudit.images.pixels import PixelStore
from biasaudit.images.table import ImageTable
from biasaudit.model.answers import log_odds_of, output_scale_of, probabilities_of
from biasaudit.model.backbone import Backbone
from biasaudit.model.given.user_model import UserClassifier, UserModel
from biasaudit.model.workers import batches, by_piece
from biasaudit.results import Sentence, say
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings
from biasaudit.stats.macro_auc import macro_auc_estimate

FEWEST = 10
"""Images of each class that the given test part must hold for the figures to be its own."""


def given_predictions(
    images: ImageTable, survey: Survey, given: UserModel, settings: Settings, progress: Progress
) -> Predictions:
    """What the given model says of every image.

    Its figures are those of the given test part, where there is one of at least ten images a class: of images that it
    learnt from they would flatter it.

    Raises:
        UsageError: it fails, its answers are not finite or no probabilities, or it was given the wrong range of pixels.
    """
    assert survey.pixels is not None
    store, rows = survey.pixels.at(given.size), survey.rows
    answers = _answers(given, store, rows, images, progress)
    model = UserClassifier(
        model=given,
        scale=output_scale_of(answers, given.activation, given.name),
        columns=np.array([given.classes.index(name) for name in images.classes]),
    )
    odds = log_odds_of(answers, model.scale)[:, model.columns]
    judged = _judged(images)
    area = macro_auc_estimate(odds[judged], images.codes[judged], images.groups[judged], settings.seed)
    area = area.model_copy(update={"measure": say("AUC of the given model, mean over classes")})
    hint = order_hint(model, odds[judged], images.codes[judged], images.classes)
    if in_range := range_hint(model, odds, images, store, rows, settings):
        if area.low <= 0.5:
            raise UsageError(f"{given.name} does not tell these classes apart. {in_range}")
        hint = in_range
    if hint:
        progress.say(hint)
    embedding = _embedding(given, answers.shape[1], store, rows, progress)
    called = odds.argmax(axis=1) == images.codes
    recalls = [called[judged & (images.codes == code)].mean() for code in np.unique(images.codes[judged])]
    told = _training(judged)
    return Predictions(
        network=model,
        fold=np.zeros(images.n, dtype=int),
        log_odds=odds,
        probabilities=probabilities_of(odds),
        embedding=embedding,
        space=np.zeros(images.n, dtype=int),
        curves=(),
        training=say("{told} {hint}", told=told, hint=hint) if hint else told,
        balanced_accuracy=float(np.mean(recalls)),
        auc=area,
        judged=judged,
        given=True,
        hint=hint,
    )


def _answers(
    given: UserModel, store: PixelStore, rows: np.ndarray, images: ImageTable, progress: Progress
) -> np.ndarray:
    pieces = [(rows[some], images.ids[some].tolist()) for some in batches(len(rows))]
    return np.concatenate(list(by_piece(partial(_answered, store), given, pieces, progress, f"Asking {given.name}")))


def _answered(store: PixelStore, given: UserModel, rows: np.ndarray, ids: Sequence[str]) -> np.ndarray:
    return given.answers(store.read(rows), ids)


def _judged(images: ImageTable) -> np.ndarray:
    """bool (n,): the given test part, or all images where that holds too few of a class."""
    held_out = images.held_out
    sizes = np.bincount(images.codes[held_out], minlength=len(images.classes))
    return held_out if sizes.min() >= FEWEST else np.ones(images.n, dtype=bool)


def _training(judged: np.ndarray) -> Sentence:
    if judged.all():
        return say(
            "Given as it is, nothing was trained: where it learnt from these very images, its figures flatter it and "
            "hide where it fails."
        )
    return say(
        "Given as it is, nothing was trained: its figures are those of the {n} images of the given test part.",
        n=int(judged.sum()),
    )


def _embedding(
    given: UserModel, outputs: int, store: PixelStore, rows: np.ndarray, progress: Progress
) -> np.ndarray | None:
    """What its last Dense layer is given, float32 (n, features); None where there is no such layer."""
    backbone = given.before_head(outputs)
    if backbone is None:
        return None
    pieces = [(rows[some],) for some in batches(len(rows))]
    features = np.concatenate(
        list(by_piece(partial(_features, store), backbone, pieces, progress, f"{given.name}: features"))
    )
    return features if np.isfinite(features).all() else None


def _features(store: PixelStore, backbone: Backbone, rows: np.ndarray) -> np.ndarray:
    return backbone.features(store.read(rows))
