"""Something at one fixed place of one class's images: dust on a sensor, a mark in a corner, a coloured edge.

Subjects sit in the middle and framing differs between classes, so a difference of means says little by itself. What
was put there is sharp-edged, and nearly identical from image to image; only that looks put there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from scipy.ndimage import label as connected

from biasaudit.evidence.discovery.described import place_of
from biasaudit.evidence.discovery.mining import Mined, split_of
from biasaudit.evidence.discovery.patterns import FEWEST, ONE, half_of
from biasaudit.evidence.discovery.recurrence import Recurrence, recurrence
from biasaudit.evidence.measure.survey import Survey
from biasaudit.evidence.named.cue_values import CueValues
from biasaudit.images.table import ImageTable
from biasaudit.results import Name, Sentence, say
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings
from biasaudit.stats import generator, permuted

SIDE, CELLS = 112, 56
"""Pixels along a side of what is compared, and places along a side at which classes are."""
COARSE = 1 / 28
"""What is smoother than this share of a side is taken off: it is light and framing."""
MARGIN = 2
"""Places around those that differ which are compared as well."""
PERMUTATIONS = 99
SHOWN = 3
PUT_THERE = 3.5
"""Score of recurrence from which a mark looks put there, in images that it was not found in; higher than that of
patterns, since any edge that lies at one place in a class that is framed alike is much like itself."""
BATCH = 32
QUESTION = say("Does something that no cue names stand at one fixed place in the images of one class?")


@dataclass(frozen=True, kw_only=True, eq=False)
class FixedPlace:
    """A place that tells a class, with how much each image that it was not found in shows what is there."""

    cue: CueValues
    label: str
    recurrence: Recurrence
    """Of its likeness in the images that it was not found in."""
    cells: np.ndarray
    """bool (CELLS, CELLS): where the class differs."""
    edges: tuple[int, int, int, int]
    """Upper, lower, left and right edge of the rectangle around them, in cells."""
    template: np.ndarray
    """float32 (pixels,): what the class shows there more than others, of unit length."""
    threshold: float
    """Likeness from which an image has it."""

    @property
    def looks_put_there(self) -> bool:
        """Whether it is as identical from image to image as only what was put there is."""
        return self.recurrence.score >= PUT_THERE

    @property
    def surely_put_there(self) -> bool:
        """Never: how alike one place is in all images says less than how a pattern recurs wherever it stands."""
        return False

    @property
    def empty(self) -> bool:
        """Never: what is smooth was taken off."""
        return False

    @property
    def how(self) -> Sentence:
        """What was seen of it."""
        seen = self.recurrence
        return say(
            "At this one place the images with and without it lie {separation:.1f} standard deviations apart, "
            "and those that show it most are alike by {likeness:.2f} of 1 (score {score:.2f}).",
            separation=seen.separation,
            likeness=seen.likeness,
            score=seen.score,
        )

    def of(self, fine: np.ndarray) -> np.ndarray:
        """Likeness of images, as `fine_detail` returns them, float (n,), -1 to 1."""
        return _patches(fine, self.edges) @ self.template

    def cover(self, rgb: np.ndarray) -> np.ndarray:
        """Where it is in uint8 (size, size, 3): float32 (size, size), 0 or 1, the same in every image."""
        return cv2.resize(self.cells.astype(np.float32), rgb.shape[:2], interpolation=cv2.INTER_NEAREST)

    def likeness(self, rgb: np.ndarray) -> np.ndarray:
        """How much the place shows it, float (CELLS, CELLS): 0.5 at the threshold, up to 1, and 0 elsewhere."""
        value = float(self.of(fine_detail(rgb[None]))[0])
        return self.cells * float(np.clip(value / (2 * max(self.threshold, 1e-6)), 0, 1))

    def box(self, row: int) -> tuple[float, float, float, float]:
        """Left, upper, right, lower edge as shares of the picture's sides, the same in every image."""
        return _box(self.edges)


def _box(edges: tuple[int, int, int, int]) -> tuple[float, float, float, float]:
    upper, lower, left, right = (edge / CELLS for edge in edges)
    return left, upper, right, lower


