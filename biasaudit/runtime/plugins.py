"""The parts that other packages offer, found by their entry points."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.metadata import entry_points
from typing import Any

from biasaudit.errors import UsageError


def installed(group: str, builtin: Iterable[Any]) -> tuple[Any, ...]:
    """The built-in parts, then those that other packages offer under the entry point `group`.

    Raises UsageError where two have one id.
    """
    parts = [*builtin, *(entry.load() for entry in sorted(entry_points(group=group), key=lambda e: e.name))]
    seen: dict[str, Any] = {}
    for part in parts:
        if part.id in seen:
            raise UsageError(f"Two {group} have the id {part.id!r}; uninstall one of the packages that offer it.")
        seen[part.id] = part
    return tuple(parts)


def is_ours(function: Callable[..., Any]) -> bool:
    """Whether a function is one of this package's own."""
    return (getattr(function, "__module__", None) or "").partition(".")[0] == __name__.partition(".")[0]
