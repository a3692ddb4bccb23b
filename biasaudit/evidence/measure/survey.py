"""One pass over the files: each image is decoded once, measured by every cue, and handed to the network's store."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd

from biasaudit.cues.cue import Cue
from biasaudit.errors import EnvironmentFault
from biasaudit.evidence.copies.duplicates import copies_among, copy_notes, joined, no_copies
from biasaudit.evidence.measure.columns import FACTS, TEXTS, Columns, Shard, shard_of
from biasaudit.evidence.measure.file_columns import with_file_columns
from biasaudit.evidence.measure.photograph import measure
from biasaudit.evidence.named.too_small import LEAST_KNOWN, missed
from biasaudit.images.decode import Unreadable, content_hash, decode
from biasaudit.images.kinds.kind import Scale
from biasaudit.images.photo import WORKING_SIDE, Photo
from biasaudit.images.pixels import PixelStore
from biasaudit.images.small import SIDE, SmallStore, small_of
from biasaudit.images.table import ImageTable
from biasaudit.images.words import too_small_for
from biasaudit.results import Sentence
from biasaudit.runtime.cache import Cache, digest_of, key_of
from biasaudit.runtime.checkpoints import NOTHING_KEPT, Checkpoints
from biasaudit.runtime.cluster import on_cluster, shared_cores, spread
from biasaudit.runtime.processes import end_processes, hand_back_freed_memory, share_cores
from biasaudit.runtime.progress import Progress

SHARD, SHARDS = 32, 16
"""Images a task: small enough to show progress, large enough to hide the cost of handing it over; fewer where there
would be fewer tasks than this, so that all processes are done at about the same time."""
LITTLE = 4 * SHARD, 8 * 2**20
"""Up to so many images, of so many bytes together, starting processes would take longer than the work."""
MANY = 10_000
"""Images from which processes are ended once all are read: what follows needs the memory more than their start."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Survey:
    """What one pass over the files found."""

    images: ImageTable
    """The readable images; copies of one picture share a group, `frame["own_group"]` is the one that was read."""
    values: pd.DataFrame
    """One row an image in the same order: a column for each measured cue, and hash, width, height, format, notes."""
    pixels: PixelStore | None
    """Network-sized pixels where a network will run; `rows` says which row is whose."""
    rows: np.ndarray
    """int (n,): row in `pixels` of each readable image."""
    copies: pd.DataFrame = field(default_factory=no_copies)
    """Pairs of files that show one picture, or one scene: their ids as first and second, and the kind of copy, of
    `duplicates.KINDS`, or what they have in common, of `duplicates.RELATED`."""

    @property
    def sizes(self) -> np.ndarray:
        """int (n, 2): width and height of each file's picture, in pixels; `WORKING_SIDE` where they were not kept."""
        return self.values.reindex(columns=["width", "height"], fill_value=WORKING_SIDE).to_numpy(dtype=int)

    def of(self, images: ImageTable) -> Survey:
        """The survey of a part of its images."""
        if images.frame is self.images.frame:
            return replace(self, images=images)
        keep = self.images.frame["id"].isin(images.frame["id"]).to_numpy()
        left = self.copies[self.copies[["first", "second"]].isin(set(images.ids)).all(axis=1)].reset_index(drop=True)
        values = self.values[keep].reset_index(drop=True)
        return replace(self, images=images, values=values, rows=self.rows[keep], copies=left)


def _read(path: Path, scale: Scale, store: PixelStore | None, row: int) -> tuple[Photo, str] | str:
    """The picture and its file's hash, or why there is none."""
    try:
        photo, digest = decode(path, scale), content_hash(path)
    except Unreadable as error:
        return str(error)
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"
    if store is not None:
        store.take(row, photo.rgb)
    return photo, digest


def _measure_and_note(photo: Photo, cues: Sequence[Cue]) -> dict[str, Any]:
    """Cue id -> its value, and under `notes` which cues failed; all plain JSON."""
    values, notes = measure(photo, cues)
    return values | {"notes": notes}


