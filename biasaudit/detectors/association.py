"""Rung one: is the cue tied to the label in the data?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from biasaudit.detectors.against_the_rest import against_the_rest, untested
from biasaudit.detectors.detector import detector
from biasaudit.detectors.rung import RungResult
from biasaudit.detectors.values_tied import values_tied
from biasaudit.evidence.cue_values import CueValues
from biasaudit.evidence.standouts import held_to_chance, mark_of, too_many
from biasaudit.evidence.strata import Strata, strata_of
from biasaudit.images.table import ImageTable
from biasaudit.results import paragraph, say
from biasaudit.runtime.progress import QUIET, Progress
from biasaudit.settings import Settings
from biasaudit.stats import generator, null_auc, permutation_p, permutations_for

PERMUTATIONS = 1999
MEDIATOR = say("declared a mediator: a tie of it to the label is part of what the label names")
SUREST = say("permutation, the surest of all classes held to the surest by chance")


@detector(question="Does this cue alone tell the classes apart?")
def association(
    images: ImageTable, cue_values: tuple[CueValues, ...], settings: Settings, progress: Progress = QUIET
) -> Iterator[RungResult]:
    """Why it matters: a cue that goes with the label in the data is a shortcut on offer, whatever the model does.

    How it is measured: in the images that a model learns from (all but the given test part). For numbers the AUC of
    each class against the rest; for columns of text Cramer's V, corrected for bias. The null is made by at least
    1,999 permutations of the labels (more where there are many tests), whole patients at a time where a group is
    given; intervals come from resampling groups. Never accuracy against a majority, which breaks on skewed classes.
    Where columns are declared a nuisance, every other cue is compared, and permuted, within their crossed values
    only: van Elteren's mean of the AUCs, the mean of V by images. A nuisance column itself and a sensitive one are
    tested as any cue; a mediator is not, since its tie is part of the label. A mark in a quarter of the images or less
    cannot reach a floor of 0.60 however surely it gives a class away; it counts where it changes the odds of the class
    by 2.25 at the near end of its 95% interval, as such an area does for a mark in half of the images.

    Of more than 20 classes no one is asked by itself, since among a thousand some lies far off by chance: by each cue,
    or value of a column of text, the class that it tells most surely is taken, by how many groups and how far off, and
    its p-value is how often the surest of all classes is as sure where labels are dealt by chance. That is one test a
    cue, so that a cue that tells most classes does not loosen the correction for the others.

    A cue is tied where q, corrected by Benjamini-Hochberg over all tests of this rung, is below 0.05 and the effect is
    at least an AUC of 0.60 or a V of 0.20, or such odds. Where there are too few images or groups for any tie to be
    told from chance, it is untested and not clear. Of cues that move together, as a ruler makes a picture sharper, one
    leads: each tied cue that can draw itself is put into a few images and everything is measured again, and where that
    accounts for another cue's tie, the other is told under it as a side effect. So is what is no longer tied among the
    images on one side of the first, and what is asked of the same column.

    What it cannot show: whether the tie is part of what the label names (a lesion's own colour) and whether a model
    uses it; the other rungs ask that. An AUC misses ties that are not monotone, such as both ends against the middle,
    and a mean over strata misses ties that point one way in some and the other way in others.

    References: Bergsma 2013 (bias-corrected V); Phipson & Smyth 2010 (permutation p-values); Woolf 1955 (interval of
    the odds ratio); van Elteren 1960 and Mantel & Haenszel 1959 (strata); Westfall & Young 1993 (the surest of many);
    Chernoff 1952 (how sure).
    """
    learnt = ~images.held_out
    images, cue_values = images.subset(learnt), tuple(cue.of(learnt) for cue in cue_values)
    testable = [cue for cue in cue_values if not cue.untestable and cue.role != "mediator"]
    strata = strata_of(cue_values, np.ones(images.n, dtype=bool)), strata_of((), np.ones(images.n, dtype=bool))
    if too_many(len(images.classes)):
        yield from _surest_of_many(testable, images, *strata, settings.seed, progress)
    else:
        yield from _each_of_few(testable, images, *strata, settings.seed)
    for cue in cue_values:
        if cue.role == "mediator" and not cue.untestable:
            yield untested(cue, None, MEDIATOR)


def _each_of_few(
    cues: Sequence[CueValues], images: ImageTable, held: Strata, nothing_held: Strata, seed: int
) -> Iterator[RungResult]:
    """Each class against the rest by each cue."""
    numeric = [cue for cue in cues if cue.levels is None]
    per_cue = len(images.classes) if len(images.classes) > 2 else 1
    tests = len(numeric) * per_cue + len(cues) - len(numeric)
    permutations = permutations_for(tests, PERMUTATIONS)
    # With two classes the second test would be the first in a mirror.
    codes = range(len(images.classes)) if len(images.classes) > 2 else [1]
    if numeric:
        values = [cue.values for cue in numeric if cue.values is not None]
        shared = generator(seed, "association")
        null = null_auc(values, images.codes, images.group_codes, held.codes, permutations, shared)
    for place, cue in enumerate(numeric):
        rng = generator(seed, "association", cue.key)
        for code in codes:
            chance = 0.5 + np.abs(null[:, place, code] - 0.5)
            yield against_the_rest(cue, code, partial(permutation_p, null=chance), images, held, tests, rng)
    for cue in cues:
        if cue.levels is not None:
            strata = nothing_held if cue.role == "nuisance" else held
            yield values_tied(cue, images, strata, tests, permutations, generator(seed, "association", cue.key))


def _as_known(p: float, _: float) -> float:
    """A p-value that was found beforehand."""
    return p


def _surest_of_many(
    cues: Sequence[CueValues], images: ImageTable, held: Strata, nothing_held: Strata, seed: int, progress: Progress
) -> Iterator[RungResult]:
    """By each cue the class that it tells most surely; a cue of words also as a whole."""
    words = [cue for cue in cues if cue.levels is not None]
    tests, permutations = len(cues) * len(images.classes), permutations_for(len(cues) + len(words), PERMUTATIONS)
    nuisances = [cue for cue in cues if cue.role == "nuisance"]
    others = [cue for cue in cues if cue.role != "nuisance"]
    for some, strata, name in ((others, held, "many classes"), (nuisances, nothing_held, "many classes, nuisances")):
        shared = generator(seed, "association", name)
        for cue, found, p in held_to_chance(some, images, strata, len(cues), permutations, shared, progress):
            mark, rng = mark_of(cue, found), generator(seed, "association", cue.key, "one of many")
            result = against_the_rest(mark, found.code, partial(_as_known, p), images, strata, tests, rng, found.level)
            if result.estimate is not None:
                of_many = say("Of {n:,} classes it is the one told most surely.", n=len(images.classes))
                result = replace(result, method=SUREST, why=paragraph(result.why, of_many))
            yield result
    for cue in progress.track(words, "Comparing the values of words and columns", len(words)):
        strata = nothing_held if cue.role == "nuisance" else held
        yield values_tied(cue, images, strata, tests, permutations, generator(seed, "association", cue.key))
