"""What the traits of the files that no subject has tell together: of the label, and of the given test part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold
from threadpoolctl import threadpool_limits

from biasaudit.cues.files.resampling import NOT_RESAMPLED
from biasaudit.errors import Unavailable
from biasaudit.evidence.boosted_trees import (
    LEARNT_FROM,
    LEARNT_FROM_TOO,
    PERMUTATIONS,
    asked_about,
    columns_of,
    fitted,
    learnt_from,
    out_of_fold,
)
from biasaudit.evidence.named.cue_values import CueValues
from biasaudit.evidence.predictions import FROZEN_FOLDS
from biasaudit.evidence.strata import strata_of
from biasaudit.images.table import ImageTable
from biasaudit.model.folds import assign_folds
from biasaudit.results import Estimate, Sentence, say
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings
from biasaudit.stats import generator, interval, null_auc, permutation_p, stratified_auc

OF_THE_SUBJECT = ("aspect_ratio", "image_size", "bytes_per_pixel", "orientation", "file_name")
"""Traits that are left out. What is tall is photographed upright, and foliage needs more bytes than a wall; of the size
the longer side is kept, which is the same however a picture was turned. A name is no trait of a picture: whoever sorted
the files may have given it."""
FEW, OF_ALL = 12, 0.5
"""Longer sides that this share of the images must have, for sizes to tell of sources: where each picture has its own,
it was cut out to its subject, and tells how large that is. So with how much pictures were resized, to whole percents,
of those that were."""
LONGER_SIDE, RESAMPLING = "longer_side", "resampling"
FEWEST = 10
"""Images of the given test part, and of a class, from which on it is asked."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SourceTraits:
    """How well one thing is told by the traits of the files."""

    cues: tuple[str, ...]
    """Ids of the traits, those that tell most by themselves first."""
    alone: tuple[float, ...]
    """Of each the AUC by itself, 0.5 to 1, out of fold."""
    label: str
    """The class that is told best, "" where the test part is asked about."""
    auc: Estimate
    """Out of fold, and within what is held fixed."""
    p_value: float
    """Were the labels dealt by chance within folds; of several classes the best is taken in each deal too."""
    rows: np.ndarray
    """int (m,): the images that were asked about."""
    scores: np.ndarray
    """float (m,): the log-odds, by trees that never saw the image's group."""
    positive: np.ndarray
    """bool (m,): whether it is so."""


def source_traits(
    images: ImageTable, known_cues: tuple[CueValues, ...], settings: Settings, progress: Progress
) -> SourceTraits | None:
    """The class that file traits tell best, by boosted trees, cross-fitted by group, against a permutation null.

    None where no such trait differs between the images. Raises Unavailable where no folds can be made.
    """
    cues = _traits(known_cues, cut_out=True)
    if not cues:
        return None
    counted = ~images.held_out
    # Among so few as five images chance tells a class nearly surely, and would hide what tells the others.
    codes, some = asked_about(images.codes, counted, FEWEST)
    if not len(some):
        raise Unavailable(say("no class has {n} images to compare with others", n=FEWEST))
    names = {number: images.classes[code] for number, code in enumerate(some)}
    fold = assign_folds(images, FROZEN_FOLDS, settings.seed)
    strata = strata_of(known_cues, counted).codes
    with progress.step("Learning from the traits of the files"), threadpool_limits(1):

        def odds_of(some: Sequence[CueValues], codes: np.ndarray) -> np.ndarray:
            table = columns_of(some, counted)
            learnt = learnt_from(images, fold, settings.seed)
            models = [fitted(table.of(rows), codes[rows], settings.seed) for rows in learnt[: fold[counted].max() + 1]]
            return out_of_fold(models, table, np.where(counted, fold, -1))[counted]

        return _told(
            cues,
            odds_of,
            codes,
            counted,
            names,
            images.group_codes[counted],
            _crossed(fold[counted], strata[counted]),
            settings.seed,
            say("AUC from the traits of the files alone, out of fold"),
        )


def part_traits(
    images: ImageTable, known_cues: tuple[CueValues, ...], settings: Settings, progress: Progress
) -> SourceTraits | None:
    """How well the given test part is told from the rest by the same traits, within each class.

    None where there is no test part, or no such trait differs. Raises Unavailable where it is too small.
    """
    held, cues = images.held_out, _traits(known_cues, cut_out=False)
    if not held.any() or not cues:
        return None
    if min(held.sum(), (~held).sum()) < FEWEST:
        raise Unavailable(say("the given test part is too small to compare"))
    every = np.ones(images.n, dtype=bool)
    groups, part = images.group_codes, held.astype(int)
    fold = _folds(2 * images.codes + part, part, groups, settings.seed)
    with progress.step("Comparing the files of the given parts"), threadpool_limits(1):

        def odds_of(some: Sequence[CueValues], codes: np.ndarray) -> np.ndarray:
            table = columns_of(some, every)
            drawn = generator(settings.seed, "part_traits", "sample").permutation(images.n) < LEARNT_FROM
            learnt = [drawn & (fold != number) for number in np.unique(fold)]
            return out_of_fold([fitted(table.of(rows), codes[rows], settings.seed) for rows in learnt], table, fold)

        return _told(
            cues,
            odds_of,
            part,
            every,
            {1: ""},
            groups,
            _crossed(fold, images.codes),
            settings.seed,
            say("AUC of the given test part against the rest, from the traits of the files alone, within classes"),
        )


