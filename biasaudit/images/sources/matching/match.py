"""Which file of the folder each path in a table means, and how surely."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from biasaudit.images.sources.matching.path_text import folded, is_count, leads_out, number_of, stem_of, within
from biasaudit.images.splits import part_of


class Way(IntEnum):
    """What a path and its file have in common, the surest last."""

    NUMBER = 1
    """A number: it may as well count rows, or years."""
    ENDING = 2
    """The file is the end of the path, whose beginning lies outside the folder."""
    STEM = 3
    """The name but for how it ends."""
    NAME = 4
    """The name, with the folders above it where they are written, in any case."""
    WRITTEN = 5
    """All of it, from the root or from the folder of the table."""


@dataclass(frozen=True, kw_only=True)
class Matches:
    """What paths in a table mean."""

    ids: list[str | None]
    """For each path the file that it means, None where it means none."""
    ways: list[Way | None] = field(default_factory=list)
    """For each path how it means its file, or its files; None where it means none."""
    unclear: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Paths that mean several files, with two of those; their id is None."""

    @property
    def way(self) -> Way | None:
        """How most of the paths that mean a file do so."""
        known = sorted(way for way in self.ways if way is not None)
        return known[len(known) // 2] if known else None


def match_paths(paths: Iterable[str], ids: Collection[str], base: str = "", root: Sequence[str] = ()) -> Matches:
    """Match each path, the same text once, to one of the ids: files of the folder, with forward slashes.

    As written, from the root or from the folder `base`; else with forward slashes, in another Unicode form or case;
    else where one is the end of the other ("7.png" means "train/7.png", "set/train/7.png" and "/set/train/7.png" too);
    with another ending of pictures or with none; a number without its leading zeros. root: the names of the folders
    that lead to the root; where some paths begin with them, those that begin with others mean no file.

    No path is ever opened or resolved: only names that the walk has found can come back, so none can lead out.
    """
    return Files(ids, root).match(paths, base)


class Files:
    """The files of a folder by how their paths end: by their names, and by their names with the folder above."""

    def __init__(self, ids: Collection[str], root: Sequence[str] = ()) -> None:
        self.ids = ids if isinstance(ids, set | dict) else set(ids)
        self.root = [folded(name) for name in root]
        self.by_end: dict[tuple[str, ...], list[tuple[str, list[str]]]] = defaultdict(list)
        self.by_stem: dict[tuple[str, ...], list[tuple[str, list[str]]]] = defaultdict(list)
        self.by_number: dict[int, list[str]] = defaultdict(list)
        self.folders: set[str] = set()
        for id in self.ids:
            whole = folded(id).split("/")
            bare = [*whole[:-1], stem_of(whole[-1])]
            self.folders.update(whole[:-1])
            for index, parts in ((self.by_end, whole), (self.by_stem, bare)):
                for n in (1, 2):  # of a path with one part alone only that is known
                    if len(parts) >= n:
                        index[tuple(parts[-n:])].append((id, parts))
            if (number := number_of(bare[-1])) is not None:
                self.by_number[number].append(id)

    def match(self, paths: Iterable[str], base: str = "") -> Matches:
        """Match each path, as `match_paths` does."""
        given = list(paths)
        found = {path: self._meant(path, base) for path in dict.fromkeys(given)}
        self._drop_other_places(found)
        return Matches(
            ids=[found[path][0][0] if len(found[path][0]) == 1 else None for path in given],
            ways=[found[path][1] if found[path][0] else None for path in given],
            unclear={path: (ids[0], ids[1]) for path, (ids, _) in found.items() if len(ids) > 1},
        )

    def _meant(self, path: str, base: str) -> tuple[list[str], Way]:
        """The files that a path may mean, in order, and how; one where it is clear."""
        if path in self.ids and not (base and f"{base}/{path}" in self.ids):
            return [path], Way.NUMBER if is_count(path) else Way.WRITTEN
        written = within(path)
        if not written:
            return [], Way.WRITTEN
        if not leads_out(path):
            for exact in (f"{base}/{written}" if base else written, written):
                if exact in self.ids:
                    return [exact], Way.NUMBER if is_count(written) else Way.WRITTEN
        near, way = self._near(folded(written).split("/"), out=leads_out(path))
        if len(near) > 1:  # the one of the same Unicode form and case, or that lies nearest to the base
            composed = unicodedata.normalize("NFC", written)
            near = (
                [id for id in near if id.endswith(written)]
                or [id for id in near if unicodedata.normalize("NFC", id).endswith(composed)]
                or near
            )
        if len(near) > 1 and base:
            near = [id for id in near if id.startswith(f"{base}/")] or near
        return sorted(near), Way.NUMBER if is_count(written) else way

    def _near(self, wanted: list[str], *, out: bool) -> tuple[list[str], Way]:
        """The files whose path ends as one does, or that it ends with, in the surest way that finds any."""
        bare = [*wanted[:-1], stem_of(wanted[-1])]
        for index, parts, way in (
            (self.by_end, wanted, Way.NAME),
            (self.by_stem, wanted, Way.STEM),
            (self.by_stem, bare, Way.STEM),
        ):
            if near := _ends_alike(index, parts):
                longer = out or len(parts) > near[0].count("/") + 1
                return near, Way.ENDING if longer else way
        if out:
            return self._of_that_name(wanted), Way.ENDING
        number = number_of(wanted[-1].removesuffix(".0"))
        return ([] if number is None else self.by_number.get(number, [])), Way.NUMBER

    def _of_that_name(self, wanted: list[str]) -> list[str]:
        """The only file of a path's name, in folders of which the path and the root say nothing to the contrary."""
        named = self.by_end.get((wanted[-1],), [])
        if len(named) != 1 or self.folders.intersection(wanted[:-1]):
            return []
        said, here = ({part_of(name) for name in names[:-1]} - {None} for names in (wanted, named[0][1]))
        return [named[0][0]] if not (said and here and said != here) else []

    def _drop_other_places(self, found: dict[str, tuple[list[str], Way]]) -> None:
        """Take the files from paths that begin with other folders than those to the root, where some begin with those;
        and from paths of one name in several folders outside, where their name alone tells the file.
        """
        folders = {p: folded(within(p)).split("/")[:-1] for p, (ids, way) in found.items() if ids and way is Way.ENDING}
        own = {path: folded(found[path][0][0]).split("/")[:-1] for path in folders}
        by_name = {path for path, names in folders.items() if not _is_end(names, own[path])}
        before = {p: names if p in by_name else names[: -len(own[p]) or None] for p, names in folders.items()}
        common = {path: _in_common(names, self.root) for path, names in before.items()}
        most = max(common.values(), default=0)
        places = Counter(found[path][0][0] for path in by_name)
        for path, n in common.items():
            if n < min(most, len(before[path])) or (path in by_name and places[found[path][0][0]] > 1):
                found[path] = [], Way.ENDING


def _is_end(one: list[str], other: list[str]) -> bool:
    """Whether one is the end of the other."""
    n = min(len(one), len(other))
    return one[len(one) - n :] == other[len(other) - n :]


def _in_common(folders: list[str], root: list[str]) -> int:
    """How many of the last folders are the same."""
    n = 0
    while n < min(len(folders), len(root)) and folders[-n - 1] == root[-n - 1]:
        n += 1
    return n


def _ends_alike(index: Mapping[tuple[str, ...], list[tuple[str, list[str]]]], wanted: list[str]) -> list[str]:
    """Those files that end as a path does, or that it ends with, folder by folder."""
    near = index.get(tuple(wanted[-2:]), []) if len(wanted) > 1 else []
    one = index.get((wanted[-1],), [])
    if len(wanted) > 1:
        one = [each for each in one[:MOST_ALONE] if len(each[1]) == 1]
    return [id for id, parts in (*near, *one) if parts[-len(wanted) :] == wanted[-len(parts) :]]


MOST_ALONE = 10_000
"""Files of one name among which those that lie in no folder are looked for."""
