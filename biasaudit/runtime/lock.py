"""One run per output folder: the second is told who holds it."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from biasaudit.errors import EnvironmentFault
from biasaudit.runtime.cache import write_text
from biasaudit.runtime.reading import text_of

LARGEST = 10_000
"""Bytes of what tells who holds the lock."""
LOCK, HOLDER = ".lock", "holder.json"
"""In the cache folder. The system lets go of the lock when its process ends, however that ends."""


@contextmanager
def held(out: Path) -> Iterator[None]:
    """Hold the output folder for as long as the block runs.

    Raises EnvironmentFault, with the process, its machine and since when, where another run holds it.
    """
    folder = out / "cache"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / LOCK).is_symlink():  # to lock it would empty a file elsewhere
            raise EnvironmentFault(f"{folder / LOCK} is a link to somewhere else. Remove it or choose another --out.")
        lock = FileLock(folder / LOCK, timeout=0)
        lock.acquire()
    except Timeout:
        raise EnvironmentFault(f"{out} is being written by {_holder(folder)}. Wait, or choose another --out.") from None
    except OSError as error:
        raise EnvironmentFault(f"Cannot write to {out}: {error.strerror}. Choose another folder with --out.") from error
    try:
        began = datetime.now(UTC).isoformat(timespec="seconds")
        write_text(folder / HOLDER, json.dumps({"process": os.getpid(), "host": socket.gethostname(), "since": began}))
        yield
    finally:
        (folder / HOLDER).unlink(missing_ok=True)
        lock.release()


def _holder(folder: Path) -> str:
    try:
        told = json.loads(text_of(folder / HOLDER, LARGEST))
        process, host, since = int(told["process"]), str(told["host"])[:60], str(told["since"])[:25]
        return f"another run: process {process} on {host!r}, since {since}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another run"
