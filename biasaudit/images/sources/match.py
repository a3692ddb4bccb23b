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
    """The files of a folder by how their paths end."""

    def __init__(self, ids: Collection[str]) -> None:
        self.ids = ids
        self.by_name: dict[str, list[str]] = defaultdict(list)
        self.by_stem: dict[str, list[str]] = defaultdict(list)
        self.by_number: dict[int, list[str]] = defaultdict(list)
        for id in ids:
            name = _plain(id).rpartition("/")[2]
            self.by_name[name].append(id)
            self.by_stem[_stem(name)].append(id)
            if (number := _number(_stem(name))) is not None:
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
        plain = _plain(written)
        name = plain.rpartition("/")[2]
        near = _ends_alike(self.by_name.get(name, []), plain)
        if not near:
            stem = _stem(name)
            bare = plain.removesuffix(name) + stem
            near = _ends_alike(self.by_stem.get(name, []), plain, stems=True)
            near = near or _ends_alike(self.by_stem.get(stem, []), bare, stems=True)
            if not near and (number := _number(plain.removesuffix(".0"))) is not None:
                near = self.by_number.get(number, [])
        if len(near) > 1:  # the one of the same Unicode form and case, or that lies nearest to the base
            near = (
                [id for id in near if id.endswith(written)]
                or [
                    id
                    for id in near
                    if unicodedata.normalize("NFC", id).endswith(unicodedata.normalize("NFC", written))
                ]
                or near
            )
        if len(near) > 1 and base:
            near = [id for id in near if id.startswith(f"{base}/")] or near
        return sorted(near)


def _ends_alike(ids: list[str], plain: str, stems: bool = False) -> list[str]:
    """Those ids that end as a path does, or that it ends with, folder by folder."""
    wanted = plain.split("/")
    alike = []
    for id in ids:
        own = _plain(id)
        if stems:
            folder, _, name = own.rpartition("/")
            own = f"{folder}/{_stem(name)}".lstrip("/")
        parts = own.split("/")
        shorter = min(len(parts), len(wanted))
        if parts[-shorter:] == wanted[-shorter:]:
            alike.append(id)
    return alike


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
