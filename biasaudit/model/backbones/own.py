"""A backbone from a model file of the user's own."""

from __future__ import annotations

from pathlib import Path

from biasaudit.model.backbone import Backbone, of_network
from biasaudit.model.layers import features_of
from biasaudit.model.model_file import load_file, taking_squares

ENDING = ".keras"


def names_a_file(name: str) -> bool:
    """Whether the user means a file of his own and no architecture."""
    return Path(name).suffix == ENDING


def load_own(name: str) -> Backbone:
    """The features of the model in a file that the user trusts. Raises UsageError where it is no image model."""
    file = Path(name)
    network, size = taking_squares(features_of(load_file(file), file.name), file.name)
    return of_network(file.name, size, network, pretrained=True, own=True)
