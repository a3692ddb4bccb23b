"""Where thumbnails lie, and how they get into the page: each one once, as a data: URI, within a budget."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from biasaudit.report.standing import is_pattern
from biasaudit.results import Finding

MOST_PICTURES = 6
"""Pictures that a gallery shows; all of its images are named."""
SIDE = 160
"""Longest side of a thumbnail in pixels, and of the square that the page shows it in."""
LARGEST = 200_000
"""Bytes above which a file in the evidence folder is not one of our thumbnails."""


def _file_name(*parts: str) -> str:
    """A name that cannot leave its folder, whatever the image or its class is called."""
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return digest[:16] + ".webp"


def thumbnail_path(folder: Path, image_id: str) -> Path:
    """Where the thumbnail of an image lies in the evidence folder."""
    return folder / _file_name(image_id)


def heatmap_path(folder: Path, image_id: str, label: str) -> Path:
    """Where the heatmap of an image for a class lies in the evidence folder."""
    return folder / _file_name(image_id, label)


def average_path(folder: Path, label: str, drawn: str) -> Path:
    """Where the average "picture" or "map" of a class lies in the evidence folder."""
    return folder / _file_name("average", drawn, label)


def crop_path(folder: Path, image_id: str, finding_id: str) -> Path:
    """Where the enlarged place of an image that shows a finding's mark lies in the evidence folder."""
    return folder / _file_name(image_id, finding_id, "crop")


def boxed_path(folder: Path, image_id: str, finding_id: str) -> Path:
    """Where the thumbnail of an image with a box around that place lies in the evidence folder."""
    return folder / _file_name(image_id, finding_id, "boxed")


def heat_key(finding: Finding) -> str | None:
    """What a finding's heatmaps are saved under: its class, or itself where it shows a pattern and not the class."""
    return finding.id if is_pattern(finding) else finding.label


class Pictures:
    """The pictures of one page: asked for by image id, answered with the element id to show, or None."""

    def __init__(self, folder: Path | None, budget: int = 0, names: Mapping[str, str] = MappingProxyType({})) -> None:
        self.folder = folder
        self.names = names
        """Shown image id -> the one that its pictures were saved under, where they differ."""
        self.budget = budget
        """Characters of base64 that may still be spent."""
        self.uris: dict[str, str] = {}
        """Element id -> data: URI, in the order in which they were first asked for."""
        self.left_out = 0
        """Pictures that are saved but did not fit into the budget."""

    def photo(self, image_id: str) -> str | None:
        """The element that holds this image's thumbnail."""
        if self.folder is None:
            return None
        return self._embed(thumbnail_path(self.folder, self.names.get(image_id, image_id)), _file_name(image_id))

    def heatmap(self, image_id: str, label: str | None) -> str | None:
        """The element that holds this image's heatmap for the class `label`."""
        if self.folder is None or not label:
            return None
        path = heatmap_path(self.folder, self.names.get(image_id, image_id), label)
        return self._embed(path, _file_name(image_id, label))

    def crop(self, image_id: str, finding_id: str) -> str | None:
        """The element that holds the place of this image that shows the finding's mark, enlarged."""
        return self._of_finding(crop_path, image_id, finding_id, "crop")

    def boxed(self, image_id: str, finding_id: str) -> str | None:
        """The element that holds this image's thumbnail with a box around that place."""
        return self._of_finding(boxed_path, image_id, finding_id, "boxed")

    def _of_finding(
        self, path_of: Callable[[Path, str, str], Path], image_id: str, finding_id: str, drawn: str
    ) -> str | None:
        if self.folder is None:
            return None
        path = path_of(self.folder, self.names.get(image_id, image_id), finding_id)
        return self._embed(path, _file_name(image_id, finding_id, drawn))

    def average(self, label: str, drawn: str) -> str | None:
        """The element that holds the average "picture" or "map" of a class."""
        path = average_path(self.folder, label, drawn) if self.folder else None
        return self._embed(path, path.name) if path else None

    def _embed(self, path: Path, shown: str) -> str | None:
        element = "i-" + shown.removesuffix(".webp")  # of the shown name: a hash of the saved one would tell on it
        if element in self.uris:
            return element
        data = _read_webp(path)
        if data is None:
            return None
        uri = "data:image/webp;base64," + base64.b64encode(data).decode("ascii")
        if len(uri) > self.budget:
            self.left_out += 1
            return None
        self.budget -= len(uri)
        self.uris[element] = uri
        return element


def _read_webp(path: Path) -> bytes | None:
    """The bytes of a thumbnail, or None where there is none, or something else in its place."""
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST:
            return None
        data = path.read_bytes()
    except OSError:
        return None
    return data if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None
