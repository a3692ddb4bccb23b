"""Sentences of an audit: templates of ours, and the typed arguments that stand in them.

A sentence is text, and knows what it was made of. Whatever came from the user's side (a file's name, a value of a
column, the message of a library) stands in it as a `Name` with its kind, so that a copy for others is made by
replacing arguments and never by looking into prose. Text of which nothing is known is one argument as a whole.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from numbers import Real
from string import Formatter
from typing import Any, Literal, get_args

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

NameKind = Literal["image", "value", "label", "column", "cue", "split", "model", "person", "text"]
"""Whose name it is; `value` of a metadata column, `text` is anything else that is not ours."""
KINDS: tuple[NameKind, ...] = get_args(NameKind)
LARGEST = 1_000_000
"""Letters of a sentence: what a file that was changed by hand may ask for."""
DEEPEST = 40
"""Sentences within one another: files of records cannot be read from about a hundred on."""
OF_A_NUMBER = re.compile(r"\+?,?(\.\d{1,2})?[%defg]?")
OF_A_NAME = re.compile(r"\d{0,3}")
"""The formats that a template may ask for."""
NUMBER = re.compile(r"[+-]?\d{1,9}(\.\d{1,9})?")
"""A label that would be read as a figure."""


@dataclass(frozen=True)
class Name:
    """A name from the user's side, as it stands there."""

    kind: NameKind
    text: str

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no kind of name is called {self.kind!r}")
        # A name on disk may hold bytes that are no text: they are written out, since no file could hold them.
        object.__setattr__(self, "text", self.text.encode("utf-8", "backslashreplace").decode())

    def __format__(self, most: str) -> str:
        """The name, cut to `most` letters where a template says so: "{label:30}"; a label that is a number is a class.

        "Found in 90% of 1" is read as a figure.
        """
        text = f"class {self.text}" if self.kind == "label" and NUMBER.fullmatch(self.text) else self.text
        return shorten(text, int(most)) if most else text


class Sentence(str):
    """Text with what it was made of. `say` makes one; a plain string turned into one is a single unknown argument."""

    template: str
    arguments: Mapping[str, Sentence | Name | int | float]
    depth: int

    __slots__ = ("arguments", "depth", "template")

    def __new__(cls, text: str) -> Sentence:
        """A text of which nothing is known: one argument, which a redacted copy leaves out as a whole."""
        return text if isinstance(text, Sentence) else _made("{text}", {"text": Name("text", str(text))})

    def __reduce__(self) -> tuple[Any, ...]:
        return _made, (self.template, dict(self.arguments))

    def renamed(self, change: Callable[[Name], Name]) -> Sentence:
        """The same sentence with every name in it, however deep, replaced by what `change` makes of it."""
        return _made(self.template, {key: _renamed(each, change) for key, each in self.arguments.items()})

    def names(self) -> Iterable[Name]:
        """Every name that stands in it, also in the sentences within it."""
        for each in self.arguments.values():
            if isinstance(each, Name):
                yield each
            elif isinstance(each, Sentence):
                yield from each.names()

    def record(self) -> dict[str, Any]:
        """What it was made of, as plain JSON values; `restored` turns it back."""
        arguments = {key: _plain(each) for key, each in self.arguments.items()}
        return {"template": self.template} | ({"arguments": arguments} if arguments else {})

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            cls,
            core_schema.union_schema([core_schema.is_instance_schema(cls), core_schema.str_schema(strict=True)]),
            serialization=core_schema.plain_serializer_function_ser_schema(str, return_schema=core_schema.str_schema()),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string"}


def say(template: str, **arguments: Sentence | Name | int | float) -> Sentence:
    """A sentence from a template that stands in the code, and its arguments by name.

    "{share:.0%} of {label:30}": numbers take Python's formats, names the most letters shown. "{what!u}" begins with a
    capital, "{what!l}" with a small letter, "{what!p}" drops the full stop at the end. A literal brace is doubled.

    Raises:
        TypeError: an argument is a plain string: say whose it is (`Name`) or that it is ours (`say`).
        ValueError: the template asks for other arguments than are given, or a format is none.
    """
    for name, each in arguments.items():
        if not isinstance(each, Sentence | Name | Real) or isinstance(each, bool):
            raise TypeError(f"{name}={each!r}: an argument is a number, a Name, or a sentence of its own")
    asked = {name for _, name, _, _ in Formatter().parse(template) if name is not None}
    if asked != set(arguments):
        raise ValueError(f"{template!r} asks for {sorted(asked)} and was given {sorted(arguments)}")
    return _made(template, arguments)


def joined(parts: Iterable[Sentence | Name | int | float], between: Sentence | None = None) -> Sentence:
    """Several in a row: "a, b, c"; `between`: what stands between them in place of a comma."""
    parts = list(parts)
    between = say(", ") if between is None else between
    fields = {f"p{place}": part for place, part in enumerate(parts)}
    template = "{between}".join(f"{{{name}}}" for name in fields)
    return say(template, **fields, **({"between": between} if len(parts) > 1 else {}))


