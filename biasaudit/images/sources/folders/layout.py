"""How the folders above an image are read: which of them is its class, and which the part of a split."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from shlex import quote

import pandas as pd

from biasaudit.errors import UsageError
from biasaudit.images.names import escaped
from biasaudit.images.sources.folders.doubts import (
    Doubt,
    doubt_of,
    doubt_of_masks_above,
    doubt_of_parts,
    flat_parts,
    parts_in_parts,
)
from biasaudit.images.sources.folders.folder_tree import FolderTree
from biasaudit.images.splits import alike_but_for_the_part, is_plain, part_name, part_of
from biasaudit.results import NOTHING, Name, Sentence, joined, listed, say

LEVELS = {"class": say("class"), "split": say("split"), "group": say("group"), "*": say("*")}
"""What a level of folders can be, in the pattern of `--layout`; "*" says nothing."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Layout:
    """What the folders tell of each image."""

    parts: Mapping[str, str | None]
    """Beginning of a path, with a slash at its end or empty -> the part of a split that all below it is, if any."""
    levels: tuple[str, ...] = ("class",)
    """What the folders below such a beginning are, of `LEVELS`."""
    how: Sentence = NOTHING
    """How they were read."""
    doubt: Doubt | None = None
    """Why they may be no classes."""
    places: pd.DataFrame = field(default_factory=pd.DataFrame)
    """One row an image, in order: label, split and group, text, missing where the folders do not tell."""

    def within(self, path: str) -> str | None:
        """The beginning under which a path lies."""
        return next((start for start in self.parts if path.startswith(start)), None)

    def place(self, path: str) -> tuple[str | None, str | None, str | None]:
        """The label, split and group of a path, None where its folders do not tell."""
        start = self.within(path)
        folders = [] if start is None else path[len(start) :].split("/")[:-1]
        if start is None or len(folders) < len(self.levels):
            return None, None if start is None else self.parts[start], None
        told = {level: unicodedata.normalize("NFC", name) for level, name in zip(self.levels, folders, strict=False)}
        split = self.parts[start] or (part_name(told["split"]) if "split" in told else None)
        return told.get("class"), split, told.get("group")

    def of(self, ids: Collection[str]) -> Layout:
        """With the places of these images."""
        places = pd.DataFrame([self.place(id) for id in ids], columns=["label", "split", "group"], dtype="str")
        return replace(self, places=places)


def read_layout(ids: Collection[str], pattern: str | None = None) -> Layout:
    """ids: paths relative to the root, with forward slashes. pattern: what the user says of the levels of folders, such
    as "split/class"; None where that is to be found out.

    Raises UsageError where the pattern is none.
    """
    if pattern is None:
        return _found_out(ids).of(ids)
    layout = _as_told(pattern).of(ids)
    classes = sorted(layout.places["label"].dropna().unique())
    if len(layout.levels) > 1 and "split" not in layout.levels and classes and all(map(is_plain, classes)):
        instead = pattern.strip("/").replace("class", "split/class")
        raise UsageError(
            f"--layout {escaped(pattern, 60)!r} takes {', '.join(map(repr, classes[:4]))} for the classes, which are "
            f"called like the parts of a split. Where they are: --layout {quote(escaped(instead, 60))}."
        )
    return layout


def _found_out(ids: Collection[str]) -> Layout:
    wrapper, found = FolderTree.of(ids).unwrapped("")
    above = f"{wrapper}/" if wrapper else ""
    outer = "*/" * above.count("/")
    named = {name: found.unwrapped(name)[0] for name in found.tops if part_of(name)}
    deep = {name: inner for name, inner in named.items() if found.below(inner)}
    rest = [name for name in found.tops if name not in named]
    if deep and _is_split(deep, rest, found):
        return _of_split(above, outer, deep, found)
    if _is_class_by_split(found):
        how = say("classes: the top folders, each of which holds the parts of a split")
        doubt = doubt_of_masks_above(found, outer) or parts_in_parts(found, found.tops, outer)
        return Layout(parts={above: None}, levels=("class", "split"), how=how, doubt=doubt)
    if named and len({part_of(name) for name in named}) > 1 and alike_but_for_the_part(named):
        parts = {f"{above}{name}/": part_name(name) for name in named}
        return Layout(parts=parts, doubt=flat_parts(found, outer))
    how = say("classes: the folders in {folder}", folder=_folder(wrapper or "FOLDER"))
    return Layout(parts={above: None}, how=how, doubt=doubt_of(found, outer))


