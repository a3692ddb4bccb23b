"""What whole groups did not allow to be balanced, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from biasaudit.conclude.parts import OTHER, UNKNOWN, Counted, Parts
from biasaudit.evidence.ties import Tie
from biasaudit.images.names import escaped
from biasaudit.images.table import ImageTable

NOTICED, AT_LEAST = 0.1, 1.0
"""How far a count may be off what its part should hold, as a share of that and in images, before it is told."""
WIDEST = 44
"""Letters of the name of a class, a cue or a value."""


def shortfalls(parts: Parts, images: ImageTable, group: str) -> Iterator[str]:
    """A line for each thing of which a part holds too much or too little, or a class that a part lacks."""
    sizes = parts.sizes()
    due = parts.shares * images.n
    if (np.abs(sizes - due) > np.maximum(AT_LEAST, NOTICED * due) + 1e-9).any():
        place = int(np.argmax(np.abs(sizes - due) / due))
        few = int((np.bincount(images.codes) * parts.shares[place] < 1).sum())
        why = _why(parts, np.ones(images.n, dtype=bool), images, group)
        if few >= abs(sizes[place] - due[place]) / 2:
            why = f"{few} classes are so small that an image of each is more than its share"
        yield f"images: {sizes[place]} in {escaped(parts.names[place], 20)}, {due[place]:.0f} asked for: {why}."
    for counted in parts.counted:
        of, among = parts.counts(counted)
        excess, lacks = excess_of(of, among), (of == 0) & (counted.tie is None)
        off = np.flatnonzero((excess > 0).any(axis=0) | lacks.any(axis=0))
        for thing in _worst(counted, off, excess):
            what, where = _named(counted, thing, images), _where(parts, of, among, excess, lacks, thing)
            yield f"{what}: {where}: {_why(parts, counted.codes == thing, images, group)}."


def _worst(counted: Counted, off: np.ndarray, excess: np.ndarray) -> list[int]:
    """Of the values of a column, and the sides of a cue, the one that is farthest off in each class."""
    ranked = sorted(off.tolist(), key=lambda thing: (-excess[:, thing].max(), counted.level[thing] == OTHER))
    first = {int(counted.label[thing]): thing for thing in reversed(ranked)}
    return [first[label] for label in sorted(first)]


def _where(parts: Parts, of: np.ndarray, among: np.ndarray, excess: np.ndarray, lacks: np.ndarray, thing: int) -> str:
    """The parts that lack a class, or the one that is farthest off; arrays: (parts, m)."""
    if lacks[:, thing].any():
        return f"none in {' and '.join(escaped(parts.names[place], 20) for place in np.flatnonzero(lacks[:, thing]))}"
    place = int(np.argmax(excess[:, thing]))
    whole = of[:, thing].sum() / among[:, thing].sum()
    share = of[place, thing] / among[place, thing]
    return f"{share:.0%} in {escaped(parts.names[place], 20)}, {whole:.0%} in all"


def _named(counted: Counted, thing: int, images: ImageTable) -> str:
    label = escaped(images.classes[counted.label[thing]], WIDEST)
    if counted.tie is None:
        return label
    cue, level = escaped(counted.tie.cue.id, WIDEST), escaped(counted.level[thing], WIDEST)
    if counted.tie.cue.levels is not None:
        return f"{cue} = {level}, in {label}"
    return f"{cue} not known, in {label}" if level == UNKNOWN else f"{side_of(counted.tie)}, in {label}"


def _why(parts: Parts, rows: np.ndarray, images: ImageTable, group: str) -> str:
    """Why whole groups allow no better: they are too few, or one of them is too large. rows: bool (n,)."""
    units, first, counts = np.unique(parts.units[rows], return_index=True, return_counts=True)
    n, largest = int(counts.sum()), int(np.argmax(counts))
    one = _unit(parts, int(np.flatnonzero(rows)[first[largest]]), images, group)
    if len(units) == 1 and n > 1:
        return f"all {n} images are of {one}"
    if counts[largest] > max(1, parts.shares.min() * n):
        return f"{one} has {counts[largest]} of the {n} images"
    if len(units) < len(parts.names):
        what = "images" if len(units) == n else "groups"
        return f"there are {len(units)} such {what} for {len(parts.names)} parts"
    return "what else is kept whole or in its shares allows no better"


def _unit(parts: Parts, image: int, images: ImageTable, group: str) -> str:
    """What stays together with an image, in words: its group, its copies, or groups that copies connect."""
    together = np.flatnonzero(parts.units == parts.units[image])
    names: Sequence[str] = images.frame.get("own_group", images.frame["group"]).iloc[together].unique().tolist()
    if not images.grouped:
        return f"{escaped(str(images.ids[image]), 60)} with its copies"
    name = f"{escaped(group, 30)} {escaped(names[0], 40)}"
    return name if len(names) == 1 else f"{name} and {len(names) - 1} more that copies connect with it"


def excess_of(of: np.ndarray, among: np.ndarray) -> np.ndarray:
    """By how many images each part is farther off its share than may be, float (parts, m); at most 0 where it is not.

    of: int (parts, m), images of m things. among: those of which they are a share.
    """
    due = among * (of.sum(axis=0) / np.maximum(1, among.sum(axis=0)))
    return np.abs(of - due) - np.maximum(AT_LEAST, NOTICED * due) - 1e-9


def side_of(tie: Tie) -> str:
    """The side of a measured cue that goes with its class: "ruler", "no ruler", "more brightness"."""
    words = tie.cue.id.replace("_", " ")
    if tie.cue.threshold is None:
        return f"{'more' if tie.direction > 0 else 'less'} {words}"
    return words if tie.direction > 0 else f"no {words}"