def _measure_shard(
    paths: Sequence[Path],
    scale: Scale,
    cues: Sequence[Cue],
    store: PixelStore | None,
    start: int,
    one_thread: bool,
    checkpoints: Checkpoints,
) -> tuple[Shard, bytes]:
    """What was measured, and the small pictures one after another.

    An interrupted run keeps the numbers, which take the time; words may be of a person.
    """
    if one_thread:
        share_cores()
    read = [_read(path, scale, store, start + offset) for offset, path in enumerate(paths)]
    good = [pair for pair in read if not isinstance(pair, str)]
    numbers, words = [cue for cue in cues if not cue.words], [cue for cue in cues if cue.words]
    inputs = [(photo.file.folder, photo.file.name, digest, repr(scale)) for photo, digest in good]
    measured = iter(
        checkpoints.json("survey", inputs, lambda: [_measure_and_note(photo, numbers) for photo, _ in good])
    )
    pictures = b"".join(bytes(SIDE * SIDE) if isinstance(pair, str) else small_of(pair[0].gray) for pair in read)
    return shard_of(start, [_record(pair, words, measured) for pair in read], cues), pictures


def _record(pair: tuple[Photo, str] | str, words: Sequence[Cue], measured: Iterator[dict[str, Any]]) -> dict[str, Any]:
    if isinstance(pair, str):
        return {"unreadable": pair}
    (photo, digest), numbers, told = pair, next(measured), _measure_and_note(pair[0], words)
    return (
        numbers
        | told
        | {
            "hash": digest,
            "width": photo.file.width,
            "height": photo.file.height,
            "format": photo.file.format,
            "notes": "\n".join([*photo.file.notes, *numbers["notes"], *told["notes"]]),
            "unreadable": None,
        }
    )


def _is_little(images: ImageTable) -> bool:
    return images.n < LITTLE[0] and sum(_stamp(images.path(row))[0] for row in range(images.n)) < LITTLE[1]


