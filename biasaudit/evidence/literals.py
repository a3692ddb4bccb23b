"""Which templates a part of another package may speak in: those that stand in its code.

A template that was put together while it ran may hold anything, a patient's name too. Such a sentence is taken as one
unknown text, which a copy for others leaves out as a whole; and a name that it gives out for that of a class, a column
or a cue is believed where there is one.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Container, Iterator
from dataclasses import fields, is_dataclass, replace
from types import CodeType
from typing import Any

from biasaudit.results import NOTHING, Name, Record, Sentence, counted, joined, listed, paragraph, say

OF_HELPERS = frozenset(
    each.template
    for each in (
        NOTHING,
        Sentence(""),
        listed([1, 2]),
        counted(1, NOTHING),
        counted(2, NOTHING),
        counted(2, NOTHING, NOTHING),
        *(row.arguments["between"] for row in (joined([1, 2]), paragraph(say("a"), say("b")))),
    )
    if isinstance(each, Sentence)
)
"""Templates in which `counted`, `listed`, `joined`, `paragraph` and plain texts are said."""
BELIEVED = ("label", "column", "cue")
"""Kinds of names that a copy for others keeps."""


def literals_of(function: Callable[..., Any]) -> frozenset[str]:
    """Every text that stands in the source of a function's module or, where there is none, in its own code.

    Values that the module has while it runs are no literals: they may have been put together of data.
    """
    found = set(_in_code(getattr(function, "__code__", None)))
    try:
        tree = ast.parse(inspect.getsource(inspect.getmodule(function) or function))
    except (OSError, TypeError, SyntaxError, ValueError):  # made in a notebook, or without a file
        return frozenset(found)
    constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return frozenset(found | {each for each in constants if isinstance(each, str)})


def _in_code(code: CodeType | None) -> Iterator[str]:
    for each in code.co_consts if code else ():
        if isinstance(each, str):
            yield each
        elif isinstance(each, tuple):
            yield from (part for part in each if isinstance(part, str))
        elif isinstance(each, CodeType):
            yield from _in_code(each)


def as_said(value: Any, literals: frozenset[str], known: Container[str] = ()) -> Any:
    """The same record with every sentence in it that was not said in a template of `literals` as one unknown text.

    known: the names of classes, columns and cues that there are.
    """
    if isinstance(value, Sentence):
        return value.renamed(lambda name: _believed(name, known)) if _is_said(value, literals) else Sentence(str(value))
    if isinstance(value, Record):
        names = type(value).model_fields
        return value.model_copy(update={name: as_said(getattr(value, name), literals, known) for name in names})
    if is_dataclass(value) and not isinstance(value, type):
        names_of = [each.name for each in fields(value)]
        return replace(value, **{name: as_said(getattr(value, name), literals, known) for name in names_of})
    if isinstance(value, tuple):
        return tuple(as_said(each, literals, known) for each in value)
    if isinstance(value, dict):
        return {key: as_said(each, literals, known) for key, each in value.items()}
    return value


def _believed(name: Name, known: Container[str]) -> Name:
    return Name("text", name.text) if name.kind in BELIEVED and name.text not in known else name


def _is_said(sentence: Sentence, literals: frozenset[str]) -> bool:
    ours = sentence.template in OF_HELPERS or sentence.template == _of_joined(len(sentence.arguments) - 1)
    inner = [each for each in sentence.arguments.values() if isinstance(each, Sentence)]
    return (ours or sentence.template in literals) and all(_is_said(each, literals) for each in inner)


def _of_joined(n: int) -> str:
    """The template in which `joined` puts n parts."""
    return "{between}".join(f"{{p{place}}}" for place in range(max(n, 1)))