def _traits(known_cues: Sequence[CueValues], cut_out: bool) -> list[CueValues]:
    """The traits that count, with the longer side in place of the size; cut_out: not where it may be the subject's."""
    cues = [cue for cue in known_cues if cue.kind == "file" and not cue.untestable and cue.id not in OF_THE_SUBJECT]
    cues += _longer_side({cue.id: cue for cue in known_cues if cue.kind == "file"})
    return [cue for cue in cues if not cut_out or cue.id not in (LONGER_SIDE, RESAMPLING) or _has_few_values(cue)]


def _longer_side(files: dict[str, CueValues]) -> Iterator[CueValues]:
    """The longer side of each picture in pixels, log2, where it differs."""
    size, shape = files.get("image_size"), files.get("aspect_ratio")
    if size is None or size.values is None:
        return
    wide = np.zeros(len(size.values)) if shape is None or shape.values is None else shape.values
    side = np.round((size.values + np.log2(1e6) + np.abs(wide)) / 2, 3)
    if len(np.unique(side[np.isfinite(side)])) > 1:
        yield replace(size, id=LONGER_SIDE, values=side)


def _has_few_values(cue: CueValues) -> bool:
    assert cue.values is not None
    values = cue.values[np.isfinite(cue.values)]
    if cue.id == RESAMPLING:
        values = np.rint(values[values < NOT_RESAMPLED])
    counts = np.unique(values, return_counts=True)[1]
    return bool(np.sort(counts)[-FEW:].sum() >= OF_ALL * counts.sum())


def _folds(codes: np.ndarray, part: np.ndarray, groups: np.ndarray, seed: int) -> np.ndarray:
    """int (n,): groups whole, classes and parts in their shares as far as they go."""
    fewest = min(len(np.unique(groups[part == each])) for each in (0, 1))
    folds = max(2, min(FROZEN_FOLDS, fewest))
    codes = codes if np.bincount(codes)[np.unique(codes)].min() >= folds else part  # strata too small to be dealt
    fold = np.zeros(len(part), dtype=int)
    dealt = StratifiedGroupKFold(folds, shuffle=True, random_state=seed).split(part, codes, groups)
    for number, (_, test) in enumerate(dealt):
        fold[test] = number
    if any(len(np.unique(part[fold != number])) < 2 for number in range(folds)):
        raise Unavailable(say("the groups cannot be split so that every fold has images of both parts"))
    return fold


def _crossed(fold: np.ndarray, strata: np.ndarray) -> np.ndarray:
    """int (n,): folds and what is held fixed, crossed: scores of two folds are not on one scale."""
    return np.unique(np.stack([fold, strata]), axis=1, return_inverse=True)[1].ravel()


def _told(
    cues: Sequence[CueValues],
    odds_of: Callable[[Sequence[CueValues], np.ndarray], np.ndarray],
    codes: np.ndarray,
    rows: np.ndarray,
    names: Mapping[int, str],
    groups: np.ndarray,
    strata: np.ndarray,
    seed: int,
    measure: Sentence,
) -> SourceTraits:
    """codes: int (n,); rows: bool (n,), the m images that count; names: of the codes that are asked about."""
    once, of = np.ones((1, int(rows.sum()))), codes[rows]

    def area_of(scores: np.ndarray, positive: np.ndarray) -> float:
        return float(np.nan_to_num(stratified_auc(scores, positive, strata, once)[0], nan=0.5))

    odds = odds_of(cues, codes)
    code = max(names, key=lambda each: area_of(odds[:, each], of == each))
    positive, scores = of == code, odds[:, code]
    area = area_of(scores, positive)
    rng = generator(seed, "source_traits", "permutations")
    null = null_auc([odds[:, each] for each in names], of, groups, strata, PERMUTATIONS, rng)
    chance = np.max([null[:, place, each] for place, each in enumerate(names)], axis=0)
    low, high = interval(
        lambda weights: stratified_auc(scores, positive, strata, weights),
        groups,
        generator(seed, "source_traits", "interval"),
    )
    low, high = (area if not np.isfinite(each) else each for each in (low, high))
    alone = [max(0.5, area_of(odds_of([cue], (codes == code).astype(int))[:, 1], positive)) for cue in cues]
    order = np.argsort([-each for each in alone], kind="stable")
    return SourceTraits(
        cues=tuple(cues[place].id for place in order),
        alone=tuple(alone[place] for place in order),
        label=names[code],
        auc=Estimate(
            measure=measure,
            value=area,
            low=min(low, area),
            high=max(high, area),
            null=0.5,
            limit=1.0,
            n=len(of),
        ),
        p_value=permutation_p(area, 0.5 + LEARNT_FROM_TOO * (chance - 0.5)),
        rows=np.flatnonzero(rows),
        scores=scores,
        positive=positive,
    )