def _measure_all(
    images: ImageTable,
    cues: Sequence[Cue],
    store: PixelStore | None,
    smalls: Path,
    jobs: int | None,
    progress: Progress,
    checkpoints: Checkpoints,
) -> pd.DataFrame:
    few = _is_little(images)
    size = SHARD if few else min(SHARD, max(4, images.n // SHARDS))
    starts = range(0, images.n, size)
    beside = shared_cores(jobs, few=few)

    def task(start: int) -> Any:
        paths = [images.path(row).absolute() for row in range(start, min(start + size, images.n))]
        return joblib.delayed(_measure_shard)(paths, images.scale, cues, store, start, beside, checkpoints)

    columns, small = Columns(images.n, cues), SmallStore.create(smalls.with_name("small.part"), images.n)
    measured = spread((task(start) for start in starts), jobs, few=few)
    for shard, pictures in progress.track(measured, f"Reading {images.n} images", len(starts)):
        _check_unreadable(images, shard)
        columns.fill(shard)
        small.write(shard.start, pictures)
    small.path.replace(smalls)
    if images.n >= MANY:
        if beside and on_cluster() is None:
            end_processes()
        hand_back_freed_memory()
    return columns.frame(images.group_codes)  # rare words are gone before anything is kept on disk


def _check_unreadable(images: ImageTable, shard: Shard) -> None:
    """Raise EnvironmentFault where a worker of a cluster could not read a file that can be read here.

    Else a folder that one machine does not see would pass for files that are damaged, and for a finding.
    """
    if on_cluster() is None:
        return
    for offset, reason in enumerate(shard.texts[TEXTS.index("unreadable") - len(TEXTS)]):
        if reason is None:
            continue
        path = images.path(shard.start + offset)
        if not isinstance(_read(path, images.scale, None, 0), str):
            raise EnvironmentFault(
                f"A worker could not read {path} ({reason}), and it can be read here: images must lie where every "
                "worker sees them."
            )


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        stat = path.stat()
    except OSError:
        return 0, 0, 0
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def _inputs_key(images: ImageTable, cues: Sequence[Cue]) -> str:
    """Changes with any file, with the choice of cues and with the code that measures them."""
    stamps = digest_of(f"{image} {_stamp(images.path(index))}" for index, image in enumerate(images.frame["id"]))
    ours = Path(decode.__code__.co_filename).parents[1]
    files = {file for part in ("images", "cues") for file in (ours / part).rglob("*.py")}
    codes = (getattr(cue.measure, "__code__", None) for cue in cues)
    files |= {Path(code.co_filename) for code in codes if code is not None}
    code = [(file.name, hashlib.sha256(file.read_bytes()).hexdigest()) for file in sorted(files) if file.is_file()]
    return key_of(stamps, sorted(cue.id for cue in cues), code, repr(images.scale))


def _join_copies(images: ImageTable, copies: pd.DataFrame) -> pd.Series:
    """Groups in which copies of a picture, and with them their whole groups, are one: that of the first image."""
    groups, codes = images.frame["group"], images.group_codes
    if copies.empty:
        return groups
    pairs = zip(codes[copies["first"]], codes[copies["second"]], strict=True)
    component = joined(int(codes.max()) + 1, pairs)[codes]
    first = np.unique(component, return_index=True)[1]
    return groups.take(first[component]).set_axis(groups.index)


def _counted(notes: pd.Series) -> Counter[str]:
    """How many images have each of the notes, which stand on lines of their own."""
    images = notes.value_counts()
    counts: Counter[str] = Counter()
    for text in notes.dropna().unique():
        for note in filter(None, str(text).split("\n")):
            counts[note] += int(images[text])
    return counts


def _too_small(cues: Sequence[Cue], values: pd.DataFrame) -> tuple[Sentence, ...]:
    """A warning that names the cues for which most pictures are too small, if there are any."""
    sizes = values[["width", "height"]].to_numpy(dtype=int)
    small = []
    for cue in cues:
        if cue.smallest_side and not cue.words:
            unseen = missed(cue, values[cue.id].to_numpy(dtype=float), sizes)
            small += [cue.id] if unseen.mean() > 1 - LEAST_KNOWN else []
    return (too_small_for(small),) if small else ()


def survey(
    images: ImageTable,
    cues: Sequence[Cue],
    *,
    store: PixelStore | None,
    jobs: int | None,
    cache: Cache,
    progress: Progress,
    checkpoints: Checkpoints = NOTHING_KEPT,
) -> Survey:
    """Decode and measure every image; unreadable ones leave the table with their reason.

    With a `store` each image's network-sized pixels are written there in the same pass; without one, the
    values of an earlier run over the same files are taken from the cache. `checkpoints` holds what an
    interrupted run measured.
    """

    hand_back_freed_memory()  # what listing the files took
    key = _inputs_key(images, cues)
    small = SmallStore(cache.folder / f"small-{key}.bin", np.arange(images.n))

    def make() -> pd.DataFrame:
        return _measure_all(images, cues, store, small.path, jobs, progress, checkpoints)

    def fits(table: pd.DataFrame) -> bool:
        columns = [*(cue.id for cue in cues), *FACTS]
        return len(table) == images.n and list(table.columns) == columns and small.whole

    values = make() if store is not None else cache.table("cues", key, make, fits)
    cache.drop_others(small.path)
    bad = values["unreadable"].notna().to_numpy()
    reasons = {int(index): str(values["unreadable"].iloc[index]) for index in np.flatnonzero(bad)}
    kept = images.without(reasons) if reasons else images
    values = (values.loc[~bad].reset_index(drop=True) if reasons else values).drop(columns="unreadable")
    with progress.step("Looking for copies of one picture"):
        sides = values[["width", "height"]].min(axis=1).to_numpy(dtype=int)
        copies = copies_among(small.of(~bad), values["hash"], sides, lambda row: kept.photo(row).luma)
    hand_back_freed_memory()
    frame = kept.frame.assign(own_group=kept.frame["group"], group=_join_copies(kept, copies))
    seen = _counted(values["notes"]) + copy_notes(copies, kept.frame["label"])
    warnings = _too_small(cues, values)
    kept = replace(kept, frame=frame, notes=dict(Counter(kept.notes) + seen), warnings=(*kept.warnings, *warnings))
    kept, values = with_file_columns(kept, values, cues)
    for end in ("first", "second"):
        copies[end] = kept.ids[copies[end]]
    return Survey(images=kept, values=values, pixels=store, rows=np.flatnonzero(~bad), copies=copies)
