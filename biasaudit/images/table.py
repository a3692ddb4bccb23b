"""The table of what is audited: one row an image, with its label, split, group and metadata."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from biasaudit.errors import DataError
from biasaudit.images.decode import decode
from biasaudit.images.kinds.kind import AS_STORED, Scale
from biasaudit.images.names import escaped
from biasaudit.images.photo import Photo
from biasaudit.images.reasons import READABLE, LeftOut, Reason, Unreadable
from biasaudit.images.splits import held_out_names
from biasaudit.results import Excluded, Sentence


@dataclass(frozen=True, kw_only=True, eq=False)
class ImageTable:
    """What is audited. Pixels are not held: `table.photo(i)` reads them."""

    root: Path
    frame: pd.DataFrame
    """One row an image, sorted by id, RangeIndex, all text: id (POSIX path relative to root, valid Unicode), label,
    split (missing where there is none), group (patient or scene), and what else is told as meta_<column>."""
    left_out: tuple[LeftOut, ...] = ()
    """Files that are not audited."""
    notes: dict[str, int] = field(default_factory=dict)
    """Things seen while reading, and how often."""
    warnings: tuple[Sentence, ...] = ()
    read_as: tuple[Sentence, ...] = ()
    """How files, labels, splits and groups were told apart."""
    metadata_columns: tuple[str, ...] = ()
    """Columns of `frame` that begin with "meta_", without it."""
    grouped: bool = False
    """Whether groups were given; otherwise each image is its own."""
    disk_names: Mapping[str, str] = field(default_factory=dict, repr=False)
    """id -> name on disk, for the ids that differ from it (names that are no UTF-8)."""
    lost_classes: tuple[str, ...] = ()
    """Classes of which every file was left out, as a warning says of each."""
    split_unused: bool = False
    """Whether a warning says that the given test part cannot be held out."""
    scale: Scale = AS_STORED
    """What is black and white in files that do not say it, the same in all of them."""

    def path(self, index: int) -> Path:
        """Where row `index` lies on disk."""
        id = str(self.frame["id"].iat[index])
        return self.root / self.disk_names.get(id, id)

    def photo(self, index: int) -> Photo:
        """Decode row `index` again. Raises DataError where the file can no longer be read as it was."""
        try:
            return decode(self.path(index), self.scale)
        except (Unreadable, OSError) as error:
            raise DataError(
                f"{escaped(self.ids[index])} changed while it was audited ({error}). "
                f"Run again when nothing writes there."
            ) from error

    @property
    def n(self) -> int:
        """Number of images."""
        return len(self.frame)

    @property
    def ids(self) -> np.ndarray:
        """object (str), (n,)."""
        return self.frame["id"].to_numpy(dtype=object)

    @property
    def labels(self) -> np.ndarray:
        """object (str), (n,)."""
        return self.frame["label"].to_numpy(dtype=object)

    @property
    def groups(self) -> np.ndarray:
        """object (str), (n,): the patient or scene of each, whose images must stay on one side of every split."""
        return self.frame["group"].to_numpy(dtype=object)

    @cached_property
    def group_codes(self) -> np.ndarray:
        """int32 (n,): place of each image's group among the sorted names: quicker to count, and far smaller."""
        if self.frame["group"].equals(self.frame["id"]):  # which are in order, and none stands there twice
            return np.arange(self.n, dtype=np.int32)
        numbers, names = pd.factorize(self.frame["group"])
        return _in_order(names)[numbers].astype(np.int32)

    @cached_property
    def classes(self) -> list[str]:
        """The distinct labels, sorted."""
        return sorted(map(str, self.frame["label"].unique()))

    @cached_property
    def codes(self) -> np.ndarray:
        """int64 (n,): place of each image's label in `classes`."""
        numbers, names = pd.factorize(self.frame["label"])
        return _in_order(names)[numbers]

    @property
    def held_out(self) -> np.ndarray:
        """bool (n,): the given test part (or validation part, where there is no test), which nothing is learnt from.

        None of them, where the rest would not hold every class.
        """
        numbers, names = pd.factorize(self.frame["split"])
        given = [str(name) for name in names]
        parts = held_out_names(given)
        held = np.isin(numbers, [number for number, name in enumerate(given) if name in parts])
        return held & (len(np.unique(self.codes[~held])) == len(self.classes))

    @property
    def excluded(self) -> tuple[Excluded, ...]:
        """What is left out, as it stands in `audit.json`."""
        return tuple(each.record() for each in self.left_out)

    @property
    def unreadable(self) -> tuple[LeftOut, ...]:
        """What is left out because it could not be read, and is an image or should be."""
        return tuple(each for each in self.left_out if each.reason not in READABLE)

    def rows_of(self, ids: Iterable[str]) -> dict[str, int]:
        """id -> row, of some ids."""
        rows = np.flatnonzero(self.frame["id"].isin(list(ids))).tolist()
        return {str(self.frame["id"].iat[row]): row for row in rows}

    def subset(self, rows: Sequence[int] | np.ndarray) -> ImageTable:
        """The table of the given row positions or of a boolean mask, in this table's order."""
        chosen = np.asarray(rows)
        keep = np.flatnonzero(chosen) if chosen.dtype == bool else np.unique(chosen.astype(int))
        return replace(self, frame=self.frame.iloc[keep].reset_index(drop=True))

    def undivided(self) -> ImageTable:
        """The table as if no split were given."""
        return replace(self, frame=self.frame.assign(split=pd.Series(None, index=self.frame.index, dtype="str")))

    def without(self, unreadable: Mapping[int, str]) -> ImageTable:
        """Leave out rows that could not be decoded: {row position: what is wrong with the file}."""
        return self.leaving_out(unreadable, Reason.UNREADABLE)

    def leaving_out(self, details: Mapping[int, object], reason: Reason) -> ImageTable:
        """Leave out rows for a reason: {row position: the detail in its words}."""
        ids, labels = self.ids, self.labels
        out = [LeftOut(path=ids[i], reason=reason, detail=details[i], label=labels[i]) for i in sorted(details)]
        rest = self.subset(np.setdiff1d(np.arange(self.n), list(details)))
        return replace(rest, left_out=(*self.left_out, *out))


def _in_order(names: pd.Index) -> np.ndarray:
    """int (m,): place of each of some distinct names among them in order."""
    place = np.empty(len(names), dtype=np.int64)
    place[np.argsort(names.to_numpy(dtype=object), kind="stable")] = np.arange(len(names))
    return place
