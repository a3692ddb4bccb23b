"""Progress that a person can follow: a bar on a terminal, else lines, always on stderr, and no minute in silence."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")

EVERY = 20.0
"""Seconds after which something is said of work that goes on."""


def _one(_: object) -> int:
    return 1


class Progress:
    """Says what is being done. `quiet=True` says nothing (Python, tests)."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.terminal = sys.stderr.isatty()
        self.started = self.said = time.perf_counter()
        self.barred = False

    def say(self, text: str) -> None:
        """One line, with the seconds since the start."""
        if not self.quiet:
            self.said = time.perf_counter()
            print(f"[{self.said - self.started:6.1f} s] {text}", file=sys.stderr, flush=True)

    def track(self, items: Iterable[Item], what: str, total: int, size: Callable[[Item], int] = _one) -> Iterator[Item]:
        """Yield the items; a bar on a terminal, else a line at the start and now and then how far it is.

        size: how much of the total an item is.
        """
        if self.quiet:
            yield from items
        elif self.terminal:
            yield from self._with_bar(items, what, total, size)
        else:
            yield from self._with_lines(items, what, total, size)

    def _with_lines(self, items: Iterable[Item], what: str, total: int, size: Callable[[Item], int]) -> Iterator[Item]:
        self.say(f"{what} ...")
        done = 0
        for item in items:
            yield item
            done += size(item)
            if time.perf_counter() - self.said >= EVERY and done < total:
                self.say(f"{what}: {done / total:.0%}")

    def _with_bar(self, items: Iterable[Item], what: str, total: int, size: Callable[[Item], int]) -> Iterator[Item]:
        from rich.console import Console
        from rich.progress import Progress as Bar

        self.barred = True
        try:
            with Bar(console=Console(stderr=True)) as bar:
                task = bar.add_task(what, total=total)
                for item in items:
                    yield item
                    bar.advance(task, size(item))
        finally:
            self.barred = False

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Announce a step, that it still goes on where nothing else is said, and how long it took."""
        began = time.perf_counter()
        self.say(f"{what} ...")
        with self._patience(what, began):
            yield
        self.say(f"{what}: {time.perf_counter() - began:.1f} s")

    @contextmanager
    def _patience(self, what: str, began: float) -> Iterator[None]:
        """Say every now and then that it goes on: a thread, since the work itself may be one call."""
        if self.quiet:
            yield
            return
        over = threading.Event()

        def wait() -> None:
            while not over.wait(max(0.1, self.said + EVERY - time.perf_counter())):
                if time.perf_counter() - self.said >= EVERY and not self.barred:
                    self.say(f"{what}: {time.perf_counter() - began:.0f} s so far")

        waiting = threading.Thread(target=wait, daemon=True)
        waiting.start()
        try:
            yield
        finally:
            over.set()
            waiting.join()


QUIET = Progress(quiet=True)
"""For what is called without an audit around it."""
