"""The patterns of an audit: mined in one half of the images, and looked for in all the others.

Labels choose the patterns, so the half in which they were chosen cannot testify: there, a pattern's value is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from biasaudit.errors import Unavailable
from biasaudit.evidence.discovery.described import described
from biasaudit.evidence.discovery.local_features import LocalFeatures, learn
from biasaudit.evidence.discovery.mining import Mined, best_places, mine
from biasaudit.evidence.discovery.recurrence import LEAST_GAIN, PUT_THERE, SURELY, Recurrence, recurrence
from biasaudit.evidence.discovery.surroundings import told_by_the_rest
from biasaudit.evidence.measure.survey import Survey
from biasaudit.evidence.named.cue_values import CueValues
from biasaudit.images.pixels import PixelStore, resized
from biasaudit.images.table import ImageTable
from biasaudit.model.backbone import Backbone
from biasaudit.model.workers import batches, by_piece
from biasaudit.results import Name, Sentence, say
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings
from biasaudit.stats import generator

MOST = 1000
"""Images that are mined at most: each holds 43 KB while they are."""
FEWEST = 60
"""Images, below which nothing can be mined and tested as well."""
ASKED = 60
"""Patterns of which it is asked whether the rest of the picture knows of them."""
SHOWN = 6
"""Patterns that are taken further."""
FAINTER = 0.8
"""Places whose likeness reaches this share of the threshold belong to the pattern as well."""
LOOKED_AT, FLAT = 20, 4.0
"""Images that show a pattern most, and the standard deviation of each colour (of 255) below which its place is empty:
what compression leaves of a plain wall or a black border has less, and of a sharp mark far more."""
ONE = 0.5
"""Correlation over images from which two patterns are one artefact, seen at two of its places; and below whose negative
the one is the place of the other where that is missing."""
QUESTION = say("Does something that no cue names recur in the images of one class?")


@dataclass(frozen=True, kw_only=True, eq=False)
class Pattern:
    """Something that recurs, with its value in every image that it was not mined in."""

    cue: CueValues
    label: str
    """The class in which it recurs."""
    recurrence: Recurrence
    places: np.ndarray
    """int (n,): the place of each image that is most like it."""
    features: LocalFeatures
    prototype: np.ndarray
    """float32 (dimensions,), of unit length."""
    threshold: float
    """Likeness from which an image has it."""
    empty: bool = False
    """Whether there is nothing to see at its place in most of the images that show it most: one flat colour."""

    @property
    def looks_put_there(self) -> bool:
        """Whether it recurs as only what was put there does."""
        return self.recurrence.score >= PUT_THERE

    @property
    def surely_put_there(self) -> bool:
        """Whether it does so beyond what is asked of one that the model uses."""
        return self.recurrence.score >= SURELY

    def where(self, rgb: np.ndarray, fainter: float = 1.0) -> np.ndarray:
        """Places of uint8 (size, size, 3) whose likeness reaches that share of the threshold, int; one at least."""
        alike = (self.features.of(rgb[None])[0] @ self.prototype).ravel()
        found = np.flatnonzero(alike >= fainter * self.threshold)
        return found if len(found) else np.array([int(alike.argmax())])

    def cover(self, rgb: np.ndarray) -> np.ndarray:
        """Where it is in uint8 (size, size, 3), and fainter signs of it: float32 (size, size), 0 or 1."""
        size = len(rgb)
        mask = np.zeros((size, size), np.float32)
        for place in self.where(rgb, FAINTER):
            left, upper, right, lower = (round(edge * size) for edge in self.features.box(place))
            mask[upper:lower, left:right] = 1
        return mask

    @property
    def how(self) -> Sentence:
        """What was seen of it."""
        seen = self.recurrence
        return say(
            "The images with and without it lie {separation:.1f} standard deviations apart, and the places that "
            "show it most are alike by {likeness:.2f} of 1 (score {score:.2f}).",
            separation=seen.separation,
            likeness=seen.likeness,
            score=seen.score,
        )

    def likeness(self, rgb: np.ndarray) -> np.ndarray:
        """How alike each place of uint8 (h, w, 3) is, float (side, side): 0.5 at the threshold, up to 1."""
        alike = (self.features.of(resized(rgb, self.features.size)[None])[0] @ self.prototype).reshape(
            self.features.side, -1
        )
        return np.clip(alike / (2 * self.threshold), 0, 1)

    def box(self, row: int) -> tuple[float, float, float, float]:
        """Left, upper, right, lower edge of the place in an image, as shares of its sides."""
        return self.features.box(int(self.places[row]))


def patterns(
    images: ImageTable, survey: Survey, backbone: Backbone | None, settings: Settings, progress: Progress
) -> tuple[Pattern, ...]:
    """Up to six patterns, those that look most put there first; none in a scan, which has no network."""
    if backbone is None or survey.pixels is None or "discovery" in settings.without:
        return ()
    if not backbone.pretrained:
        raise Unavailable(say("needs a network that was trained before: what an untrained one sees alike says little"))
    rng = generator(settings.seed, "discovery")
    mined_in = half_of(images, rng)
    if len(mined_in) < FEWEST // 2:
        raise Unavailable(say("needs {n} images at least, to mine one half and test in the other", n=FEWEST))
    codes = images.codes[mined_in]
    with progress.step(f"Looking for what recurs in {len(mined_in)} images"):
        features = learn(backbone, survey.pixels, survey.rows[mined_in], rng)
        if features is None:
            raise Unavailable(
                say(
                    "{model} has no map of a middle size, whose places could be compared",
                    model=Name("model", backbone.name),
                )
            )
        descriptors = np.concatenate(list(_of_each(features, survey.pixels, survey.rows[mined_in], _as_they_are)))
        found = [(recurrence(one, codes), one) for one in mine(descriptors, codes, len(images.classes), rng)]
        tied = sorted((pair for pair in found if pair[0].gain >= LEAST_GAIN), key=lambda pair: -pair[0].score)
        asked = [
            (replace(how, told_by_the_rest=told_by_the_rest(one, descriptors, codes)), one) for how, one in tied[:ASKED]
        ]
        del descriptors
        chosen = _distinct(sorted(asked, key=lambda pair: -pair[0].score))
        if not chosen:
            return ()
        prototypes = np.stack([one.prototype for _, one in chosen])
        values, places = _everywhere(features, survey.pixels, survey.rows, prototypes)
    values[:, mined_in] = np.nan
    found_patterns = []
    for number, (how, one) in enumerate(chosen, 1):
        its_values, its_places = values[number - 1], places[number - 1]
        rows = np.array(showing_most(np.nan_to_num(its_values, nan=-np.inf)), dtype=int)
        shown, has = survey.pixels.read(survey.rows[rows]), its_values[rows] >= one.threshold
        rng = generator(settings.seed, "described", str(number))
        looks = described(shown[has], its_places[rows][has], features.boxes, len(chosen), rng)
        found_patterns.append(
            Pattern(
                cue=_cue(number, its_values, one.threshold, looks),
                label=images.classes[one.code],
                recurrence=how,
                places=its_places,
                features=features,
                prototype=one.prototype,
                threshold=one.threshold,
                empty=_is_empty(shown, features.boxes[its_places[rows]]),
            )
        )
    return tuple(found_patterns)


def _cue(number: int, values: np.ndarray, threshold: float, looks: Sentence) -> CueValues:
    return CueValues(
        id=f"pattern_{number}",
        kind="discovered",
        question=QUESTION,
        values=values,
        threshold=threshold,
        called=say("{looks} ({cue})", looks=looks, cue=Name("cue", f"pattern {number}")),
    )


def half_of(images: ImageTable, rng: np.random.Generator) -> np.ndarray:
    """Rows of whole groups, half of those of each class, without the given test part; int (m,), in order."""
    taken = np.zeros(images.n, dtype=bool)
    groups, codes = np.unique(images.groups, return_inverse=True)
    of_group = np.full(len(groups), -1)
    of_group[codes] = images.codes
    for code in range(len(images.classes)):
        some = rng.permutation(np.flatnonzero(of_group == code))
        taken[np.isin(codes, some[: len(some) // 2])] = True
    rows = np.flatnonzero(taken & ~images.held_out)
    return np.sort(rng.choice(rows, MOST, replace=False)) if len(rows) > MOST else rows


def showing_most(values: np.ndarray) -> list[int]:
    """Rows of the images that show a pattern most, at most 20; values: float (n,), -inf where they do not count."""
    return [int(row) for row in np.argsort(-values, kind="stable")[:LOOKED_AT] if np.isfinite(values[row])]


def _is_empty(shown: np.ndarray, boxes: np.ndarray) -> bool:
    """shown: uint8 (m, size, size, 3), the pictures that show it most; boxes: float (m, 4), where it is in them."""
    spread = []
    for rgb, box in zip(shown, boxes, strict=True):
        left, upper, right, lower = (round(edge * len(rgb)) for edge in box)
        spread.append(float(rgb[upper:lower, left:right].std(axis=(0, 1)).max()))
    return bool(spread) and float(np.median(spread)) < FLAT


def _distinct(found: list[tuple[Recurrence, Mined]]) -> list[tuple[Recurrence, Mined]]:
    """The first of those that go together, or take turns, image by image."""
    chosen: list[tuple[Recurrence, Mined]] = []
    for how, one in found:
        if len(chosen) < SHOWN and all(abs(np.corrcoef(one.values, other.values)[0, 1]) < ONE for _, other in chosen):
            chosen.append((how, one))
    return chosen


def _everywhere(
    features: LocalFeatures, store: PixelStore, rows: np.ndarray, prototypes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    parts = list(_of_each(features, store, rows, partial(_alike, prototypes)))
    values, places = (np.concatenate(each, axis=1) for each in zip(*parts, strict=True))
    return values.astype(float), places


def _of_each(
    features: LocalFeatures, store: PixelStore, rows: np.ndarray, then: Callable[[np.ndarray], Any]
) -> Iterator[Any]:
    """What `then` makes of the descriptors of each batch."""
    pieces = [(rows[some],) for some in batches(len(rows))]
    look = partial(_look, store, replace(features, network=None), then)
    return by_piece(look, features.network, pieces, Progress(quiet=True), "")


def _look(
    store: PixelStore,
    features: LocalFeatures,
    then: Callable[[np.ndarray], Any],
    network: Backbone,
    rows: np.ndarray,
) -> Any:
    return then(replace(features, network=network).of(store.read(rows)))


def _as_they_are(descriptors: np.ndarray) -> np.ndarray:
    return descriptors


def _alike(prototypes: np.ndarray, descriptors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return best_places(descriptors, prototypes)
