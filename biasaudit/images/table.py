"""The table of what is audited: one row an image, with its label, split, group and metadata."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from biasaudit.errors import DataError, UsageError
from biasaudit.images.decode import Unreadable, decode
from biasaudit.images.folder import LINK_OUT, LINK_TO_FOLDER, OUTSIDE, Found, find_files, shown
from biasaudit.images.match import NO_FILE, join_rows
from biasaudit.images.metadata import read_metadata
from biasaudit.images.photo import Photo
from biasaudit.results import Excluded

MIN_PER_CLASS = 2
"""With one image a class cannot be on both sides of a split."""

HELD_OUT = ("test", "val", "valid", "validation")
"""Names of the part of a given split that a model is tested on, the first that occurs."""

NO_LABEL = "no class folder"
TOO_FEW = f"class with fewer than {MIN_PER_CLASS} images"
NOT_OURS = frozenset({NO_LABEL, NO_FILE, TOO_FEW, OUTSIDE, LINK_OUT, LINK_TO_FOLDER})
"""Reasons that say nothing of whether a file can be read."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ImageTable:
    """What is audited. Pixels are not held: `decode(table.path(i))` reads them."""

    root: Path
    frame: pd.DataFrame
    """One row an image, sorted by id, RangeIndex, all text: id (POSIX path relative to root, valid Unicode),
    label, split (missing where there is none), group, and the CSV's other columns as meta_<column>."""
    excluded: tuple[Excluded, ...] = ()
    notes: dict[str, int] = field(default_factory=dict)
    """Things seen while reading, and how often."""
    warnings: tuple[str, ...] = ()
    metadata_columns: tuple[str, ...] = ()
    """Columns of the CSV that are in `frame`, without the "meta_"."""
    grouped: bool = False
    """Whether `group` comes from a column; otherwise each image is its own group."""
    disk_names: Mapping[str, str] = field(default_factory=dict, repr=False)
    """id -> name on disk, for the ids that differ from it (names that are no UTF-8)."""

    def path(self, index: int) -> Path:
        """Where row `index` lies on disk."""
        id = str(self.frame["id"].iat[index])
        return self.root / self.disk_names.get(id, id)

    def photo(self, index: int) -> Photo:
        """Decode row `index` again. Raises DataError where the file can no longer be read as it was."""
        try:
            return decode(self.path(index))
        except (Unreadable, OSError) as error:
            raise DataError(
                f"{shown(self.ids[index])} changed while it was audited ({error}). Run again when nothing writes there."
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
        """object (str), (n,): images of one group must stay on one side of every split."""
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
        """int (n,): place of each image's label in `classes`."""
        numbers, names = pd.factorize(self.frame["label"])
        return _in_order(names)[numbers]

    @property
    def held_out(self) -> np.ndarray:
        """bool (n,): the given test part (or validation part, where there is no test), which nothing is learnt from.

        None of them, where the rest would not hold every class.
        """
        numbers, names = pd.factorize(self.frame["split"])
        given = [str(name).lower() for name in names]
        part = next((name for name in HELD_OUT if name in given), None)
        held = np.isin(numbers, [number for number, name in enumerate(given) if name == part])
        return held & (len(np.unique(self.codes[~held])) == len(self.classes))

    @property
    def unreadable(self) -> tuple[Excluded, ...]:
        """Those of `excluded` that are images, or should be, and could not be read."""
        return tuple(e for e in self.excluded if e.reason not in NOT_OURS)

    def rows_of(self, ids: Iterable[str]) -> dict[str, int]:
        """id -> row, of some ids."""
        rows = np.flatnonzero(self.frame["id"].isin(list(ids))).tolist()
        return {str(self.frame["id"].iat[row]): row for row in rows}

    def subset(self, rows: Sequence[int] | np.ndarray) -> ImageTable:
        """The table of the given row positions or of a boolean mask, in this table's order."""
        chosen = np.asarray(rows)
        keep = np.flatnonzero(chosen) if chosen.dtype == bool else np.unique(chosen.astype(int))
        return replace(self, frame=self.frame.iloc[keep].reset_index(drop=True))

    def without(self, unreadable: Mapping[int, str]) -> ImageTable:
        """Leave out rows, most often those that could not be decoded: {row position: reason}."""
        ids, labels = self.ids, self.labels
        out = [Excluded(path=ids[i], reason=unreadable[i], label=labels[i]) for i in sorted(unreadable)]
        rest = self.subset(np.setdiff1d(np.arange(self.n), list(unreadable)))
        return replace(rest, excluded=(*self.excluded, *out))


def _in_order(names: pd.Index) -> np.ndarray:
    """int (m,): place of each of some distinct names among them in order."""
    place = np.empty(len(names), dtype=np.int64)
    place[np.argsort(names.to_numpy(dtype=object), kind="stable")] = np.arange(len(names))
    return place


def read_folder(
    root: Path,
    *,
    metadata: Path | None = None,
    group_by: str | None = None,
    split: str | None = None,
    ignore: Sequence[str] = (),
    drop_small: bool = False,
    max_bad: float = 0.2,
) -> ImageTable:
    """List the images under `root` with their labels, and join the CSV's rows to them. Decodes nothing.

    `group_by` and `split` name columns of the CSV, `ignore` columns to leave out. `max_bad` is the share of
    the CSV's rows that may name no file. Raises UsageError (the command or the CSV is wrong) and DataError
    (the images cannot be audited).
    """
    root = Path(root)
    found = find_files(root)
    rows = read_metadata(Path(metadata)) if metadata is not None else None
    _check_columns(rows, group_by=group_by, split=split, ignore=ignore)

    notes = Counter(found.notes)
    warnings = list(found.warnings)
    excluded = list(found.excluded)
    frame = pd.DataFrame({"path": pd.Series(list(found.files), dtype="str")})
    columns: list[str] = []
    if rows is not None:
        warnings += rows.attrs["warnings"]
        rows = rows.drop(columns=[c for c in ignore if c not in ("path", group_by, split)])
        frame, lost, counts = join_rows(rows, found.files, max_bad=max_bad)
        excluded += lost
        notes.update(counts)
        warnings += [f"{text}: {n}" for text, n in counts.items()]
        columns = [c for c in rows.columns if c not in ("path", "label", *ignore)]
    if group_by and (alone := int(frame[group_by].isna().sum())):
        notes["no group given: the image is its own group"] += alone

    table = _with_labels(frame, found, excluded, group_by=group_by, split=split, columns=columns)
    table = replace(
        table,
        root=root,
        notes=dict(notes),
        warnings=tuple(warnings),
    )
    return check_usable(table, max_bad=max_bad, drop_small=drop_small)


def check_usable(table: ImageTable, max_bad: float = 0.2, drop_small: bool = False) -> ImageTable:
    """Make sure that there is something to audit; call it again once the unreadable files are known.

    Returns the table, less the classes that are too small where `drop_small` allows that. Raises DataError
    where more than `max_bad` of the files are unreadable, or a class is too small, or only one is left.
    """
    bad = len(table.unreadable)
    seen = table.n + bad
    if bad > max_bad * seen:
        commonest = Counter(e.reason for e in table.unreadable).most_common(1)[0][0]
        raise DataError(
            f"{bad} of {seen} files cannot be read; most often: {commonest}. "
            f"Mend them, or allow it with --max-bad {min(1.0, bad / seen + 0.01):.2f}."
        )
    if table.n == 0:
        raise DataError(
            f"There are no labelled images in {shown(str(table.root))}. "
            f"FOLDER must hold one sub-folder of images a class, or --metadata must give a 'label' column."
        )
    sizes = Counter(table.labels)
    small = {name for name, n in sizes.items() if n < MIN_PER_CLASS}
    if small and not drop_small:
        named = ", ".join(repr(shown(name, 60)) for name in sorted(small)[:5])
        raise DataError(
            f"{len(small)} class(es) have fewer than {MIN_PER_CLASS} images: {named}. "
            f"Add images, or leave these classes out with --drop-small."
        )
    if small:
        table = table.without({i: TOO_FEW for i, name in enumerate(table.labels) if name in small})
    if len(table.classes) < 2:
        kept = ", ".join(repr(shown(name, 60)) for name in table.classes) or "none"
        raise DataError(f"An audit compares classes, and there is only one: {kept}. Add a second class folder.")
    return replace(table, warnings=(*table.warnings, *_lost_classes(table), *_split_unused(table)))


def _split_unused(table: ImageTable) -> list[str]:
    """A warning where a test part was given, but the rest does not hold every class, so that it is learnt from too."""
    given = {str(value).lower() for value in table.frame["split"].dropna()}
    text = "the given test part is used as any other images: the rest does not hold every class"
    return [text] if given & set(HELD_OUT) and not table.held_out.any() and text not in table.warnings else []


def _lost_classes(table: ImageTable) -> list[str]:
    """A warning for each class of which nothing is left."""
    lost = Counter(e.label for e in table.excluded if e.label is not None and e.label not in table.classes)
    texts = [f"class {shown(name, 60)} left out: none of its {n} files can be used" for name, n in lost.items()]
    return [text for text in sorted(texts) if text not in table.warnings]


def _check_columns(
    rows: pd.DataFrame | None, *, group_by: str | None, split: str | None, ignore: Sequence[str]
) -> None:
    wanted = [("--group-by", group_by), ("--split", split), *(("--ignore", c) for c in ignore)]
    for option, column in wanted:
        if column is None:
            continue
        if rows is None:
            raise UsageError(f"{option} {shown(column)} needs a table: name it with --metadata.")
        if column not in rows.columns:
            have = ", ".join(repr(shown(str(c), 40)) for c in rows.columns)
            raise UsageError(f"{option}: the CSV has no column {shown(column)!r}; it has {have}.")


def _with_labels(
    frame: pd.DataFrame,
    found: Found,
    excluded: list[Excluded],
    *,
    group_by: str | None,
    split: str | None,
    columns: list[str],
) -> ImageTable:
    """Settle label, split and group of each row; the CSV's word comes before the folder's."""
    frame = frame.sort_values("path", ignore_index=True)
    ids = frame["path"]
    labels = pd.Series([found.label(id) for id in ids], dtype="str")
    if "label" in frame:
        labels = frame["label"].str.strip().replace("", None).fillna(labels).str.normalize("NFC")
    splits = frame[split] if split else pd.Series([found.split(id) for id in ids], dtype="str")
    groups = frame[group_by].fillna(ids) if group_by else ids
    table = pd.DataFrame({"id": ids, "label": labels, "split": splits, "group": groups}, dtype="str")
    table = table.join(frame[columns].add_prefix("meta_"))
    unlabelled = [Excluded(path=id, reason=NO_LABEL) for id in ids[labels.isna()]]
    table = table[labels.notna()].reset_index(drop=True)
    return ImageTable(
        root=Path(),
        frame=table,
        excluded=(*excluded, *unlabelled),
        metadata_columns=tuple(columns),
        grouped=group_by is not None,
        disk_names={id: name for id, name in found.files.items() if id != name},
    )
