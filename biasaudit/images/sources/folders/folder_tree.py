"""The folders that images lie in, and how they lie in one another."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

FEW = 0.1
"""Images that lie beside a folder, as a share of those in it, up to which it is a wrapper all the same."""


@dataclass(frozen=True)
class FolderTree:
    """Folders that hold images, whatever their depth, and how many lie below each."""

    counts: Mapping[str, int]
    """Folder, relative -> images in it or below."""
    children: Mapping[str, tuple[str, ...]]
    """Folder -> those right below it that hold images, by their own names."""
    loose: Mapping[str, int]
    """Folder -> images that lie right in it."""

    @classmethod
    def of(cls, ids: Iterable[str]) -> FolderTree:
        """The folders of these paths, which have forward slashes."""
        counts: dict[str, int] = defaultdict(int)
        children: dict[str, dict[str, None]] = defaultdict(dict)
        loose: dict[str, int] = defaultdict(int)
        for id in ids:
            parts = id.split("/")[:-1]
            loose["/".join(parts)] += 1
            for depth, name in enumerate(parts):
                children["/".join(parts[:depth])][name] = None
                counts["/".join(parts[: depth + 1])] += 1
        return cls(counts, {folder: tuple(sorted(names)) for folder, names in children.items()}, loose)

    @property
    def tops(self) -> tuple[str, ...]:
        """Those that lie in no other."""
        return self.children.get("", ())

    def below(self, folder: str) -> tuple[str, ...]:
        """Those right below a folder, by their own names."""
        return self.children.get(folder, ())

    def unwrapped(self, folder: str) -> tuple[str, FolderTree]:
        """The folder in which the sub-folders begin to differ, and what lies in it, with names relative to it.

        A folder that holds hardly anything but another is a wrapper, as long as that one holds folders.
        """
        inner = folder
        while len(below := self.below(inner)) == 1:
            next_one = f"{inner}/{below[0]}".lstrip("/")
            if not self.below(next_one) or self.loose.get(inner, 0) > FEW * self.counts[next_one]:
                break
            inner = next_one
        if not inner:
            return "", self
        return inner, self.inside(inner)

    def inside(self, folder: str) -> FolderTree:
        """What lies in a folder, with names relative to it."""
        cut, start = len(folder) + 1, f"{folder}/"
        return FolderTree(
            {name[cut:]: n for name, n in self.counts.items() if name.startswith(start)},
            {name[cut:]: names for name, names in self.children.items() if f"{name}/".startswith(start)},
            {name[cut:]: n for name, n in self.loose.items() if f"{name}/".startswith(start)},
        )

    @staticmethod
    def together(trees: Sequence[FolderTree]) -> FolderTree:
        """Several, such as the parts of a split, laid upon one another."""
        counts, loose = Counter[str](), Counter[str]()
        children: dict[str, set[str]] = defaultdict(set)
        for tree in trees:
            counts.update(tree.counts)
            loose.update(tree.loose)
            for folder, names in tree.children.items():
                children[folder].update(names)
        return FolderTree(counts, {folder: tuple(sorted(names)) for folder, names in children.items()}, loose)