def fixed_places(images: ImageTable, survey: Survey, settings: Settings, progress: Progress) -> tuple[FixedPlace, ...]:
    """Up to three places, those that look most put there first: found in one half of the images, valued in the other.

    The half in which a place was found cannot testify: there its value is unknown. None in a scan, which keeps no
    pixels, and where there are too few images.
    """
    if survey.pixels is None or "discovery" in settings.without:
        return ()
    rng = generator(settings.seed, "fixed_places")
    rows = half_of(images, rng)
    if len(rows) < FEWEST // 2:
        return ()
    with progress.step("Looking for marks at one fixed place"):
        fine = np.concatenate([fine_detail(b) for b in survey.pixels.batches(survey.rows[rows], BATCH)])
        found = []
        for code in range(len(images.classes)):
            place = _place_of(fine, images.codes[rows] == code, images.groups[rows], rng)
            if place is not None:
                found.append((code, *place))
        del fine
        if not found:
            return ()
        values = np.full((len(found), images.n), np.nan)
        start = 0
        for batch in survey.pixels.batches(survey.rows, BATCH):
            fine = fine_detail(batch)
            for number, (_, edges, _, template, _) in enumerate(found):
                values[number, start : start + len(batch)] = _patches(fine, edges) @ template
            start += len(batch)
    values[:, rows] = np.nan
    tested = np.isfinite(values[0])
    recurs = []
    for (code, _, _, template, threshold), row in zip(found, values[:, tested], strict=True):
        mined = Mined(code, template, threshold, row, np.zeros(len(row), dtype=int))
        # At one place what is framed alike falls apart inside classes as well, so that this is no sign of it here.
        recurs.append(replace(recurrence(mined, images.codes[tested]), within=0.0))
    order = _distinct(sorted(range(len(found)), key=lambda number: -recurs[number].score), values[:, tested])
    return tuple(
        FixedPlace(
            cue=CueValues(
                id=f"place_{rank}",
                kind="discovered",
                question=QUESTION,
                values=values[number],
                threshold=threshold,
                called=say(
                    "a recurring pattern{place} ({cue})",
                    place=place_of(_box(edges)),
                    cue=Name("cue", f"place {rank}"),
                ),
            ),
            label=images.classes[code],
            recurrence=recurs[number],
            cells=cells,
            edges=edges,
            template=template,
            threshold=threshold,
        )
        for rank, number in enumerate(order, 1)
        for code, edges, cells, template, threshold in [found[number]]
    )


def _distinct(order: list[int], values: np.ndarray) -> list[int]:
    """The first of those that go together image by image: what one class of two lacks is what the other has."""
    chosen: list[int] = []
    for number in order:
        if len(chosen) < SHOWN and all(abs(np.corrcoef(values[[number, other]])[0, 1]) < ONE for other in chosen):
            chosen.append(number)
    return chosen


def fine_detail(rgb: np.ndarray) -> np.ndarray:
    """uint8 (n, size, size, 3) -> float32 (n, SIDE, SIDE): grey without what is smooth, in each image's own measure."""
    found = np.empty((len(rgb), SIDE, SIDE), np.float32)
    for place, image in enumerate(rgb):
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
        fine = grey - cv2.GaussianBlur(grey, (0, 0), COARSE * len(grey))
        fine = cv2.resize(fine, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        found[place] = np.clip(fine / (fine.std() + 4), -4, 4)  # a flat picture's noise is not blown up
    return found


def _place_of(
    fine: np.ndarray, inside: np.ndarray, groups: np.ndarray, rng: np.random.Generator
) -> tuple[tuple[int, int, int, int], np.ndarray, np.ndarray, float] | None:
    """Edges, cells, template and threshold of where a class differs most; None where no place is beyond chance."""
    if min(inside.sum(), (~inside).sum()) < 8:
        return None
    step = SIDE // CELLS
    cells = fine.reshape(len(fine), CELLS, step, CELLS, step).mean(axis=(2, 4)).reshape(len(fine), -1)
    seen = np.abs(_differences(cells, inside[None])[0])
    dealt = permuted(inside, groups, PERMUTATIONS, rng)
    null = np.concatenate([np.abs(_differences(cells, some)).max(axis=1) for some in dealt])
    limit = float(np.quantile(null, 0.95))
    if seen.max() <= limit:
        return None
    regions, _ = connected((seen > limit).reshape(CELLS, CELLS), np.ones((3, 3)))
    there = regions == regions.ravel()[seen.argmax()]
    across, down = np.flatnonzero(there.any(axis=0)), np.flatnonzero(there.any(axis=1))
    edges = (
        max(int(down[0]) - MARGIN, 0),
        min(int(down[-1]) + MARGIN + 1, CELLS),
        max(int(across[0]) - MARGIN, 0),
        min(int(across[-1]) + MARGIN + 1, CELLS),
    )
    patches = _patches(fine, edges)
    template = patches[inside].mean(axis=0) - patches[~inside].mean(axis=0)
    template /= max(float(np.linalg.norm(template)), 1e-6)
    wider = cv2.dilate(there.astype(np.uint8), np.ones((3, 3), np.uint8), iterations=MARGIN).astype(bool)
    return edges, wider, template, float(split_of((patches @ template)[None])[0][0])


def _differences(cells: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Class means less those of the others, in standard errors (Welch 1947): (n, cells), bool (k, n) -> (k, cells)."""
    squares, parts = cells**2, []
    for side in (inside, ~inside):
        chosen = side.astype(np.float32)
        n = chosen.sum(axis=1, keepdims=True)
        mean = chosen @ cells / n
        parts.append((mean, np.maximum(chosen @ squares / n - mean**2, 0) / n))
    (first, its), (second, others) = parts
    return (first - second) / (np.sqrt(its + others) + 1e-6)


def _patches(fine: np.ndarray, edges: tuple[int, int, int, int]) -> np.ndarray:
    """The rectangle of each image without its mean and of unit length, float32 (n, pixels)."""
    upper, lower, left, right = (edge * (SIDE // CELLS) for edge in edges)
    patches = fine[:, upper:lower, left:right].reshape(len(fine), -1)
    patches = patches - patches.mean(axis=1, keepdims=True)
    return patches / np.maximum(np.linalg.norm(patches, axis=1, keepdims=True), 1e-6)
