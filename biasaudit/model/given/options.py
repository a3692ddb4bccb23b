"""Whether a given model, and what is said about it, go together; asked before anything of it is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from biasaudit.errors import UsageError
from biasaudit.model.given.opening import PIXELS
from biasaudit.model.model_file import check_classifier_file
from biasaudit.model.training_sample import FEWEST
from biasaudit.settings import Settings


def check_given(settings: Settings, model: Any, predict: Any, scan: bool) -> None:
    """Raise UsageError where a model to audit cannot be used as it is given; nothing of it is loaded yet."""
    if settings.train_limit is not None and settings.train_limit < 2 * FEWEST:
        raise UsageError(f"--train-limit {settings.train_limit}: a network needs {2 * FEWEST} images at least.")
    if model is None and predict is None:
        about = {"--classes": settings.classes, "--pixels": settings.pixels != "0..255", "--size": settings.size}
        if named := [option for option, value in about.items() if value]:
            raise UsageError(f"{named[0]} is about a model that you have already: name it with --model.")
        return
    if model is not None and predict is not None:
        raise UsageError("There is one model to an audit: give `model` or `predict`.")
    if scan:
        raise UsageError("A scan looks at the data alone and asks no model; `run` audits one.")
    if settings.weights is not None:
        raise UsageError("--weights counts images in training, and a given model is trained already: leave one out.")
    if settings.train_limit is not None:
        raise UsageError("--train-limit is about training, and a given model is trained already: leave one out.")
    if settings.finetune:
        raise UsageError("--finetune trains a network, and a model that is given is audited as it is: leave one out.")
    if settings.pixels not in PIXELS or (predict is not None and settings.pixels != "0..255"):
        raise UsageError(f"--pixels {settings.pixels}: a Keras model takes {', '.join(PIXELS)}, and a function 0..255.")
    if len(set(settings.classes)) < len(settings.classes):
        raise UsageError("--classes names a class twice.")
    if settings.size is not None and not 8 <= settings.size <= 2048:
        raise UsageError(f"--size {settings.size}: the side of a model's input is from 8 to 2048 pixels.")
    if predict is not None and (settings.size is None or not callable(predict)):
        raise UsageError("`predict` is a function of uint8 images (n, size, size, 3): say which `size`.")
    if isinstance(model, str | Path):
        check_classifier_file(str(model), trust_model=settings.trust_model)
