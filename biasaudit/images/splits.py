"""What the parts of a given split are usually called."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Literal

from biasaudit.images.names import apart, words_of

Part = Literal["train", "validation", "test", "fold"]
"""What a part of a split is for."""

NAMES: dict[str, Part] = {
    **dict.fromkeys(("train", "training", "trainset", "trainval"), "train"),
    **dict.fromkeys(("val", "valid", "validate", "validation", "dev", "eval", "evaluation", "valset"), "validation"),
    **dict.fromkeys(("test", "testing", "testset", "holdout", "heldout"), "test"),
    **dict.fromkeys(("fold",), "fold"),
}  # fmt: skip
"""In lower case."""

NEUTRAL = dict.fromkeys(("set", "data", "dataset", "images", "imgs", "split", "part", "hold", "held", "out"))
"""Words beside them that say nothing more."""

USUAL = frozenset(NAMES)
"""What everybody calls a part; any other name may tell something of the data."""


def part_of(name: str) -> Part | None:
    """What a part of this name is for: `Training`, `seg_train`, `train2017`, `fold1`; None where it says nothing."""
    if (whole := re.sub(r"[\W_]+", "", name).casefold()) in NAMES:
        return NAMES[whole]
    said = {NAMES[word] for word in words_of(name) if word in NAMES}
    return said.pop() if len(said) == 1 else None


def part_name(name: str) -> str:
    """A part's name in lower case, its words apart where capitals alone parted them: `TestImages` is test_images."""
    return apart(name).casefold()


def alike_but_for_the_part(names: Iterable[str]) -> bool:
    """Whether names differ in what they say of a part alone: `seg_train` and `seg_test`, not `bullet_train` and `test`.

    Numbers and words such as "set" and "images" say nothing.
    """
    rests = {tuple(word for word in words_of(name) if word not in NAMES | NEUTRAL) for name in names}
    return len(rests) == 1


def is_plain(name: str) -> bool:
    """Whether a name is that of a part and nothing besides, in any case: `Training`, and not `bullet_train`."""
    return name.casefold() in NAMES


def split_column(wanted: str | None, columns: Collection[str]) -> str | None:
    """The column that `--split` names: all that it says, or what stands before the value in "COLUMN=VALUE"."""
    if wanted is None or wanted in columns:
        return wanted
    column = wanted.rpartition("=")[0]
    return column if column in columns else wanted


def held_out_names(names: Iterable[str]) -> set[str]:
    """Those of some names that mean the part that a model is tested on: test, else validation; none of other names."""
    parts = {name: part_of(name) for name in names}
    for wanted in ("test", "validation"):
        if found := {name for name, part in parts.items() if part == wanted}:
            return found
    return set()
