"""An audit without the names in it: for a report that leaves the house.

Nothing is looked for in prose. Every field of text says by its type whose words it holds, and every sentence is made of
arguments that say the same; what came from the user's side is replaced wherever it stands. What says nothing of its
origin, and all that a part from another package calls its own, counts as the user's.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Sequence, Set
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from biasaudit.detectors import BUILTIN
from biasaudit.images.sources.columns.from_names import is_of_names
from biasaudit.images.splits import USUAL
from biasaudit.model.backbones import AUTO, BY_NAME
from biasaudit.results import Audit, Conclusion, Finding, Holds, Name, Record, Sentence
from biasaudit.settings import Settings, table

HIDDEN = "(left out)"
KEPT = ("ours", "label", "column", "cue")
"""Kinds of words that a copy for others keeps: what is ours, and the names of classes, columns and cues."""
NUMBERED = {"image": "image", "value": "value", "split": "part"}
"""Kinds that are told apart by a number, and what each is called; all others are left out."""
OUR_DETECTORS = frozenset({"rungs", *(each.id for each in BUILTIN)})
NETWORKS = frozenset(name.casefold() for name in (AUTO, *BY_NAME))
SETTINGS = frozenset({"scan", *(each.name for each in table(Settings))})
RUN = ("started", "seconds", "command")
COLUMNS = (
    "image_column",
    "label_column",
    "group_by",
    "split",
    "ignore",
    "nuisance",
    "mediator",
    "sensitive",
    "without",
    "classes",
)
"""Settings that name columns, cues and classes."""
OUR_CHOICES = {"engine": ("local", "dask", "ray"), "pixels": ("0..255", "0..1", "-1..1")}

Change = Callable[[Name], Name]


def redacted(audit: Audit, key: bytes = b"") -> tuple[Audit, dict[str, str]]:
    """The audit with codes for names of files and values of metadata; and code -> name, of the images.

    Columns and classes keep their names. The codes are numbers in an order that tells nothing to who lacks the `key`,
    and the same whenever the same audit is redrawn with it. The command and the folder's name are left out.
    """
    seen: dict[str, set[str]] = {kind: set() for kind in NUMBERED}

    def note(name: Name) -> Name:
        if name.kind in seen and name.text:
            seen[name.kind].add(name.text)
        return name

    _audit(audit, note)
    seen["split"] = {name for name in seen["split"] if name.casefold() not in USUAL}
    codes = {kind: _numbered(NUMBERED[kind], names, key) for kind, names in seen.items()}

    def change(name: Name) -> Name:
        if name.kind in KEPT or not name.text or (name.kind == "split" and name.text.casefold() in USUAL):
            return name
        return Name(name.kind, codes.get(name.kind, {}).get(name.text, HIDDEN))

    copy = _audit(audit, change)
    return Audit.model_validate(copy.model_dump()), {code: name for name, code in codes["image"].items()}


def _audit(audit: Audit, change: Change) -> Audit:
    """The audit with every name in it changed; what has no type that would tell is gone through here, key by key."""
    others = [each for each in audit.findings if _foreign(each)]
    ids = {name: f"finding {n}" for n, name in enumerate((each.id for each in others), 1)}
    places = dict.fromkeys(each.section.id for each in others if each.section)
    sections = {name: f"section-{n}" for n, name in enumerate(places, 1)}
    own = {each.id for each in audit.findings}
    known = own | {each.id for each in audit.conclusions}
    plain: Audit = _changed(audit.model_copy(update={"findings": (), "settings": {}, "run": {}}), Audit, change)
    names = {*audit.dataset.classes, *(each.cue for each in audit.findings if not _foreign(each))}
    findings = tuple(_finding(each, ids, sections, own, names, change) for each in audit.findings)
    copied = _conclusions(plain.conclusions, findings, ids)
    named = ids | {before.id: after.id for before, after in zip(audit.conclusions, copied, strict=True)}
    reviews = [
        after.model_copy(
            update={
                "finding": named.get(before.finding, before.finding if before.finding in known else HIDDEN),
                "data": before.data if before.data in ("", audit.dataset.fingerprint) else HIDDEN,
            }
        )
        for before, after in zip(audit.reviews, plain.reviews, strict=True)
    ]
    model = plain.model
    if model is not None and audit.model is not None and _is_ours(audit.model.backbone) and audit.model.folds:
        model = model.model_copy(update={"backbone": audit.model.backbone})
    return plain.model_copy(
        update={
            "conclusions": copied,
            "findings": findings,
            "settings": {key: _setting(key, each) for key, each in audit.settings.items() if key in SETTINGS},
            "run": {key: each if key != "command" else _plain(each) for key, each in audit.run.items() if key in RUN},
            "dataset": plain.dataset.model_copy(update={"name": "data set"}),
            "model": model,
            "reviews": tuple(reviews),
        }
    )


def _conclusions(
    plain: Sequence[Conclusion], findings: Sequence[Finding], ids: dict[str, str]
) -> tuple[Conclusion, ...]:
    """The conclusions with the ids that findings have in the copy. Of one that stands on a finding of another package,
    nothing is said but what the copy says of that finding."""
    told_of = {each.id: each for each in findings}
    copies = []
    for number, each in enumerate(plain, 1):
        told = tuple(ids.get(name, name) for name in each.findings)
        changes: dict[str, Any] = {"findings": told}
        foreign = next((told_of[ids[name]] for name in each.findings if name in ids and ids[name] in told_of), None)
        if foreign is not None:
            changes |= {"id": f"{each.kind}-{number}", "label": foreign.label, "untied": None}
            changes |= {"sentence": Sentence(foreign.title), "what_to_do": Sentence(foreign.recommendation)}
        copies.append(each.model_copy(update=changes))
    return tuple(copies)


def _foreign(finding: Finding) -> bool:
    """Whether a part of another package made it, whose ids may be made of anything."""
    return finding.detector not in OUR_DETECTORS


def _finding(
    finding: Finding,
    ids: dict[str, str],
    sections: dict[str, str],
    known: Set[str],
    names: Set[str],
    change: Change,
) -> Finding:
    """A finding with every name in it changed. known: ids of findings of this audit; names: its classes, and cues of
    findings of ours."""
    story = tuple(ids.get(each, each) for each in finding.story if each in known)
    follows = finding.follows if finding.follows in known else None
    follows = follows and ids.get(follows, follows)
    if not _foreign(finding):
        return _changed(finding, Finding, change).model_copy(update={"story": story, "follows": follows})

    def distrusted(name: Name) -> Name:
        """Its cue and class are kept where they are known; a word that it calls ours is not taken for ours."""
        return name if name.text in names else change(Name("text", name.text)) if name.kind in KEPT else change(name)

    after = _changed(finding, Finding, distrusted, trusted=False)
    told = {"id": ids[finding.id], "detector": finding.detector, "story": story, "follows": follows}
    if finding.section is not None:
        told["section"] = after.section.model_copy(update={"id": sections[finding.section.id]})
    return after.model_copy(update=told)


def _changed(value: Any, kind: Any, change: Change, trusted: bool = True) -> Any:
    """The value, of the type `kind`, with every name in it changed; where not `trusted`, also what it calls ours."""
    if isinstance(value, Sentence):
        return value.renamed(change)
    if isinstance(value, Record):
        fields = type(value).model_fields
        changed = {
            name: _changed(getattr(value, name), _annotated(field), change, trusted) for name, field in fields.items()
        }
        return value.model_copy(update=changed)
    if isinstance(value, str):
        held = _held(kind)
        if held is None or (held == "ours" and trusted):
            return value
        return change(Name("text" if held == "ours" else held, value)).text
    if isinstance(value, dict):
        of_key, of_value = (*get_args(_bare(kind)), Any, Any)[:2]
        return {
            _changed(key, of_key, change, trusted): _changed(each, of_value, change, trusted)
            for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        inner = [each for each in get_args(_bare(kind)) if each is not ...] or [Any]
        kinds = inner if len(inner) == len(value) else inner[:1] * len(value)
        return type(value)(_changed(each, one, change, trusted) for each, one in zip(value, kinds, strict=True))
    return value


def _annotated(field: Any) -> Any:
    """A field's type with what stands beside it."""
    held = next((each for each in field.metadata if isinstance(each, Holds)), None)
    return Annotated[field.annotation, held] if held else field.annotation


