"""A model on its way to a worker: its networks as files, which the worker sees too, and the rest as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import joblib

from biasaudit.attribution.methods import Explainer, methods_for
from biasaudit.attribution.of_given import explained
from biasaudit.model.backbone import Backbone, forward
from biasaudit.model.given import Given, GivenModel
from biasaudit.model.network import FoldedNetwork
from biasaudit.model.network_file import NetworkFile, read, written

if TYPE_CHECKING:
    import keras

KEPT = 3
"""Models that a worker keeps ready: features, answers and heatmaps take turns."""


@dataclass(frozen=True)
class SentModel:
    """What a worker makes a model from."""

    key: str
    """The same of two that are the same model."""
    rest: Any = field(compare=False)
    files: tuple[NetworkFile, ...] = field(compare=False)


def sent(model: Any, folder: Path) -> SentModel | None:
    """What a worker makes this model from, with its networks in `folder`; None of a model that cannot be sent.

    model: FoldedNetwork, Given, GivenModel or Explainer. Functions cannot be sent, nor stand-ins, nor networks that
    Keras cannot write. Raises EnvironmentFault where the file cannot be.
    """
    networks = _networks(model)
    if not networks or any(network is None for network in networks):
        return None
    files = tuple(file for network in networks if (file := written(network, folder)) is not None)
    rest = _bare(model)
    return SentModel(joblib.hash((rest, files)), rest, files) if len(files) == len(networks) else None


@lru_cache(maxsize=KEPT)
def opened(model: SentModel) -> Any:
    """The model that was sent, made once a process. Raises EnvironmentFault or UsageError where it cannot be had."""
    return _clothed(model.rest, [read(file) for file in model.files])


def _networks(model: Any) -> list[keras.Model | None]:
    if isinstance(model, Explainer):
        return _networks(model.model)
    if isinstance(model, GivenModel):
        return _networks(model.given)
    if isinstance(model, Given):
        return [model.network]
    return [backbone.network for backbone in model.backbones] if isinstance(model, FoldedNetwork) else []


def _bare(model: Any) -> Any:
    """The model without its networks, and without the functions that were made of them."""
    if isinstance(model, Explainer):
        return replace(model, model=_bare(model.model), explain=_made_there)
    if isinstance(model, GivenModel):
        return replace(model, given=_bare(model.given), explain=None)
    if isinstance(model, Given):
        return replace(model, answer=_made_there, network=None, source=None)
    return replace(model, features=(), backbones=tuple(replace(each, network=None) for each in model.backbones))


def _made_there(*_: Any) -> Any:
    """Stands in a model on its way for what is made of its networks where it arrives."""
    raise NotImplementedError


def _clothed(model: Any, networks: Sequence[keras.Model]) -> Any:
    """The model with these networks, and with the functions that are made of them."""
    if isinstance(model, Explainer):
        whole = _clothed(model.model, networks)
        method = next(each for each in methods_for(whole) if each.name == model.method)
        explain = method.explainer(whole)
        assert explain is not None
        return Explainer(model.method, whole, explain)
    if isinstance(model, GivenModel):
        return explained(replace(model, given=_clothed(model.given, networks)))
    if isinstance(model, Given):
        whole = Backbone(model.name, model.size, networks[0], pretrained=True, spatial=False)
        return replace(model, network=networks[0], answer=forward(whole))
    backbones = tuple(replace(each, network=own) for each, own in zip(model.backbones, networks, strict=True))
    return replace(model, features=tuple(map(forward, backbones)), backbones=backbones)
