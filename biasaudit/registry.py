"""How the parts find each other: detectors and evidence ask for what they need by parameter name.

As with pytest's fixtures, a function's signature says all that it may see. `Facts` makes the evidence that the
chosen detectors ask for, directly or through other evidence, each piece once.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any

from biasaudit.errors import AuditError, UsageError


@dataclass(frozen=True)
class Detector:
    """A pure function from evidence to findings or rung results, with the question that it answers."""

    id: str
    question: str
    function: Callable[..., Iterable[Any]]

    @property
    def rationale(self) -> str:
        """Its docstring: why it matters, how it is measured, what it cannot show, references."""
        return inspect.cleandoc(self.function.__doc__ or "")


def detector(*, question: str) -> Callable[[Callable[..., Iterable[Any]]], Detector]:
    """Turn a generator function into a `Detector` whose id is the function's name."""

    def make(function: Callable[..., Iterable[Any]]) -> Detector:
        return Detector(id=function.__name__, question=question, function=function)

    return make


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


class Unavailable(Exception):
    """A fact that a detector needs is not to be had in this run."""


class Facts:
    """Evidence by name, each piece made at most once, when somebody first asks for it."""

    def __init__(self, given: Mapping[str, Any], providers: Mapping[str, Callable[..., Any]]) -> None:
        self.known = dict(given)
        self.providers = providers
        self.faults: dict[str, str] = {}

    def call(self, function: Callable[..., Any]) -> Any:
        """Call `function` with the facts that its parameters name."""
        return function(**{name: self.get(name) for name in inspect.signature(function).parameters})

    def get(self, name: str) -> Any:
        """The fact of this name. Raises Unavailable where it could not be made."""
        if name in self.known:
            return self.known[name]
        if name in self.faults:
            raise Unavailable(self.faults[name])
        if name not in self.providers:
            raise Unavailable(f"needs {name}, which this run does not gather")
        try:
            self.known[name] = self.call(self.providers[name])
        except (AuditError, MemoryError, OSError, Unavailable):
            raise
        except Exception as error:
            self.faults[name] = f"{name} failed: {type(error).__name__}: {error}"
            raise Unavailable(self.faults[name]) from error
        return self.known[name]
