"""A network on its way to another process, as a file that is written by this run and removed when it ends."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from biasaudit.errors import EnvironmentFault
from biasaudit.model.model_file import load_file
from biasaudit.model.quiet import import_keras

if TYPE_CHECKING:
    import keras

KEPT = 4
"""Networks that a process keeps: those of all folds, and one beside them."""
UNFINISHED = "network-unfinished.keras"

_written: WeakKeyDictionary[Any, NetworkFile] = WeakKeyDictionary()
"""What was written before: a network is handed on once it is trained, and stays as it is."""


@dataclass(frozen=True)
class NetworkFile:
    """Where a network lies, and what is in the file: one that somebody else put there is not loaded."""

    path: Path
    digest: str
    """SHA-256 of its bytes."""
    backend: str
    """Of Keras: another one would give other last bits."""


def written(network: keras.Model, folder: Path) -> NetworkFile | None:
    """The network in a file of this folder; None where Keras cannot write it. Raises EnvironmentFault."""
    before = _written.get(network)
    if before is not None and before.path.parent == folder and before.path.is_file():
        return before
    keras, unfinished = import_keras(), folder / UNFINISHED
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished.unlink(missing_ok=True)  # a link that somebody put there would lead out of the folder
        keras.saving.save_model(network, unfinished)
        digest = hashlib.sha256(unfinished.read_bytes()).hexdigest()
        path = unfinished.replace(folder / f"network-{digest[:16]}.keras")
    except OSError as error:
        raise EnvironmentFault(
            f"Could not write {unfinished}: {error.strerror or error}. Free some space or choose another --out."
        ) from error
    except (NotImplementedError, TypeError, ValueError):  # layers of somebody's own that do not say how they are kept
        return None
    finally:
        unfinished.unlink(missing_ok=True)
    _written[network] = NetworkFile(path, digest, keras.backend.backend())
    return _written[network]


@lru_cache(maxsize=KEPT)
def read(file: NetworkFile) -> keras.Model:
    """The network in this file, loaded once a process. Raises EnvironmentFault or UsageError where it cannot be had."""
    keras = import_keras()
    if keras.backend.backend() != file.backend:
        raise EnvironmentFault(f"Keras works with {keras.backend.backend()} here, and with {file.backend} there.")
    try:
        digest = hashlib.sha256(file.path.read_bytes()).hexdigest()
    except OSError as error:
        raise EnvironmentFault(f"Could not read {file.path}: {error.strerror or error}.") from error
    if digest != file.digest:
        raise EnvironmentFault(f"{file.path} is not the file that was written there.")
    return load_file(file.path)


def remove_networks(folder: Path) -> None:
    """Remove the files that this and earlier runs wrote in this folder, and nothing else that lies there."""
    for path in folder.glob("network-*.keras"):
        if re.fullmatch(r"network-([0-9a-f]{16}|unfinished)\.keras", path.name):
            path.unlink(missing_ok=True)
