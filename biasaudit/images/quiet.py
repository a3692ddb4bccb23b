"""C libraries that decode pictures print what they think of a damaged one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_codec() -> Iterator[None]:
    """Keep what a C library says of a damaged file off the terminal: it writes to descriptor 2, past Python."""
    try:
        terminal = os.dup(2)
    except OSError:  # no stderr, nothing to keep quiet
        yield
        return
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(terminal, 2)
        os.close(terminal)
