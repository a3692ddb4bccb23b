"""A finding as the page tells it: its blocks, with the pictures that belong into them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from biasaudit.report.pictures import MOST_PICTURES, Pictures, heat_key
from biasaudit.report.standing import blocks_alone, blocks_of
from biasaudit.report.words import PROBLEMS
from biasaudit.results import Block, Finding, Gallery


@dataclass(frozen=True)
class Exhibit:
    """One image as evidence: the elements that hold its pictures, None where none was saved."""

    image_id: str
    photo: str | None
    heatmap: str | None
    crop: str | None = None
    """The place that shows the mark, enlarged; then `photo` has a box around it."""


@dataclass(frozen=True)
class Hung:
    """A gallery with its pictures."""

    gallery: Gallery
    exhibits: tuple[Exhibit, ...]

    @property
    def has_more(self) -> bool:
        """Whether it holds images that are not shown."""
        return len(self.exhibits) < len(self.gallery.images)


@dataclass(frozen=True)
class Galleries:
    """Galleries that follow each other, and so stand side by side."""

    hung: tuple[Hung, ...]
    block: Literal["galleries"] = "galleries"

    @property
    def alone(self) -> bool:
        """Whether there is one, which has the whole width."""
        return len(self.hung) == 1


@dataclass(frozen=True)
class Chapter:
    """One finding with what is shown of it, and the findings that tell the same story folded under it."""

    key: str
    """Its own on the page: for the ids of elements."""
    number: str
    """As readers see it; "" where nothing has to be decided."""
    finding: Finding
    parts: tuple[Block | Galleries, ...]
    followers: tuple[Chapter, ...] = ()

    @property
    def hung(self) -> tuple[Hung, ...]:
        """All its galleries."""
        return tuple(each for part in self.parts if isinstance(part, Galleries) for each in part.hung)

    @property
    def asks(self) -> bool:
        """Whether the four questions are asked of it."""
        return any(part.block == "questions" for part in self.parts)

    @property
    def pair(self) -> list[tuple[str, Exhibit]]:
        """Two pictures for the first screen, each with what it is: of two galleries the first, or two that are one."""
        first = self.hung[:1]
        if first and first[0].gallery.paired:
            return list(zip(("Example", "Its copy"), first[0].exhibits, strict=False))
        words = ("Fits", "Does not fit")
        return [(word, each.exhibits[0]) for word, each in zip(words, self.hung, strict=False) if each.exhibits]

    @property
    def has_photos(self) -> bool:
        """Whether any of its pictures was saved: otherwise names replace a dozen empty frames."""
        return any(exhibit.photo for each in self.hung for exhibit in each.exhibits)

    @property
    def has_crops(self) -> bool:
        """Whether the mark is shown enlarged in any of its pictures."""
        return any(exhibit.crop for each in self.hung for exhibit in each.exhibits)

    @property
    def has_heatmaps(self) -> bool:
        """The same of its heatmaps."""
        return any(exhibit.heatmap for each in self.hung for exhibit in each.exhibits)


def chapter(
    finding: Finding, pictures: Pictures, key: str, number: str = "", followers: Iterable[Chapter] = ()
) -> Chapter:
    """A finding with its pictures; those of `followers` are asked for after its own."""
    shown = blocks_of(finding) if finding.verdict in PROBLEMS else blocks_alone(finding)
    return Chapter(key, number, finding, tuple(_parts(finding, shown, pictures)), tuple(followers))


def _parts(finding: Finding, blocks: Iterable[Block], pictures: Pictures) -> Iterator[Block | Galleries]:
    for is_gallery, some in groupby(blocks, key=lambda block: isinstance(block, Gallery)):
        if is_gallery:
            yield Galleries(tuple(_hung(finding, each, pictures) for each in some if isinstance(each, Gallery)))
        else:
            yield from some


def _hung(finding: Finding, gallery: Gallery, pictures: Pictures) -> Hung:
    heat = heat_key(finding)
    return Hung(
        gallery,
        tuple(_exhibit(finding, name, heat, pictures) for name in gallery.images[:MOST_PICTURES]),
    )


def _exhibit(finding: Finding, name: str, heat: str | None, pictures: Pictures) -> Exhibit:
    crop = pictures.crop(name, finding.id) if name in finding.regions else None
    boxed = pictures.boxed(name, finding.id) if crop else None
    return Exhibit(name, boxed or pictures.photo(name), pictures.heatmap(name, heat), crop)
