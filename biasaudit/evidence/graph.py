"""The evidence graph: facts by name, each made once, from the facts that its provider's parameters name.

As with pytest's fixtures, a function's signature says all that it may see. A parameter without a default must be had;
one with a default is optional: where its fact cannot be had, the default stands in.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType
from typing import Any

from biasaudit.errors import AuditError, Unavailable, UsageError
from biasaudit.evidence.literals import as_said, literals_of
from biasaudit.results import Name, Sentence, say
from biasaudit.runtime.plugins import is_ours


@dataclass(frozen=True)
class Evidence:
    """A provider: a pure function from facts to a fact, which bears the function's name."""

    function: Callable[..., Any]

    @property
    def id(self) -> str:
        """The name of the fact."""
        return self.function.__name__


def evidence(function: Callable[..., Any]) -> Evidence:
    """Turn a function into a provider of the fact that it is named after. It raises Unavailable where there is none.

    Raises TypeError of what has no name, such as a partial.
    """
    if not hasattr(function, "__name__"):
        raise TypeError(f"{function!r} has no name, and a fact is named after the function that makes it")
    return Evidence(function)


def reason_of(error: Unavailable) -> Sentence:
    """Why a fact is not to be had, as a sentence of the record."""
    return Sentence(error.args[0]) if error.args else say("not to be had")


def fault(error: Exception) -> Sentence:
    """An exception in words: its kind and its message, which may hold anything."""
    return say("{kind}: {message}", kind=Name("text", type(error).__name__), message=Name("text", str(error)))


def required(function: Callable[..., Any]) -> tuple[str, ...]:
    """The facts that a function cannot do without."""
    return tuple(name for name, each in _parameters(function) if each.default is each.empty)


def optional(function: Callable[..., Any]) -> tuple[str, ...]:
    """The facts in whose place a default may stand."""
    return tuple(name for name, each in _parameters(function) if each.default is not each.empty)


def _parameters(function: Callable[..., Any]) -> Iterable[tuple[str, inspect.Parameter]]:
    return inspect.signature(function).parameters.items()


class Graph:
    """Facts that are given, and those that providers make of them when somebody first asks."""

    def __init__(
        self,
        given: Mapping[str, Any],
        providers: Iterable[Evidence] = (),
        withheld: Mapping[str, Sentence] = MappingProxyType({}),
    ) -> None:
        """Facts to begin with; what makes others; and facts that this run cannot have, each with the reason.

        Raises:
            UsageError: two would make one fact, or facts need each other in a circle.
        """
        self._known = dict(given)
        self._providers: dict[str, Callable[..., Any]] = {}
        self._faults: dict[str, Sentence] = dict(withheld)
        for provider in providers:
            if provider.id in self._providers or provider.id in self._known:
                raise UsageError(f"Two parts provide the fact {provider.id!r}; uninstall one of the packages.")
            self._providers[provider.id] = provider.function
        try:
            self._order = tuple(TopologicalSorter(self._needs()).static_order())
        except CycleError as error:
            raise UsageError(f"Facts need each other in a circle: {' needs '.join(error.args[1])}.") from error

    def _needs(self) -> dict[str, tuple[str, ...]]:
        return {name: required(each) + optional(each) for name, each in self._providers.items()}

    def closure(self, function: Callable[..., Any]) -> frozenset[str]:
        """Every fact that a function cannot do without, itself or through others."""
        return frozenset(self._walk(required(function)))

    def _walk(self, names: Iterable[str]) -> Iterator[str]:
        pending, seen = list(names), set()
        while pending:
            name = pending.pop()
            if name not in seen:
                seen.add(name)
                yield name
                if name in self._providers and name not in self._known:
                    pending += required(self._providers[name])

    def call(self, function: Callable[..., Any], **beside: Any) -> Any:
        """Call `function` with the facts that its parameters name, and with `beside`, which are no facts.

        Raises:
            Unavailable: one that it cannot do without is not to be had; nothing is made then that is known to be
                in vain.
        """
        needed = [name for name in required(function) if name not in beside]
        self._refuse_in_vain(needed)
        made = {name: self._made(name) for name in needed}
        for name in optional(function):
            if name not in beside and (name in self._providers or name in self._known):
                try:
                    made[name] = self.get(name)
                except Unavailable:
                    continue
        return function(**made, **beside)

    def get(self, name: str) -> Any:
        """The fact of this name. Raises Unavailable where it could not be made."""
        self._refuse_in_vain([name])
        return self._made(name)

    def why_not(self, name: str) -> Sentence | None:
        """Why the fact of this name is not to be had; None where it is."""
        try:
            self.get(name)
        except Unavailable as error:
            return reason_of(error)
        return None

    def get_or(self, name: str, default: Any = None) -> Any:
        """The fact of this name, or `default` where it is not to be had."""
        try:
            return self.get(name)
        except Unavailable:
            return default

    def _refuse_in_vain(self, names: Iterable[str]) -> None:
        for name in sorted(self._walk(names)):
            if name in self._faults:
                raise Unavailable(self._faults[name])
            if name not in self._known and name not in self._providers:
                raise Unavailable(say("needs {fact}, which this run does not gather", fact=Name("cue", name)))

    def _made(self, wanted: str) -> Any:
        """The fact, after those that it needs, in the order of the whole graph."""
        if wanted not in self._known:
            needed = set(self._walk([wanted]))
            for name in self._order:
                if name in needed and name not in self._known:
                    self._make(name)
        return self._known[wanted]

    def _make(self, name: str) -> None:
        function = self._providers[name]
        try:
            self._known[name] = self.call(function)
        except MemoryError:
            raise
        except Unavailable as error:
            said = reason_of(error)
            self._faults[name] = said if is_ours(function) else as_said(said, literals_of(function))
            raise Unavailable(self._faults[name]) from error
        except Exception as error:
            if is_ours(function) and isinstance(error, AuditError | OSError):
                raise
            self._faults[name] = say("{fact} failed: {error}", fact=Name("cue", name), error=fault(error))
            raise Unavailable(self._faults[name]) from error