def _held(kind: Any) -> Any:
    """Whose words a text of this type holds; None of a closed set of words; "text" where nothing says it."""
    if get_origin(kind) is Annotated:
        return next((each.kind for each in get_args(kind)[1:] if isinstance(each, Holds)), "text")
    if get_origin(kind) is Literal:
        return None
    if get_origin(kind) in (Union, UnionType):
        found = [_held(each) for each in get_args(kind) if each is not type(None)]
        return found[0] if len(found) == 1 else "text"
    return "text"


def _bare(kind: Any) -> Any:
    """A type without what stands beside it, and without None."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        rest = [each for each in get_args(kind) if each is not type(None)]
        return _bare(rest[0]) if len(rest) == 1 else kind
    return kind


def _setting(key: str, value: Any) -> Any:
    """A choice of the user: numbers and words of ours stay, and the names of columns; files do not."""
    kept = (
        (key in COLUMNS and not is_of_names(value))
        or value in OUR_CHOICES.get(key, ())
        or (key == "backbone" and _is_ours(str(value)))
    )
    return value if kept else _plain(value)


def _is_ours(backbone: str) -> bool:
    return backbone.casefold() in NETWORKS


def _plain(value: Any) -> Any:
    """A value without any text in it."""
    return HIDDEN if value and not isinstance(value, bool | int | float) else value


def _numbered(word: str, names: Iterable[str], key: bytes) -> dict[str, str]:
    """Name -> "image 7", numbered in the order of their keyed hashes, so that a number says nothing of its name."""
    order = sorted(names, key=lambda name: hmac.digest(key, name.encode("utf-8", "surrogatepass"), "sha256"))
    return {name: f"{word} {number}" for number, name in enumerate(order, 1)}