def _of_split(above: str, outer: str, deep: Mapping[str, str], found: FolderTree) -> Layout:
    """Folders that are the parts of a split, each with the classes in it but for those that are not labelled."""
    labelled = {name: inner for name, inner in deep.items() if not _is_unlabelled(name, deep, found)}
    parts = {f"{above}{inner}/": part_name(name) for name, inner in labelled.items()}
    folders = listed(_folder(start.rstrip("/")) for start in parts)
    how = say("classes: the folders in {parts}, which are the parts of a split", parts=folders)
    inside = FolderTree.together([found.inside(inner) for inner in labelled.values()])
    doubt = parts_in_parts(found, tuple(labelled), outer) or doubt_of_parts(inside, f"{outer}split/")
    return Layout(parts=parts, how=how, doubt=doubt or _other_classes(labelled, found, outer))


def _is_unlabelled(part: str, deep: Mapping[str, str], found: FolderTree) -> bool:
    """Whether a part holds a single folder that no other part has, as a test part without labels does."""
    own = found.below(deep[part])
    others = {
        each for name, inner in deep.items() if name != part and len(below := found.below(inner)) > 1 for each in below
    }
    return len(own) == 1 and bool(others) and own[0] not in others


def _other_classes(parts: Mapping[str, str], found: FolderTree, outer: str) -> Doubt | None:
    """Parts that have no class folder in common with the others."""
    classes = {name: {each.casefold() for each in found.below(inner)} for name, inner in parts.items()}
    for name, own in classes.items():
        others = set().union(*(each for other, each in classes.items() if other != name))
        spelled = {each for inner in parts.values() for each in found.below(inner)}
        elsewhere = {each for other, inner in parts.items() if other != name for each in found.below(inner)}
        respelled = [each for each in found.below(parts[name]) if each not in elsewhere and each.casefold() in others]
        if others and ((len(own) > 1 and not own & others) or respelled):
            return Doubt(
                f"The folders in {escaped(name, 60)!r} are called otherwise than those in the other parts of the split "
                f"({', '.join(repr(escaped(each, 40)) for each in sorted(spelled)[:6])}).",
                f"Call them alike; where they are other classes: --layout {quote(outer + 'split/class')}; where they "
                f"are not labelled: --exclude {quote(escaped(name, 60))}.",
            )
    return None


def _is_class_by_split(found: FolderTree) -> bool:
    """Whether every top folder holds parts of a split and nothing else."""
    inner = [found.below(name) for name in found.tops]
    parts = {name for names in inner for name in names}
    kinds = {part_of(name) for name in parts}
    return len(inner) > 1 and all(inner) and None not in kinds and len(kinds) > 1 and alike_but_for_the_part(parts)


def _is_split(deep: Mapping[str, str], rest: list[str], found: FolderTree) -> bool:
    """Whether top folders that are called parts, and hold folders, are the parts of a split."""
    if not alike_but_for_the_part(deep):
        return False
    if len({part_of(name) for name in deep}) > 1 or (len(deep) > 1 and not rest):
        return True
    return all(is_plain(name) for name in deep) and not any(found.below(name) for name in rest)


def _as_told(pattern: str) -> Layout:
    levels = tuple(level.strip() for level in pattern.strip("/").split("/"))
    wrong = [level for level in levels if level not in LEVELS]
    if wrong or any(levels.count(each) > 1 for each in ("class", "split", "group")):
        raise UsageError(
            f"--layout {escaped(pattern, 60)!r}: write one word for each level of folders, with slashes between them, "
            f"of {', '.join(LEVELS)}, each but '*' once. Such as 'split/class', or '*/class' where the top folders say "
            f"nothing of the class; '*' alone where no folder does."
        )
    how = say("folders: {levels}", levels=joined((LEVELS[level] for level in levels), between=say("/")))
    return Layout(parts={"": None}, levels=levels, how=how)


def _folder(name: str) -> Name:
    return Name("image", escaped(name))
