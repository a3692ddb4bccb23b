"""Why folders may be no classes, each with the step that settles it.

Every function takes the folders that might be classes, and `above`: what `--layout` says of the levels over them, such
as "*/" where they lie in a wrapper, or "split/" where they lie in the parts of a split.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from shlex import quote
from typing import NamedTuple

from biasaudit.images.names import escaped, words_of
from biasaudit.images.sources.folders.folder_tree import FolderTree
from biasaudit.images.sources.folders.folder_words import numbered_groups, numbered_pieces, pictures_and_masks
from biasaudit.images.splits import alike_but_for_the_part, is_plain, part_of


class Doubt(NamedTuple):
    """Why folders may be no classes."""

    seen: str
    """A sentence."""
    step: str
    """What settles it: sentences that name options."""

    def __str__(self) -> str:
        return f"{self.seen} {self.step}"


TABLE = "Where the labels stand in a table: --metadata; in the files' names: --label-column 'name:PATTERN'."


def flat_parts(found: FolderTree, above: str) -> Doubt:
    """Top folders that are called as the parts of a split are, and not all of which hold class folders."""
    return Doubt(
        f"The top folders {_listed(found.tops)} are called like the parts of a split, and do not all hold class "
        f"folders.",
        f"Where they are the classes: {_layout(above)}. {TABLE}",
    )


def parts_in_parts(found: FolderTree, tops: Collection[str], above: str) -> Doubt | None:
    """The parts of a split in each top folder, with folders in them that may be the classes."""
    inner = {name: found.unwrapped(name) for name in tops}
    parts = {part for _, tree in inner.values() for part in tree.tops}
    kinds = {part_of(part) for part in parts}
    deeper = {each for _, tree in inner.values() for part in tree.tops for each in tree.below(part)}
    if None in kinds or len(kinds) < 2 or not alike_but_for_the_part(parts) or not deeper:
        return None
    return Doubt(
        f"The top folders {_listed(tops)} hold the parts of a split ({_listed(sorted(parts))}), and these hold folders "
        f"({_listed(sorted(deeper))}).",
        f"Where the innermost are the classes: {_layout(above, '*/split/class')}; where the top ones are: "
        f"{_layout(above, 'class/split')}; to take one alone, give it as FOLDER.",
    )


def doubt_of(found: FolderTree, above: str = "") -> Doubt | None:
    """Why the top folders may be no classes; None where nothing speaks against it."""
    doubts = (
        *(_pieces, _patients, _masks, _split_inside, _copies, _same_folders, _named_by_part_and_class),
        _some_hold_folders,
    )
    return _first(doubts, found, above)


def doubt_of_parts(found: FolderTree, above: str) -> Doubt | None:
    """The same of the folders in the parts of a split."""
    return _first((_pieces, _patients, _masks, _same_folders), found, above)


def doubt_of_masks_above(found: FolderTree, above: str) -> Doubt | None:
    """The same of top folders that hold the parts of a split."""
    return _first((_masks,), found, above)


def _first(doubts: Iterable[Callable[[FolderTree, str], Doubt | None]], found: FolderTree, above: str) -> Doubt | None:
    if len(found.tops) < 2:
        return None
    return next((doubt for each in doubts if (doubt := each(found, above))), None)


def _pieces(found: FolderTree, above: str) -> Doubt | None:
    return _no_classes(numbered_pieces(found.tops), "pieces of one data set", above, "*/class")


def _patients(found: FolderTree, above: str) -> Doubt | None:
    return _no_classes(numbered_groups(found.tops), "patients or scenes", above, "group/class")


def _no_classes(names: Collection[str], what: str, above: str, inside: str) -> Doubt | None:
    """Folders that look like something else; inside: the layout where the classes are the folders in them."""
    if not names:
        return None
    return Doubt(
        f"The folders {_listed(names)} look like {what}, and not like classes.",
        f"Where the classes are the folders in them: {_layout(above, inside)}. {TABLE} Where they are the classes: "
        f"{_layout(above)}.",
    )


def _masks(found: FolderTree, above: str) -> Doubt | None:
    beside = next(
        (pair for names in (found.tops, *map(found.below, found.tops)) if (pair := pictures_and_masks(names))), None
    )
    if beside is None:
        return None
    pictures, masks = (escaped(name, 60) for name in beside)
    return Doubt(
        f"The folders {pictures!r} and {masks!r}, side by side, look like pictures and what was drawn over them.",
        f"Leave one of them out, such as --exclude {quote(masks)}; where they are classes: {_layout(above)}.",
    )


def _split_inside(found: FolderTree, above: str) -> Doubt | None:
    holding = {}
    for name in found.tops:
        parts = [each for each in found.below(name) if is_plain(each)]
        if len({part_of(each) for each in parts}) > 1:
            holding[name] = parts
    if not holding:
        return None
    name, parts = next(iter(holding.items()))
    others = [each for each in found.tops if each not in holding]
    beside = f", and {_listed(others)} beside it do not" if others else ""
    return Doubt(
        f"The folder {escaped(name, 60)!r} holds the parts of a split ({_listed(parts)}){beside}.",
        f"Give {escaped(name, 60)!r} as FOLDER, or leave the others out with --exclude; where the folders in the parts "
        f"are the classes: {_layout(above, '*/split/class')}.",
    )


def _copies(found: FolderTree, above: str) -> Doubt | None:
    for name in found.tops:
        if again := [each for each in found.below(name) if each in found.tops and each != name]:
            return Doubt(
                f"The folder {escaped(name, 60)!r} holds folders that are called like those beside it "
                f"({_listed(again)}), as a second copy of the data does.",
                f"Leave it out with --exclude {quote(escaped(name, 60))}; where it is a class: {_layout(above)}.",
            )
    return None


def _same_folders(found: FolderTree, above: str) -> Doubt | None:
    below = {name: found.below(name) for name in found.tops if found.below(name)}
    one_each = len(set(below.values())) == 1 and all(len(names) == 1 for names in below.values())
    unwrapped = {name: found.unwrapped(name) for name in below}
    inner = {name: tree.tops for name, (_, tree) in unwrapped.items()}  # cats/images, dogs/images hold nothing more
    if one_each and all(len(names) == 1 for names in inner.values()):
        return None
    counts = Counter(each for names in inner.values() for each in names)
    if not (shared := sorted(each for each, n in counts.items() if n > 1 and not _are_pictures(each))):
        return None
    holders = [name for name, names in inner.items() if set(names) & set(shared)]
    deeper = "*/" * max(unwrapped[name][0].count("/") for name in holders)
    named = f"{_layout(above, f'*/{deeper}class')}"
    if any(part_of(name) for name in found.tops):
        named += f"; and the top ones the parts of a split: {_layout(above, f'split/{deeper}class')}"
    return Doubt(
        f"The folders {_listed(holders)} hold the same folders ({_listed(shared)}).",
        f"Where the top ones are classes: {_layout(above)}. Where those in them are: {named}; and the top ones "
        f"patients or scenes: {_layout(above, f'group/{deeper}class')}. Where some are copies or masks: --exclude.",
    )


def _are_pictures(name: str) -> bool:
    return pictures_and_masks((name, "mask")) is not None


def _named_by_part_and_class(found: FolderTree, above: str) -> Doubt | None:
    parts = {name: part_of(name) for name in found.tops}
    rests = Counter(" ".join(word for word in words_of(name) if part_of(word) is None) for name in found.tops)
    if None in parts.values() or len(set(parts.values())) < 2 or min(rests.values()) < 2 or len(rests) < 2:
        return None
    return Doubt(
        f"The folders {_listed(found.tops)} seem to name a part of a split and a class at once.",
        f"Lay them out as part/class, such as train/cat; where they are the classes as they are: {_layout(above)}.",
    )


def _some_hold_folders(found: FolderTree, above: str) -> Doubt | None:
    """One folder that holds most images, in folders of its own, beside others that hold none."""
    branching = [name for name in found.tops if len(found.below(name)) > 1 and not found.loose.get(name)]
    if len(branching) != 1 or any(found.below(name) for name in found.tops if name not in branching):
        return None
    (name,) = branching
    if found.counts[name] < sum(found.counts[each] for each in found.tops) / 2:
        return None
    others = [each for each in found.tops if each != name]
    return Doubt(
        f"The folder {escaped(name, 60)!r} holds folders ({_listed(found.below(name))}), and those beside it hold none "
        f"({_listed(others)}).",
        f"Where its folders are the classes, give {escaped(name, 60)!r} as FOLDER, or leave the others out with "
        f"--exclude; where the top ones are: {_layout(above)}.",
    )


def _layout(above: str, pattern: str = "class") -> str:
    """The option as it is typed."""
    return f"--layout {quote(above + pattern)}"


def _listed(names: Collection[str]) -> str:
    some = [repr(escaped(name, 60)) for name in list(names)[:4]]
    return ", ".join(some) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
