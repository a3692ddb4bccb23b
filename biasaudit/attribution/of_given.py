"""How the answers of a given model are explained: Grad-CAM where it has maps, or else Partition SHAP."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from biasaudit.attribution.grad_cam import grad_cam
from biasaudit.attribution.partition import partition
from biasaudit.errors import UsageError
from biasaudit.model.answers import odds_of
from biasaudit.model.given import GivenModel


def explained(model: GivenModel) -> GivenModel:
    """The model with Grad-CAM where it has maps, or else with Partition SHAP of its log-odds."""
    given = model.given
    if given.network is not None:
        try:
            maps = grad_cam(given.network)
            return replace(model, explain=lambda rgb, output: maps(rgb[None], np.array([output]))[0])
        except UsageError:  # a transformer, or vectors from the start
            pass

    def scores(rgb: np.ndarray) -> np.ndarray:
        return odds_of(given.answers(rgb), model.meaning)

    return replace(model, explain=lambda rgb, output: partition(scores, rgb, output), quick_maps=False)
