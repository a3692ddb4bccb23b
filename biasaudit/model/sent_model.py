"""A model on its way to a worker: its networks as files, which the worker sees too, and the rest as it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import joblib

from biasaudit.model.interface import Sendable
from biasaudit.model.network_file import NetworkFile, read, written

KEPT = 3
"""Models that a worker keeps ready: features, answers and heatmaps take turns."""


@dataclass(frozen=True)
class SentModel:
    """What a worker makes a model from."""

    key: str
    """The same of two that are the same model."""
    rest: Any = field(compare=False)
    files: tuple[NetworkFile, ...] = field(compare=False)


def sent(model: Sendable, folder: Path) -> SentModel | None:
    """What a worker makes this model from, with its networks in `folder`; None of a model that cannot be sent.

    Functions cannot be sent, nor stand-ins, nor networks that Keras cannot write. Raises EnvironmentFault where the
    file cannot be.
    """
    networks = [network for network in model.keras_networks() if network is not None]
    if not networks or len(networks) < len(model.keras_networks()):
        return None
    files = tuple(file for network in networks if (file := written(network, folder)) is not None)
    rest = model.without_networks()
    return SentModel(joblib.hash((rest, files)), rest, files) if len(files) == len(networks) else None


@lru_cache(maxsize=KEPT)
def opened(model: SentModel) -> Any:
    """The model that was sent, made once a process. Raises EnvironmentFault or UsageError where it cannot be had."""
    return model.rest.with_networks([read(file) for file in model.files])
