"""Of many classes the one that a cue tells most surely: which it is, and how surely chance would tell some class.

A cue of words is asked value by value, each as a mark that an image has or has not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from biasaudit.evidence import rare_marks
from biasaudit.evidence.cue_values import CueValues, coded
from biasaudit.evidence.strata import Strata
from biasaudit.images.table import ImageTable
from biasaudit.runtime.progress import Progress
from biasaudit.stats import areas_of_classes, evidence_of, smallest_p_of_each, surest_by_chance
from biasaudit.stats.many_classes import Scores
from biasaudit.thresholds import FLOORS, MANY_CLASSES, Q

CELLS = 20_000_000
"""Images x columns that are ranked at once, at most, a cue of words having a column for each value."""
HAS_IT = 0.5
"""From where the mark "has this value", 0 or 1, counts as present."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Standout:
    """The class that a cue tells most surely."""

    code: int
    sureness: float
    """Nearly minus the logarithm of the p-value of this class alone; 0 where no class lies off as far as matters."""
    area: float
    """Its AUC against the rest, 0 to 1, within strata."""
    level: str | None = None
    """Of a cue of words, the value that tells it, or whose absence does."""


def too_many(n_classes: int) -> bool:
    """Whether there are so many classes that one of them speaks for a cue."""
    return n_classes > MANY_CLASSES


