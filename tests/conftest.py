"""A stand-in network for tests of everything around the network: no TensorFlow, milliseconds."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from biasaudit.model.backbone import Backbone

pytest_plugins = ["tests.faults.table"]

SIZE = 56


def pytest_collection_modifyitems(items):
    """What takes minutes comes first, so that no core waits for another's last test."""
    items.sort(key=lambda item: -_minutes(item))


def _minutes(item) -> int:
    """As told by `slow(minutes=3)`; 0 of all others."""
    marker = item.get_closest_marker("slow")
    return marker.kwargs.get("minutes", 0) if marker else 0


def grid_features(rgb: np.ndarray) -> np.ndarray:
    """uint8 (n, 56, 56, 3) -> float (n, 7, 7, 8): colour, its spread, and the slopes across and down, by square."""
    images = rgb.astype(np.float32)
    slopes = [np.abs(np.gradient(images.mean(axis=3), axis=axis)) for axis in (1, 2)]
    squares = images.reshape(len(rgb), 7, 8, 7, 8, 3)
    slopes = [slope.reshape(len(rgb), 7, 8, 7, 8).mean(axis=(2, 4))[..., None] for slope in slopes]
    return np.concatenate([squares.mean(axis=(2, 4)), squares.std(axis=(2, 4)), *slopes], axis=-1)


def stand_in(features: Callable[[np.ndarray], np.ndarray] = grid_features, *, pretrained: bool = True) -> Backbone:
    """A backbone that is no Keras network: a function of uint8 (n, 56, 56, 3)."""
    return Backbone("stub", SIZE, None, pretrained, spatial=True, run=features)


@pytest.fixture
def stub_network(monkeypatch):
    """Make audits use grid features in place of a pretrained network."""
    backbone = stand_in()
    monkeypatch.setattr("biasaudit.evidence.gathering._load", lambda settings, progress: backbone)
    return backbone


@cache
def _published_schema():
    from jsonschema import Draft202012Validator

    from biasaudit.output.schema import audit_schema

    return Draft202012Validator(audit_schema())


@pytest.fixture(autouse=True)
def _every_saved_audit_meets_the_schema(monkeypatch):
    """Whatever a test saves as `audit.json` is held against the published schema, where jsonschema is installed."""
    if importlib.util.find_spec("jsonschema") is None:
        return
    from biasaudit.output.result import AuditResult

    save = AuditResult.save

    def checked(result: AuditResult) -> None:
        save(result)
        _published_schema().validate(json.loads((result.folder / "audit.json").read_text()))

    monkeypatch.setattr(AuditResult, "save", checked)
