"""An audit without the names in it: for a report that leaves the house."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from typing import Any

from biasaudit.results import Audit

HIDDEN = "(left out)"
SPLITS = ("train", "training", "val", "valid", "validation", "test", "testing")
"""Parts that are called what everybody calls them; any other name may be a value of a column."""


def redacted(audit: Audit, salt: bytes = b"") -> tuple[Audit, dict[str, str]]:
    """The audit with codes for names of files and values of metadata; and code -> name, of the images.

    Columns and classes keep their names. The codes are numbers in an order that tells nothing to who lacks the `salt`,
    and the same whenever the same audit is redrawn with it. The command and the folder's name are left out.
    """
    names = _numbered("image", _names(audit), salt)
    keep = {*audit.dataset.classes, *(finding.cue for finding in audit.findings)}
    kept = keep | {_cut(name, most) for name in keep for most in (30, 40, 60)}
    texts = [text for finding in audit.findings for text in _texts(finding.model_dump(mode="json"))]
    levels = {group.name for breakdown in audit.subgroups for group in breakdown.groups} | _on_the_map(audit)
    values = _numbered(
        "value", levels | ({text[start:end] for text in texts for start, end in _quoted(text)} - kept), salt
    )

    def of_finding(text: str) -> str:
        if text in names:
            return names[text]
        for start, end in reversed(_quoted(text)):
            text = text[:start] + values.get(text[start:end], text[start:end]) + text[end:]
        return text

    def anywhere(text: str) -> str:
        return _replaced(of_finding(text), names)

    record: dict[str, Any] = audit.model_dump(mode="json")
    record["findings"] = [_mapped(each, of_finding) for each in record["findings"]]
    record["subgroups"] = [_of_groups(each, values, of_finding) for each in record["subgroups"]]
    for each in record["representation"]["colourings"] if record["representation"] else ():
        if each["kind"] == "subgroup":
            each["levels"] = [values[level] for level in each["levels"]]
    record["checks"] = _mapped(record["checks"], anywhere)
    record["headline"] = anywhere(audit.headline)
    dataset = record["dataset"]
    dataset |= {
        "name": "data set",
        "excluded": [{**each, "path": names[each["path"]]} for each in dataset["excluded"]],
        "warnings": [anywhere(text) for text in dataset["warnings"]],
    }
    parts = _numbered("part", {name for name in dataset["splits"] if name.casefold() not in SPLITS}, salt)
    dataset["splits"] = {parts.get(name, name): n for name, n in dataset["splits"].items()}
    own = bool(record["settings"].get("model")) or "." in str(record["settings"].get("backbone", ""))
    if record["model"] and (own or not record["model"]["folds"]):  # a network of theirs, called as its file is
        record["model"]["backbone"] = HIDDEN
    if own and record["settings"].get("backbone"):
        record["settings"]["backbone"] = HIDDEN
    for key in ("metadata", "model", "weights", "review", "reference", "subject"):
        if record["settings"].get(key):
            record["settings"][key] = HIDDEN
    if "command" in record["run"]:
        record["run"]["command"] = HIDDEN
    for review in record["reviews"]:
        for key in ("comment", "name"):  # free text: nobody knows whom it names
            review[key] = HIDDEN if review[key] else ""
    return Audit.model_validate(record), {code: name for name, code in names.items()}


def _on_the_map(audit: Audit) -> set[str]:
    """The values of columns that the map of the representation is coloured by."""
    colourings = audit.representation.colourings if audit.representation else ()
    return {level for each in colourings if each.kind == "subgroup" for level in each.levels}


def _of_groups(breakdown: dict[str, Any], values: dict[str, str], change: Callable[[str], str]) -> dict[str, Any]:
    """A breakdown with codes for its levels, and for those of the reference population that no image has."""
    groups = [{**group, "name": values[group["name"]]} for group in breakdown["groups"]]
    differences = [
        {
            **each,
            "group": values[each["group"]],
            "difference": {**each["difference"], "measure": change(each["difference"]["measure"])},
        }
        for each in breakdown["differences"]
    ]
    absent = []
    for text in breakdown["absent"]:
        name, told, label = text.rpartition(": no image")
        absent.append(values.get(name, HIDDEN) + told + label)
    return {**breakdown, "groups": groups, "differences": differences, "absent": absent}


def _quoted(text: str) -> list[tuple[int, int]]:
    """Where a sentence holds what it took from the data, which stands in “ ”: values of columns, words of files.

    Of values that hold such quotes themselves the outermost count; where they do not match, all from the first on.
    """
    spans, starts = [], []
    for place, letter in enumerate(text):
        if letter == "“":
            starts.append(place + 1)
        elif letter == "”":
            if not starts:
                return [(0, len(text))]
            start = starts.pop()
            spans += [] if starts else [(start, place)]
    return [(starts[0], len(text))] if starts else spans


def _names(audit: Audit) -> set[str]:
    shown = {name for finding in audit.findings for name in (*finding.examples, *finding.counterexamples)}
    placed = {name for finding in audit.findings for name in finding.regions}
    return shown | placed | {each.path for each in audit.dataset.excluded}


def _numbered(word: str, names: Iterable[str], salt: bytes) -> dict[str, str]:
    """Name -> "image 7", numbered in the order of their salted hashes, so that a number says nothing of its name."""
    order = sorted(names, key=lambda name: hmac.digest(salt, name.encode("utf-8", "surrogatepass"), "sha256"))
    return {name: f"{word} {number}" for number, name in enumerate(order, 1)}


def _replaced(text: str, names: dict[str, str]) -> str:
    """A sentence with the names of files in it replaced, the longest first: one may be part of another."""
    for name in sorted((name for name in names if name in text), key=len, reverse=True):
        text = text.replace(name, names[name])
    return text


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    """The same structure with every text changed, those that are keys of regions too."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_mapped(each, change) for each in value]
    if isinstance(value, dict):
        return {change(key): _mapped(each, change) for key, each in value.items()}
    return value
