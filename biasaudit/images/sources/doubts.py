"""Why folders may be no classes, each with the step that settles it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

from biasaudit.images.names import escaped
from biasaudit.images.sources.folder_tree import FolderTree
from biasaudit.images.splits import is_plain, part_of

# fmt: off
PIECES = frozenset({
    "part", "batch", "chunk", "shard", "volume", "vol", "disc", "disk", "archive", "set", "images", "image", "imgs",
    "img", "pictures", "pics", "photos", "data", "dataset", "files", "folder", "fold", "block",
})
"""Words that, with a number behind them, name a piece of a data set: `HAM10000_images_part_1`."""
GROUPS = frozenset({
    "patient", "subject", "person", "participant", "case", "study", "series", "session", "scan", "animal", "specimen",
    "slide", "lesion", "video", "clip", "sequence", "seq", "scene", "user", "pid",
})
"""Words that, with a number behind them, name a patient or a scene: `patient00042`."""
PICTURES = frozenset({
    "images", "image", "imgs", "img", "pictures", "pics", "photos", "jpg", "jpeg", "jpegs", "png", "pngs",
})
MASKS = frozenset({
    "mask", "masks", "groundtruth", "gt", "segmentation", "segmentations", "annotation", "annotations", "labels",
})
"""Words of folders of photographs, and of what is drawn over them, where the two stand side by side."""
# fmt: on


class Doubt(NamedTuple):
    """Why folders may be no classes."""

    seen: str
    """A sentence."""
    step: str
    """What settles it: sentences that name options."""

    def __str__(self) -> str:
        return f"{self.seen} {self.step}"


def called_like_parts(tops: Collection[str]) -> Doubt:
    """Top folders that are called as the parts of a split are."""
    return Doubt(
        f"The top folders {_listed(tops)} are called like the parts of a split, and hold no class folders.",
        "Where they are the classes: --layout class. Where the labels stand in a table: --metadata.",
    )


def doubt_of(found: FolderTree) -> Doubt | None:
    """Why the top folders may be no classes; None where nothing speaks against it."""
    if len(found.tops) < 2:
        return None
    doubts = (_pieces, _patients, _masks, _split_inside, _copies, _same_folders, _named_by_part_and_class)
    return next((doubt for each in doubts if (doubt := each(found))), None)


def _pieces(found: FolderTree) -> Doubt | None:
    if not (pieces := _numbered(found.tops, PIECES)):
        return None
    return Doubt(
        f"The top folders {_listed(pieces)} look like pieces of one data set, and not like classes.",
        "Where the classes are the folders in them: --layout '*/class'. Where the labels stand in a table: "
        "--metadata. Where they are the classes: --layout class.",
    )


def _patients(found: FolderTree) -> Doubt | None:
    if not (patients := _numbered(found.tops, GROUPS)):
        return None
    return Doubt(
        f"The folders {_listed(patients)} look like patients or scenes, and not like classes.",
        "Where the classes are the folders in them: --layout 'group/class'. Where the labels stand in a table: "
        "--metadata. Where they are the classes: --layout class.",
    )


def _numbered(tops: Collection[str], words: frozenset[str]) -> list[str]:
    """The folders that differ by a number alone, which stands behind one of these words; empty where none do."""
    alike: dict[str, list[str]] = {}
    for name in tops:
        said = _words(name)
        if said and said[-1] in words and re.search(r"\d", name):
            alike.setdefault(re.sub(r"\d+", "#", name.casefold()), []).append(name)
    return max((names for names in alike.values() if len(names) > 1), key=len, default=[])


def _masks(found: FolderTree) -> Doubt | None:
    inner = {found.below(name) for name in found.tops}
    beside = _pictures_and_masks(found.tops) or (_pictures_and_masks(inner.pop()) if len(inner) == 1 else None)
    if beside is None:
        return None
    pictures, masks = (escaped(name, 60) for name in beside)
    return Doubt(
        f"The folders {pictures!r} and {masks!r}, side by side, look like pictures and what was drawn over them.",
        f"Leave one of them out, such as --exclude {masks}.",
    )


def _pictures_and_masks(names: Collection[str]) -> tuple[str, str] | None:
    of_pictures = [name for name in names if PICTURES & set(_words(name)) and not MASKS & set(_words(name))]
    of_masks = [name for name in names if MASKS & set(_words(name))]
    return (of_pictures[0], of_masks[0]) if of_pictures and of_masks else None


def _split_inside(found: FolderTree) -> Doubt | None:
    for name in found.tops:
        parts = [each for each in found.below(name) if is_plain(each)]
        if len({part_of(each) for each in parts}) > 1:
            return Doubt(
                f"The folder {escaped(name, 60)!r} holds the parts of a split ({_listed(parts)}), and those beside it "
                f"do not.",
                f"Give {escaped(name, 60)!r} as FOLDER, or leave the others out with --exclude.",
            )
    return None


def _copies(found: FolderTree) -> Doubt | None:
    for name in found.tops:
        if again := [each for each in found.below(name) if each in found.tops and each != name]:
            return Doubt(
                f"The folder {escaped(name, 60)!r} holds folders that are called like those beside it "
                f"({_listed(again)}), as a second copy of the data does.",
                f"Leave it out with --exclude '{escaped(name, 60)}'; where it is a class: --layout class.",
            )
    return None


def _same_folders(found: FolderTree) -> Doubt | None:
    inner = {name: found.below(name) for name in found.tops if found.below(name)}
    if len({names for names in inner.values()}) == 1 and all(len(names) == 1 for names in inner.values()):
        return None  # cats/images, dogs/images
    counts = Counter(each for names in inner.values() for each in names)
    if not (shared := sorted(each for each, n in counts.items() if n > 1 and each.casefold() not in PICTURES)):
        return None
    holders = [name for name, names in inner.items() if set(names) & set(shared)]
    return Doubt(
        f"The folders {_listed(holders)} hold the same folders ({_listed(shared)}).",
        "Where the top ones are classes: --layout class. Where those in them are: --layout '*/class'.",
    )


def _named_by_part_and_class(found: FolderTree) -> Doubt | None:
    parts = {name: part_of(name) for name in found.tops}
    rests = Counter(" ".join(word for word in _words(name) if part_of(word) is None) for name in found.tops)
    if None in parts.values() or len(set(parts.values())) < 2 or min(rests.values()) < 2 or len(rests) < 2:
        return None
    return Doubt(
        f"The folders {_listed(found.tops)} seem to name a part of a split and a class at once.",
        "Lay them out as part/class, such as train/cat; where they are the classes as they are: --layout class.",
    )


def _words(name: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", name.casefold())


def _listed(names: Collection[str]) -> str:
    some = [repr(escaped(name, 60)) for name in list(names)[:4]]
    return ", ".join(some) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
