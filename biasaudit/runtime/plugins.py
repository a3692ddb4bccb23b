"""The parts that other packages offer, found by their entry points."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from biasaudit.errors import UsageError


def installed(group: str, builtin: Iterable[Any]) -> tuple[Any, ...]:
    """The built-in parts, then those that other packages offer under the entry point `group`.

    Raises UsageError where two have one id.
    """
    parts = [*builtin, *(entry.load() for entry in _offered(group, _folders()))]
    seen: dict[str, Any] = {}
    for part in parts:
        if part.id in seen:
            raise UsageError(f"Two {group} have the id {part.id!r}; uninstall one of the packages that offer it.")
        seen[part.id] = part
    return tuple(parts)


@lru_cache(maxsize=16)
def _offered(group: str, folders: tuple[tuple[str, int], ...]) -> tuple[EntryPoint, ...]:
    """Asked once for as long as nothing is installed: it reads a file of every package that there is."""
    return tuple(sorted(entry_points(group=group), key=lambda entry: entry.name))


def _folders() -> tuple[tuple[str, int], ...]:
    """Where packages lie, and when one was last added to or taken from there."""
    stamps = []
    for path in sys.path:
        with suppress(OSError):
            stamps.append((path, os.stat(path or ".").st_mtime_ns))
    return tuple(stamps)


def is_ours(function: Callable[..., Any]) -> bool:
    """Whether a function is one of this package's own."""
    return (getattr(function, "__module__", None) or "").partition(".")[0] == __name__.partition(".")[0]
