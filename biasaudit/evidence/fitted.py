"""The model that is audited, fitted here or given; and its answers, where they mean something."""

from __future__ import annotations

import numpy as np

from biasaudit.errors import Unavailable
from biasaudit.evidence.given_predictions import given_predictions
from biasaudit.evidence.measure.survey import Survey
from biasaudit.evidence.predictions import Predictions, cross_fitted
from biasaudit.images.table import ImageTable
from biasaudit.model.backbone import Backbone
from biasaudit.model.given.user_model import UserModel
from biasaudit.results import Sentence, say
from biasaudit.runtime.cache import Cache
from biasaudit.runtime.checkpoints import NOTHING_KEPT, Checkpoints
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings


def fitted(
    images: ImageTable,
    survey: Survey,
    backbone: Backbone,
    given: UserModel | None,
    settings: Settings,
    cache: Cache,
    progress: Progress,
    sample_weights: np.ndarray | None = None,
    checkpoints: Checkpoints = NOTHING_KEPT,
) -> Predictions:
    """What the model says of every image, whether or not it learnt to tell the classes apart.

    Out of fold of a network that is trained here; of a given model its own answers. Raises Unavailable where none could
    be trained.
    """
    if given is not None:
        return given_predictions(images, survey, given, settings, progress)
    return cross_fitted(images, survey, backbone, settings, cache, progress, sample_weights, checkpoints)


def predictions(fitted: Predictions) -> Predictions:
    """The same of a model that learnt. Raises Unavailable of one that did not: its answers mean nothing."""
    if not fitted.learnt:
        raise Unavailable(not_learnt(fitted))
    return fitted


def not_learnt(model: Predictions) -> Sentence:
    """How a model that tells the classes no better than chance is told of."""
    area = {"value": model.auc.value, "low": model.auc.low, "high": model.auc.high}
    if not model.given:
        return say("The model did not learn: its out-of-fold AUC is {value:.2f} ({low:.2f} to {high:.2f}).", **area)
    told = say(
        "The given model does not tell these classes apart: its AUC is {value:.2f} ({low:.2f} to {high:.2f}).", **area
    )
    return say("{told} {hint}", told=told, hint=model.hint) if model.hint else told
