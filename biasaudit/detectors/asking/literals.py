"""Which templates a detector of another package may speak in: those that stand in its code.

A template that was put together while it ran may hold anything, a patient's name too. Such a sentence is taken as one
unknown text, which a copy for others leaves out as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from types import CodeType
from typing import Any

from biasaudit.detectors.rung import RungResult
from biasaudit.results import NOTHING, Record, Sentence, counted, joined, listed, paragraph, say

OF_HELPERS = frozenset(
    each.template
    for each in (
        NOTHING,
        Sentence(""),
        listed([1, 2]),
        counted(1, NOTHING),
        counted(2, NOTHING),
        counted(2, NOTHING, NOTHING),
        *(
            part
            for row in (joined([1, 2]), paragraph(say("a"), say("b")))
            for part in row.arguments.values()
            if isinstance(part, Sentence) and not part.strip(" ,")
        ),
    )
)
"""Templates in which `counted`, `listed`, `joined`, `paragraph` and plain texts are said."""


def literals_of(function: Callable[..., Any]) -> frozenset[str]:
    """Every text that stands in the code of a function's module, as far as its functions and names can be reached."""
    around = [
        each
        for each in getattr(function, "__globals__", {}).values()
        if getattr(each, "__module__", None) == function.__module__ or isinstance(each, str)
    ]
    found = {str(each) for each in around if type(each) is str}
    found |= {each.template for each in around if isinstance(each, Sentence)}
    for each in (function, *around):
        inner = getattr(each, "function", each)  # of a detector, or of evidence
        if code := getattr(inner, "__code__", None):
            found.update(_texts(code))
    return frozenset(found)


def _texts(code: CodeType) -> Iterator[str]:
    for each in code.co_consts:
        if isinstance(each, str):
            yield each
        elif isinstance(each, tuple):
            yield from (part for part in each if isinstance(part, str))
        elif isinstance(each, CodeType):
            yield from _texts(each)


def as_said(value: Any, literals: frozenset[str]) -> Any:
    """The same record, each sentence that was not said in a template of `literals` taken as one unknown text."""
    if isinstance(value, Sentence):
        return value if _is_said(value, literals) else Sentence(str(value))
    if isinstance(value, Record):
        known = type(value).model_fields
        return value.model_copy(update={name: as_said(getattr(value, name), literals) for name in known})
    if isinstance(value, RungResult):
        names = [each.name for each in fields(value)]
        return replace(value, **{name: as_said(getattr(value, name), literals) for name in names})
    if isinstance(value, tuple):
        return tuple(as_said(each, literals) for each in value)
    return {key: as_said(each, literals) for key, each in value.items()} if isinstance(value, dict) else value


def _is_said(sentence: Sentence, literals: frozenset[str]) -> bool:
    ours = sentence.template in OF_HELPERS or sentence.template == _of_joined(len(sentence.arguments) - 1)
    inner = [each for each in sentence.arguments.values() if isinstance(each, Sentence)]
    return (ours or sentence.template in literals) and all(_is_said(each, literals) for each in inner)


def _of_joined(n: int) -> str:
    """The template in which `joined` puts n parts."""
    return "{between}".join(f"{{p{place}}}" for place in range(max(n, 1)))