def listed(parts: Iterable[Sentence | Name | int | float]) -> Sentence:
    """Several as a sentence names them: "a, b and c"."""
    *most, last = parts
    return say("{most} and {last}", most=joined(most), last=last) if most else joined([last])


def paragraph(*sentences: Sentence) -> Sentence:
    """Sentences one after another; those that say nothing are left out."""
    return joined((each for each in sentences if each), between=say(" "))


def ours(text: str) -> Sentence:
    """A text that stands in somebody's code, such as the question of a cue: no data were seen when it was written."""
    return _made(text.replace("{", "{{").replace("}", "}}"), {})


def counted(n: int, singular: Sentence, plural: Sentence | None = None) -> Sentence:
    """ "1 image", "2 images", "1,200 images"; `plural` where an s is not enough."""
    if n == 1:
        return say("{n} {what}", n=n, what=singular)
    return say("{n:,} {what}", n=n, what=plural) if plural is not None else say("{n:,} {what}s", n=n, what=singular)


def shorten(text: str, most: int = 60) -> str:
    """A name that fits into a sentence: at most `most` letters, the last of them an ellipsis where it was cut."""
    return text if len(text) <= most else text[: most - 1] + "…"


def restored(record: Any, text: Any) -> Any:
    """The sentence that `record` (as `Sentence.record` wrote it) tells of, where it reads as `text` does.

    Lists and mappings of either are gone through together. What does not fit is left as it is, a text of which
    nothing is known: a file may have been changed by hand.
    """
    if isinstance(record, dict) and isinstance(text, str):
        try:
            made = _from_record(record)
        except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError):
            return text
        return made if str(made) == text else text
    if isinstance(record, list) and isinstance(text, list | tuple) and len(record) == len(text):
        return [restored(each, part) for each, part in zip(record, text, strict=True)]
    return text


def record_of(value: Any) -> Any:
    """What the sentences in a field were made of, in the shape of the field; None where it holds none."""
    if isinstance(value, Sentence):
        return value.record()
    if isinstance(value, list | tuple):
        parts = [record_of(each) for each in value]
        return parts if any(part is not None for part in parts) else None
    return None


def _made(template: str, arguments: Mapping[str, Any]) -> Sentence:
    made = str.__new__(Sentence, "".join(_rendered(template, arguments)))
    made.template, made.arguments = template, dict(arguments)
    made.depth = 1 + max((each.depth for each in arguments.values() if isinstance(each, Sentence)), default=0)
    if len(made) > LARGEST or made.depth > DEEPEST:
        raise ValueError(f"a sentence has at most {LARGEST:,} letters and {DEEPEST} sentences within one another")
    return made


def _rendered(template: str, arguments: Mapping[str, Any]) -> Iterable[str]:
    """The one place where a template becomes text. Fields are names and nothing else: no attribute, no index."""
    for text, name, form, conversion in Formatter().parse(template):
        yield text
        if name is None:
            continue
        if conversion not in (None, "u", "l", "p"):
            raise ValueError(f"{template!r}: no conversion is called {conversion!r}")
        value = arguments[name]
        known = OF_A_NAME if isinstance(value, Name) else OF_A_NUMBER
        if form and (isinstance(value, Sentence) or not known.fullmatch(form)):
            raise ValueError(f"{template!r}: {form!r} is no format of a {type(value).__name__}")
        shown = str(value) if isinstance(value, Sentence) else format(value, form or "")
        if conversion == "u":
            shown = shown[:1].upper() + shown[1:]
        if conversion == "l":
            shown = shown[:1].lower() + shown[1:]
        yield shown.rstrip(".") if conversion == "p" else shown


def _renamed(argument: Any, change: Callable[[Name], Name]) -> Any:
    if isinstance(argument, Name):
        return change(argument)
    return argument.renamed(change) if isinstance(argument, Sentence) else argument


def _plain(argument: Any) -> Any:
    if isinstance(argument, Name):
        return {"kind": argument.kind, "text": argument.text}
    if isinstance(argument, Sentence):
        return argument.record()
    number = argument.item() if hasattr(argument, "item") else argument
    return number if math.isfinite(number) else {"number": str(number)}


def _from_record(record: Mapping[str, Any]) -> Sentence:
    return say(record["template"], **{key: _argument(each) for key, each in record.get("arguments", {}).items()})


def _argument(each: Any) -> Any:
    if not isinstance(each, dict):
        return each
    if "template" in each:
        return _from_record(each)
    if "number" in each:
        return float(each["number"])
    return Name(each["kind"], str(each["text"]))


NOTHING = say("")
"""Where a part of a sentence may be left away."""
