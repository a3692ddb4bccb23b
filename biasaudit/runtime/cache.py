"""What a run keeps for the next: atomic files in the output folder, found again by the hash of their inputs."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from biasaudit.errors import EnvironmentFault
from biasaudit.runtime.reading import check_regular

READABLE, SECRET = 0o644, 0o600
"""Permissions of what is written: those that the user's umask leaves of the first, and what is nobody else's."""
UNFINISHED = 6
"""Random bytes in the name of a file that is being written, as twice as many hexadecimal digits."""
AT_ONCE = 10_000
"""Rows of a table that are written at once."""


def write_atomically(path: Path, write: Callable[[Path], object], permissions: int = READABLE) -> Path:
    """Call `write` with a temporary path beside `path`, then move it into place in one step.

    permissions: from the first byte on, less what the user's umask takes. Raises EnvironmentFault where the folder
    cannot be written or the disk is full; `path` is then as it was.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(UNFINISHED)}")
    anew = os.O_CREAT | os.O_EXCL | os.O_WRONLY
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(temporary, anew, permissions))
        write(temporary)
        with open(temporary, "rb+") as written:
            os.fsync(written.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise EnvironmentFault(
            f"Could not write {path}: {error.strerror or error}. Free some space or choose another --out."
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    return path


def write_text(path: Path, text: str, permissions: int = READABLE) -> Path:
    """Write UTF-8 text atomically."""

    def write(temporary: Path) -> None:
        temporary.write_text(text, encoding="utf-8", newline="\n")

    return write_atomically(path, write, permissions)


def write_bytes(path: Path, data: bytes) -> Path:
    """Write bytes atomically."""
    return write_atomically(path, lambda temporary: temporary.write_bytes(data))


def key_of(*parts: Any) -> str:
    """A short hash over JSON-able parts."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]


def write_parquet(path: Path, pieces: Iterable[pd.DataFrame]) -> Path:
    """Write the rows of tables of equal columns, one table after another, atomically: never all of them are held."""

    def write(temporary: Path) -> None:
        writer: pq.ParquetWriter | None = None
        for piece in pieces:
            table = pa.Table.from_pandas(piece, preserve_index=False)
            writer = writer or pq.ParquetWriter(temporary, table.schema)
            writer.write_table(table.cast(writer.schema))
        if writer is not None:
            writer.close()

    return write_atomically(path, write)


def digest_of(texts: Iterable[str]) -> str:
    """sha256 of texts one after another, as hexadecimal digits; of very many none is held."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()


class Cache:
    """Tables and arrays of earlier runs, under names that hold the key of their inputs.

    Touches only files that bear such a name: whatever else lies in the folder is somebody else's.
    """

    def __init__(self, folder: Path, *, fresh: bool = False) -> None:
        self.folder = folder
        self.fresh = fresh

    def table(
        self, name: str, key: str, make: Callable[[], pd.DataFrame], fits: Callable[[pd.DataFrame], bool]
    ) -> pd.DataFrame:
        """The table kept under (name, key) where it `fits`, or the one that `make` returns, which is then kept."""
        path = self.folder / f"{name}-{key}.parquet"
        try:
            if not self.fresh and fits(kept := pd.read_parquet(path)):
                return kept
        except Exception:  # absent, cut short or not ours: made anew
            pass
        made = make()
        write_parquet(path, (made.iloc[start : start + AT_ONCE] for start in range(0, len(made), AT_ONCE)))
        self.drop_others(path)
        return made

    def arrays(
        self,
        name: str,
        key: str,
        make: Callable[[], dict[str, np.ndarray]],
        fits: Callable[[dict[str, np.ndarray]], bool],
    ) -> dict[str, np.ndarray]:
        """The arrays kept under (name, key) where they fit, or those that `make` returns; never unpickles."""
        path = self.folder / f"{name}-{key}.npz"
        try:
            check_regular(path)
            with np.load(path, allow_pickle=False) as stored:
                kept = {field: stored[field] for field in stored.files}
            if not self.fresh and fits(kept):
                return kept
        except Exception:  # absent, cut short or not ours: made anew
            pass
        made = make()

        def write(temporary: Path) -> None:
            with open(temporary, "wb") as stream:
                np.savez(stream, **made)  # type: ignore[arg-type]

        self._keep(path, write)
        return made

    def _keep(self, path: Path, write: Callable[[Path], object]) -> None:
        write_atomically(path, write)
        self.drop_others(path)

    def drop_others(self, path: Path) -> None:
        """Remove what was kept under the name of this file, name-key.suffix, and another key."""
        name = path.stem.rpartition("-")[0]
        for old in self.folder.glob(f"{name}-*{path.suffix}"):
            if old != path and re.fullmatch(rf"{name}-[0-9a-f]{{16}}", old.stem):
                old.unlink(missing_ok=True)
