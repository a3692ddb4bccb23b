"""Which file of the folder each path in a table means, and which paths lead out of it."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath, PureWindowsPath

# fmt: off
ENDINGS = frozenset({
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".gif", ".webp", ".tif", ".tiff", ".bmp", ".dib",
    ".dcm", ".dicom", ".heic", ".heif", ".avif", ".jp2", ".j2k", ".ppm", ".pgm", ".pbm", ".npy",
})
# fmt: on
"""How names of pictures end: a table may name the original, where a copy of another format lies in the folder."""


@dataclass(frozen=True, kw_only=True)
class Matches:
    """What paths in a table mean."""

    ids: list[str | None]
    """For each path the file that it means, None where it means none."""
    unclear: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Paths that mean several files, with two of those; their id is None."""

    @property
    def share(self) -> float:
        """Share of the paths that mean a file, or several: 0 to 1."""
        there = sum(id is not None for id in self.ids) + len(self.unclear)
        return min(1.0, there / len(self.ids)) if self.ids else 0.0


def match_paths(paths: Iterable[str], ids: Collection[str], base: str = "") -> Matches:
    """Match each path, the same text once, to one of the ids: files of the folder, with forward slashes.

    As written, from the root or from the folder `base`; else with forward slashes, in another Unicode form or case;
    else where one is the end of the other ("7.png" means "train/7.png", "set/train/7.png" too); with another ending of
    pictures or with none; a number without its leading zeros. No path is ever opened or resolved: only names that the
    walk has found can come back, so none can lead out.
    """
    files = ids if isinstance(ids, set | dict) else set(ids)
    index = _Index(files)
    found: dict[str, str | None] = {}
    unclear: dict[str, tuple[str, str]] = {}
    given = list(paths)
    for path in dict.fromkeys(given):
        meant = index.meant(path, base)
        found[path] = meant[0] if len(meant) == 1 else None
        if len(meant) > 1:
            unclear[path] = (meant[0], meant[1])
    return Matches(ids=[found[path] for path in given], unclear=unclear)


class _Index:
    """The files of a folder by how their paths end: by their names, and by their names with the folder above."""

    def __init__(self, ids: Collection[str]) -> None:
        self.ids = ids
        self.by_end: dict[tuple[str, ...], list[tuple[str, list[str]]]] = defaultdict(list)
        self.by_stem: dict[tuple[str, ...], list[tuple[str, list[str]]]] = defaultdict(list)
        self.by_number: dict[int, list[str]] = defaultdict(list)
        for id in ids:
            whole = _plain(id).split("/")
            bare = [*whole[:-1], _stem(whole[-1])]
            for index, parts in ((self.by_end, whole), (self.by_stem, bare)):
                for n in (1, 2):  # of a path with one part alone only that is known
                    if len(parts) >= n:
                        index[tuple(parts[-n:])].append((id, parts))
            if (number := _number(bare[-1])) is not None:
                self.by_number[number].append(id)

    def meant(self, path: str, base: str) -> list[str]:
        """The files that a path may mean, in order; one where it is clear."""
        if path in self.ids and not (base and f"{base}/{path}" in self.ids):
            return [path]
        written = path.strip().replace("\\", "/").removeprefix("./")
        if not written or leads_out(path):
            return []
        for exact in (f"{base}/{written}" if base else written, written):
            if exact in self.ids:
                return [exact]
        wanted = _plain(written).split("/")
        bare = [*wanted[:-1], _stem(wanted[-1])]
        near = _ends_alike(self.by_end, wanted) or _ends_alike(self.by_stem, wanted) or _ends_alike(self.by_stem, bare)
        if not near and (number := _number(wanted[-1].removesuffix(".0"))) is not None:
            near = self.by_number.get(number, [])
        if len(near) > 1:  # the one of the same Unicode form and case, or that lies nearest to the base
            composed = unicodedata.normalize("NFC", written)
            near = (
                [id for id in near if id.endswith(written)]
                or [id for id in near if unicodedata.normalize("NFC", id).endswith(composed)]
                or near
            )
        if len(near) > 1 and base:
            near = [id for id in near if id.startswith(f"{base}/")] or near
        return sorted(near)


def _ends_alike(index: Mapping[tuple[str, ...], list[tuple[str, list[str]]]], wanted: list[str]) -> list[str]:
    """Those files that end as a path does, or that it ends with, folder by folder."""
    near = index.get(tuple(wanted[-2:]), []) if len(wanted) > 1 else []
    one = index.get((wanted[-1],), [])
    if len(wanted) > 1:
        one = [each for each in one[:MOST_ALONE] if len(each[1]) == 1]
    return [id for id, parts in (*near, *one) if parts[-len(wanted) :] == wanted[-len(parts) :]]


MOST_ALONE = 10_000
"""Files of one name among which those that lie in no folder are looked for."""


def _plain(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


def _number(text: str) -> int | None:
    """The number that a name is, as a table may have lost its leading zeros."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _stem(name: str) -> str:
    """The name without the ending of a picture."""
    ending = PurePosixPath(name).suffix
    return name[: -len(ending)] if ending in ENDINGS and len(name) > len(ending) else name


def leads_out(path: str) -> bool:
    """Whether a path is absolute, has a drive, climbs with "..", or hides something behind a NUL."""
    parts = PureWindowsPath(path)  # knows both kinds of slash
    return bool(parts.anchor) or ".." in parts.parts or "\0" in path
