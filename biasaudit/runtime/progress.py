"""Progress that a person can follow: a bar on a terminal, one line a step elsewhere, always on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")


class Progress:
    """Says what is being done. `quiet=True` says nothing (Python, tests)."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.terminal = sys.stderr.isatty()
        self.started = time.perf_counter()

    def say(self, text: str) -> None:
        """One line, with the seconds since the start."""
        if not self.quiet:
            print(f"[{time.perf_counter() - self.started:6.1f} s] {text}", file=sys.stderr, flush=True)

    def track(self, items: Iterable[Item], what: str, total: int) -> Iterator[Item]:
        """Yield the items; a bar on a terminal, else a line at the start and one at the end."""
        if self.quiet or not self.terminal:
            self.say(f"{what} ...")
            yield from items
            return
        from rich.console import Console
        from rich.progress import track

        yield from track(items, description=what, total=total, console=Console(stderr=True))

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Announce a step, and how long it took."""
        began = time.perf_counter()
        self.say(f"{what} ...")
        yield
        self.say(f"{what}: {time.perf_counter() - began:.1f} s")
