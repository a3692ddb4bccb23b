"""What the names of folders say that lie side by side: pieces of a data set, patients, pictures beside their masks."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from biasaudit.images.names import words_of
from biasaudit.images.splits import part_of

# fmt: off
PIECES = frozenset({
    "part", "batch", "chunk", "shard", "volume", "vol", "disc", "disk", "archive", "set", "images", "image", "imgs",
    "img", "pictures", "pics", "photos", "data", "dataset", "files", "folder", "fold", "block",
})
"""Words that, with a number, a letter or a Roman number behind them, name a piece of a data set: `images_part_1`."""
GROUPS = frozenset({
    "patient", "subject", "person", "participant", "case", "study", "series", "session", "scan", "animal", "specimen",
    "slide", "lesion", "video", "clip", "sequence", "seq", "scene", "user", "pid",
})
"""Words that, with a number behind them, name a patient or a scene: `patient00042`."""
CLASSES = frozenset({
    "class", "classes", "category", "grade", "type", "label", "cls", "cluster", "stage", "level", "group", "score",
})
"""Words that, with a number behind them, name a class."""
PICTURES = frozenset({
    "images", "image", "imgs", "img", "pictures", "pics", "photos", "jpg", "jpeg", "jpegs", "png", "pngs", "input",
    "inputs", "rgb",
})
MASKS = frozenset({
    "mask", "masks", "groundtruth", "gt", "truth", "segmentation", "segmentations", "annotation", "annotations",
    "annotated", "ann", "anno", "lbl", "lbls", "label", "labels", "target", "targets", "manual", "depth", "output",
    "outputs", "seg",
})
"""Words of folders of photographs, and of what is drawn over them, where the two stand side by side."""
# fmt: on
LETTERED = frozenset({"part", "batch", "chunk", "shard", "volume", "vol", "disc", "disk", "archive", "set"})
"""Those of them that a letter may stand behind: "block A" may be a class."""
CASES, NEARLY_ALL = 6, 0.8
"""How many folders, and which share of them, differ in a long number alone where they are cases."""
LONG = re.compile(r"(?<!\d)\d{3,}(?!\d)")
"""Numbers of cases and patients, where nothing else differs."""


def numbered_pieces(names: Collection[str]) -> list[str]:
    """Those that say "part" or the like, and differ in nothing but a number or a letter; empty where fewer than two."""
    return _most_alike(
        name
        for name in names
        if (said := set(words_of(name))) & (PIECES if any(map(str.isdigit, name)) else LETTERED) and not said & CLASSES
    )


def numbered_groups(names: Collection[str]) -> list[str]:
    """Those that say "patient" or the like before a number, or hold a long number behind words, and nothing differs."""
    called = _most_alike(name for name in names if _is_behind(name, GROUPS))
    return called or _numbered_cases(names)


def _numbered_cases(names: Collection[str]) -> list[str]:
    """Nearly all of several, where they hold long numbers behind one word that say nothing, as of cases."""
    alike = _most_alike(
        name for name in names if LONG.search(name) and _has_a_word(name) and not CLASSES & set(words_of(name))
    )
    numbers = [int(found) for name in alike for found in LONG.findall(name)]
    round_ones = sum(number % 10 == 0 for number in numbers)
    return alike if len(alike) >= max(CASES, NEARLY_ALL * len(names)) and 2 * round_ones < len(numbers) else []


def _is_behind(name: str, words: frozenset[str]) -> bool:
    said = words_of(name)
    return bool(said) and said[-1] in words and any(map(str.isdigit, name))


def _has_a_word(name: str) -> bool:
    """Whether a word of two letters stands before the number: `TCGA_CS_4941`, and not the code `n01443537`."""
    return len(re.sub(r"[\W\d_].*", "", name)) > 1


def _most_alike(names: Iterable[str]) -> list[str]:
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault(_without_number(name), []).append(name)
    return max((found for found in alike.values() if len(found) > 1), key=len, default=[])


def _without_number(name: str) -> str:
    """A name with its numbers, or the letter or Roman number at its end, left open."""
    if any(map(str.isdigit, name)):
        return re.sub(r"\d+", "#", name.casefold())
    return re.sub(r"(?<=[\W_])(?:[a-z]|[ivx]+)$", "#", re.sub(r"(?<=[a-z])[A-Z]$", "#", name).casefold())


def pictures_and_masks(names: Collection[str]) -> tuple[str, str] | None:
    """A folder of photographs and one of what was drawn over them, among some; None where not both are there."""
    of_pictures = [
        name for name in names if (PICTURES & set(words_of(name)) or part_of(name)) and not MASKS & set(words_of(name))
    ]
    of_masks = [name for name in names if MASKS & set(words_of(name))]
    return (of_pictures[0], of_masks[0]) if of_pictures and of_masks else None