def parts_of(cue: CueValues) -> list[CueValues]:
    """The cue as numbers: itself, or one mark for each of its values, in their order."""
    if cue.levels is None:
        return [cue]
    names, place = coded(cue.levels)
    marks = ((place == number).astype(float) for number in range(len(names)))
    return [replace(cue, levels=None, values=mark, threshold=HAS_IT) for mark in marks]


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """Cues that are known of the same images, so that labels are permuted once for all of them."""

    cues: Sequence[CueValues]
    parts: Sequence[Sequence[CueValues]]
    rows: np.ndarray
    """int (m,): the images that they are known of."""
    codes: np.ndarray
    """int (m,), like `groups` and `strata`: of those images."""
    groups: np.ndarray
    strata: np.ndarray
    n_classes: int
    able: np.ndarray
    """bool (classes,): a perfect tie of the class could be told from chance."""

    @property
    def columns(self) -> list[np.ndarray]:
        """float (m,) each: of every part."""
        return [part.values[self.rows] for parts in self.parts for part in parts if part.values is not None]

    def each(self, of_columns: np.ndarray) -> Iterator[tuple[CueValues, np.ndarray]]:
        """Every cue with its own columns of some figures, float (..., columns)."""
        ends = np.cumsum([len(parts) for parts in self.parts])
        yield from zip(self.cues, np.split(of_columns, ends[:-1], axis=-1), strict=True)

    def evidence(self) -> Scores:
        """How surely each column tells each class, as a function of the classes' codes: see `evidence_of`."""
        every = [part for parts in self.parts for part in parts]
        marks = np.array([part.threshold is not None for part in every])
        return evidence_of(
            self.columns,
            self.codes,
            self.groups,
            self.strata,
            able=self.able,
            floors=np.where(marks, rare_marks.FLOOR, FLOORS["association"]) / 2,
            upward=np.array([part.kind == "discovered" for part in every]),
        )

    def found(self, scores: np.ndarray) -> Iterator[Standout]:
        """The class that stands out of each cue; scores: float (classes, columns), of the labels as they are."""
        areas = areas_of_classes(self.columns, self.strata, self.n_classes)(self.codes[None])[0]
        able = (self.able if self.able.any() else ~self.able)[:, None]
        for (cue, sure), (_, of_cue) in zip(self.each(scores), self.each(areas), strict=True):
            off = np.nan_to_num(of_cue - 0.5) * able
            off = off if cue.kind == "discovered" else np.abs(off)
            code, part = np.unravel_index((sure if sure.any() else off).argmax(), sure.shape)
            level = None if cue.levels is None else str(coded(cue.levels)[0][part])
            area = float(np.nan_to_num(of_cue[code, part], nan=0.5))
            yield Standout(code=int(code), sureness=float(sure[code, part]), area=area, level=level)

    def by_chance(self, evidence: Scores, permutations: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
        """How surely each cue tells its surest class under permuted labels, float (some, cues), again and again."""
        shape = self.n_classes, sum(map(len, self.parts))
        for drawn in surest_by_chance(evidence, self.codes, self.groups, self.strata, shape, permutations, rng):
            yield np.column_stack([of_cue.max(axis=1) for _, of_cue in self.each(drawn)])


def asked_together(
    cues: Sequence[CueValues], codes: np.ndarray, groups: np.ndarray, n_classes: int, strata: Strata, tests: int
) -> Iterator[Asked]:
    """The cues in sets that are known of the same images, each set with those images.

    codes: int (n,), classes. groups: (n,), patients. strata: what is held fixed, and which images count. tests: cues
    that are tested times classes.
    """
    alike: dict[bytes, list[CueValues]] = {}
    for cue in cues:
        known = strata.counted if cue.values is None else strata.counted & np.isfinite(cue.values)
        alike.setdefault(np.packbits(known).tobytes(), []).append(cue)
    for pattern, some in sorted(alike.items()):
        rows = np.flatnonzero(np.unpackbits(np.frombuffer(pattern, dtype=np.uint8), count=len(codes)))
        if not len(rows):
            continue
        of = codes[rows], groups[rows], strata.codes[rows]
        able = tests * smallest_p_of_each(*of, n_classes) < Q
        for few in _at_once(some, len(rows)):
            yield Asked(
                cues=few,
                parts=[parts_of(cue) for cue in few],
                rows=rows,
                codes=of[0],
                groups=of[1],
                strata=of[2],
                n_classes=n_classes,
                able=able,
            )


def standouts(cues: Sequence[CueValues], images: ImageTable, strata: Strata, tested: int) -> dict[str, Standout]:
    """Key of each cue -> the class that it tells most surely; nothing where there are so few that each is asked.

    strata: what is held fixed, and which images count. tested: how many cues are tested in all.
    """
    n_classes = len(images.classes)
    if not too_many(n_classes):
        return {}
    found: dict[str, Standout] = {}
    for asked in asked_together(cues, images.codes, images.group_codes, n_classes, strata, tested * n_classes):
        scores = asked.evidence()(asked.codes[None])[0]
        found.update(zip((cue.key for cue in asked.cues), asked.found(scores), strict=True))
    return found


def held_to_chance(
    cues: Sequence[CueValues],
    images: ImageTable,
    strata: Strata,
    tested: int,
    permutations: int,
    rng: np.random.Generator,
    progress: Progress,
) -> Iterator[tuple[CueValues, Standout, float]]:
    """Of each cue the class that it tells most surely, and the p-value of some class being told as surely by chance.

    strata, tested: as in `standouts`. The p-values are above 0 to 1.
    """
    n_classes = len(images.classes)
    for asked in asked_together(cues, images.codes, images.group_codes, n_classes, strata, tested * n_classes):
        evidence = asked.evidence()
        found = list(asked.found(evidence(asked.codes[None])[0]))
        sure, reached = np.array([each.sureness for each in found]), np.zeros(len(found), dtype=int)
        drawn = asked.by_chance(evidence, permutations, rng)
        for some in progress.track(drawn, f"Dealing labels among {n_classes:,} classes", permutations, len):
            reached += (some >= sure - 1e-9).sum(axis=0)
        for cue, standout, times in zip(asked.cues, found, reached.tolist(), strict=True):
            yield cue, standout, (times + 1) / (permutations + 1)


def mark_of(cue: CueValues, standout: Standout) -> CueValues:
    """The cue as numbers: of a cue of words, whether an image has the value that tells the class."""
    if cue.levels is None:
        return cue
    return parts_of(cue)[coded(cue.levels)[0].tolist().index(standout.level)]


def _at_once(cues: Sequence[CueValues], n: int) -> Iterator[list[CueValues]]:
    """The cues, in their order, so few at a time that their columns have `CELLS` cells at most, or one cue."""
    kept: list[CueValues] = []
    columns = 0
    for cue in cues:
        more = 1 if cue.levels is None else len(coded(cue.levels)[0])
        if kept and (columns + more) * n > CELLS:
            yield kept
            kept, columns = [], 0
        kept, columns = [*kept, cue], columns + more
    yield kept
