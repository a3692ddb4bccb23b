"""Parts of the data for training and testing that are alike: groups and copies whole, classes and cues in their shares.

Cues are balanced within each class, so that they tell it in no part more than in another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from biasaudit.errors import DataError, UsageError
from biasaudit.evidence.named.cue_values import coded
from biasaudit.evidence.ties import Tie
from biasaudit.images.names import as_unicode, escaped
from biasaudit.images.table import ImageTable
from biasaudit.stats import contingency, generator
from biasaudit.stats.dealing import dealt

OTHER, THIS, UNKNOWN = "other", "this", "not known"
"""Sides of a measured cue: that which goes with its class is this one."""
ROUNDING = 0.005
"""How far the shares that are asked for may be off 1 together, or off 100 by as much of it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Counted:
    """What each part should hold its share of: each class and, of a cue, each of its sides within each class."""

    codes: np.ndarray
    """int (n,): which of the m things an image counts for."""
    label: np.ndarray
    """int (m,): the class of each."""
    level: tuple[str, ...]
    """m texts: of a column the value, of a measured cue OTHER, THIS or UNKNOWN; "" of the classes."""
    tie: Tie | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Parts:
    """Which part each image goes to."""

    names: tuple[str, ...]
    shares: np.ndarray
    """float (parts,): what was asked for; the sum is 1."""
    part: np.ndarray
    """int (n,): place in `names`."""
    units: np.ndarray
    """int (n,): the same number for images that had to stay together."""
    counted: tuple[Counted, ...]
    """The classes, and each cue that was to be kept in its shares."""

    def sizes(self) -> np.ndarray:
        """Images by part, int (parts,)."""
        return np.bincount(self.part, minlength=len(self.names))

    def counts(self, counted: Counted) -> tuple[np.ndarray, np.ndarray]:
        """Images of each of m things in each part, and those of which they are a share: int (parts, m) twice.

        A class is a share of all images, and the side of a cue one of its class.
        """
        shape = len(self.names), len(counted.label)
        of = contingency(self.part, counted.codes[None], *shape)[0]
        if counted.tie is None:
            return of, np.repeat(self.sizes()[:, None], shape[1], axis=1)
        return of, self.counts(self.counted[0])[0][:, counted.label]


def shares_of(parts: Sequence[str]) -> dict[str, float]:
    """The parts that were asked for, such as ("train=0.8", "test=0.2") or of a hundred, as name -> share, sum 1.

    Raises UsageError where they are no parts of a whole.
    """
    shares: dict[str, float] = {}
    for text in parts:
        name, share = as_unicode(text.partition("=")[0].strip()), _number(text.partition("=")[2])
        if not (name and 0 < share < np.inf) or name in shares:
            raise UsageError(
                f"--parts: {escaped(text, 60)!r} is no part. Give each a name and a share, once: train=0.8,test=0.2."
            )
        shares[name] = share
    whole = sum(shares.values())
    if len(shares) < 2 or not any(abs(whole - each) <= ROUNDING * each for each in (1, 100)):
        raise UsageError(
            f"--parts: {len(shares)} part(s) with {whole:g} together. Give two or more that make up 1 (or 100): "
            "train=0.7,val=0.15,test=0.15."
        )
    return {name: share / whole for name, share in shares.items()}


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan


def deal(images: ImageTable, tied: Sequence[Tie], shares: dict[str, float], seed: int) -> Parts:
    """Deal whole groups, and what copies connect, into parts. Raises DataError where a part would stay empty."""
    units, shares_asked = images.group_codes, np.array(list(shares.values()))
    n_units = int(units.max()) + 1
    counted = (_classes(images), *(_within_classes(tie, images) for tie in tied))
    columns = [np.zeros(images.n, dtype=int)]
    matters = [np.ones(1)]
    for each in counted:
        columns.append(each.codes + sum(map(len, matters)))
        matters.append(np.full(len(each.label), 1 / len(each.label)))
    counts = csr_array(
        (np.ones(images.n * len(columns)), (np.tile(units, len(columns)), np.concatenate(columns))),
        shape=(n_units, sum(map(len, matters))),
    )
    rng = generator(seed, "deal into parts")
    part = dealt(counts, np.concatenate(matters), len(images.classes), shares_asked, rng)
    found = Parts(names=tuple(shares), shares=shares_asked, part=part[units], units=units, counted=counted)
    empty = [name for name, n in zip(found.names, found.sizes(), strict=True) if not n]
    if empty:
        raise DataError(
            f"The part {escaped(empty[0], 60)!r} would hold no image: {images.n} images are {n_units} group(s) that "
            "must stay whole. Ask for fewer or larger parts with --parts, or look whether --group-by names the patient "
            "or scene."
        )
    return found


def _classes(images: ImageTable) -> Counted:
    return Counted(codes=images.codes, label=np.arange(len(images.classes)), level=("",) * len(images.classes))


def _within_classes(tie: Tie, images: ImageTable) -> Counted:
    """The values of a column, or the two sides of a measured cue and what is not known, within each class."""
    if tie.cue.levels is None:
        names, level = [OTHER, THIS, UNKNOWN], np.where(tie.known, tie.present.astype(int), 2)
    else:
        names, level = list(map(str, coded(tie.cue.levels)[0])), coded(tie.cue.levels)[1]
    occur, codes = np.unique(level * len(images.classes) + images.codes, return_inverse=True)
    place, label = np.divmod(occur, len(images.classes))
    return Counted(codes=codes, label=label, level=tuple(names[each] for each in place), tie=tie)
