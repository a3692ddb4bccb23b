"""What a detector is: a question, and a function that answers it from the facts that its parameters name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from biasaudit.results import NOTHING, Sentence
from biasaudit.results.sentences import ours


@dataclass(frozen=True)
class Detector:
    """A pure function from facts to findings or rung results, with the question that it answers."""

    id: str
    question: Sentence
    function: Callable[..., Iterable[Any]]
    silence: Sentence = NOTHING
    """What it means where it says nothing at all: that nothing was found, or that there was nothing to ask."""

    @property
    def rationale(self) -> str:
        """Its docstring: why it matters, how it is measured, what it cannot show, references."""
        return inspect.cleandoc(self.function.__doc__ or "")


def detector(*, question: str, silence: str = "") -> Callable[[Callable[..., Iterable[Any]]], Detector]:
    """Turn a generator function into a `Detector` whose id is the function's name.

    silence: what it means where the function yields nothing, as the report's table of checks says it.
    """

    def make(function: Callable[..., Iterable[Any]]) -> Detector:
        return Detector(id=function.__name__, question=ours(question), function=function, silence=ours(silence))

    return make
