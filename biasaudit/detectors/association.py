"""Rung one: is the cue tied to the label in the data?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from biasaudit.detectors.detector import detector
from biasaudit.detectors.rung import RungResult
from biasaudit.evidence import rare_marks
from biasaudit.evidence.cue_values import CueValues, coded
from biasaudit.evidence.strata import Strata, strata_of
from biasaudit.images.table import ImageTable
from biasaudit.results import NOTHING, Estimate, Name, Sentence, say
from biasaudit.settings import Settings
from biasaudit.stats import (
    auc,
    contingency,
    cramers_v,
    detectable_auc,
    detectable_v,
    generator,
    interval,
    members,
    null_auc,
    permutation_p,
    permutations_for,
    permuted_within,
    smallest_p,
    stratified_auc,
    stratified_auc_under,
    stratified_v,
)
from biasaudit.thresholds import Q

PERMUTATIONS = 1999
MEDIATOR = say("declared a mediator: a tie of it to the label is part of what the label names")
BOTH = say("both classes")
TOO_FEW_GROUPS = say("Too few groups to resample.")


def _untested(cue: CueValues, label: str | None, why: Sentence) -> RungResult:
    return RungResult(cue=cue.key, label=label, rung="association", why=why)


def _too_few(positive: np.ndarray, groups: np.ndarray, held: np.ndarray, strata: Strata, tests: int) -> Sentence:
    """Why even a perfect tie could not be told from chance; nothing where it could."""
    if tests * smallest_p(positive, groups, held) < Q:
        return NOTHING
    return strata.given(
        say(
            "with {one} {what} on one side and {other} on the other even a perfect tie could be chance.",
            one=len(np.unique(groups[positive])),
            what=say("images") if len(np.unique(groups)) == len(groups) else say("groups"),
            other=len(np.unique(groups[~positive])),
        )
    )


def _one_class(
    cue: CueValues,
    code: int,
    null: np.ndarray,
    images: ImageTable,
    strata: Strata,
    tests: int,
    rng: np.random.Generator,
) -> RungResult:
    """One class against the rest, turned so that the AUC is at least 0.5; of two classes the one with more of it."""
    assert cue.values is not None
    two, known = len(images.classes) == 2, np.isfinite(cue.values)
    label, positive, sign = images.classes[code], images.codes == code, 1
    rows = strata.speaking(known, positive, cue.values)
    if not rows.any():
        what = BOTH if two else say("{label} and others", label=Name("label", label))
        return _untested(cue, label, strata.silence(known, positive, what))
    crude = auc(cue.values[known], positive[known])
    values, positive, groups, held = cue.values[rows], positive[rows], images.group_codes[rows], strata.codes[rows]
    value = float(stratified_auc(values, positive, held, np.ones((1, len(values))))[0])
    if not value >= 0.5 and two:
        label, positive, value, crude = images.classes[1 - code], ~positive, 1 - value, 1 - crude
    elif value < 0.5:
        sign, value, crude = -1, 1 - value, 1 - crude
    if why := _too_few(positive, groups, held, strata, tests):
        return _untested(cue, label, why)
    low, high = interval(stratified_auc_under(sign * values, positive, held), groups, rng)
    if not np.isfinite(low):
        return _untested(cue, label, TOO_FEW_GROUPS)
    # Groups, not images, are what a power calculation may count.
    sides = [[len(np.unique(groups[part[side[part]]])) for part in members(held)] for side in (positive, ~positive)]
    side, of_label = say("more") if sign > 0 else say("less"), Name("label", label)
    measure = say(
        "AUC of {side} {cue}, {label} against the rest{given}",
        side=side, cue=cue.name, label=of_label, given=strata.aside,
    )  # fmt: skip
    told = say(
        "{side} of it tells {label} from the rest with AUC {value:.2f}{crude}.",
        side=side, label=of_label, value=value, crude=strata.beside(crude),
    )  # fmt: skip
    return RungResult(
        cue=cue.key,
        label=label,
        rung="association",
        method=say("permutation"),
        p_value=permutation_p(value, 0.5 + np.abs(null - 0.5)),
        estimate=Estimate(
            measure=measure,
            value=value,
            low=min(low, value),
            high=max(high, value),
            null=0.5,
            limit=1.0,
            n=len(values),
        ),
        why=strata.given(told),
        smallest_detectable=detectable_auc(np.array(sides[0]), np.array(sides[1]), tests),
        floor=rare_marks.FLOOR if _a_rare_sure_mark(cue, values, positive, groups, strata) else None,
    )


def _a_rare_sure_mark(
    cue: CueValues, values: np.ndarray, positive: np.ndarray, groups: np.ndarray, strata: Strata
) -> bool:
    """Within strata this is not asked: few of them hold enough of a rare mark."""
    if cue.threshold is None or strata.names:
        return False
    return rare_marks.tells_surely(values >= cue.threshold, positive, groups)


def _levels(
    cue: CueValues, images: ImageTable, strata: Strata, tests: int, permutations: int, rng: np.random.Generator
) -> RungResult:
    assert cue.levels is not None
    names, levels = coded(cue.levels)
    rows = strata.speaking(np.ones(images.n, dtype=bool), images.codes, levels)
    if not rows.any():
        what = BOTH if len(images.classes) == 2 else say("more than one class")
        return _untested(cue, None, strata.silence(np.ones_like(rows), images.codes, what))
    shape = len(names), len(images.classes)
    crude = float(cramers_v(contingency(levels, images.codes, *shape))[0])
    levels, codes, groups, held = levels[rows], images.codes[rows], images.group_codes[rows], strata.codes[rows]
    present, counts = np.unique(codes, return_counts=True)
    if why := _too_few(codes == present[counts.argmin()], groups, held, strata, tests):
        return _untested(cue, None, why)
    parts = members(held)

    def tied(labels: np.ndarray) -> np.ndarray:
        return stratified_v([contingency(levels[part], labels[:, part], *shape) for part in parts])

    value = float(tied(codes[None])[0])
    null = np.concatenate([tied(labels) for labels in permuted_within(codes, groups, held, permutations, rng)])
    low, high = _interval_of_v(value, levels * shape[1] + codes, shape, parts, groups, rng)
    if not np.isfinite(low):
        return _untested(cue, None, TOO_FEW_GROUPS)
    sizes = [np.array([len(np.unique(what[part])) for part in parts]) for what in (groups, levels, codes)]
    pairs = [(levels == level, codes == code) for level in range(shape[0]) for code in present]
    sure = not strata.names and any(rare_marks.tells_surely(has, of, groups) for has, of in pairs)
    return RungResult(
        cue=cue.key,
        label=None,
        rung="association",
        method=say("permutation"),
        p_value=permutation_p(value, null),
        estimate=Estimate(
            measure=say("Cramer's V of {cue} and the label, bias-corrected{given}", cue=cue.name, given=strata.aside),
            value=value,
            low=min(low, value),
            high=max(high, value),
            null=0.0,
            limit=1.0,
            n=len(codes),
        ),
        why=strata.given(
            say(
                "its {n} values and the label go together with Cramer's V {value:.2f}{crude}.",
                n=shape[0],
                value=value,
                crude=strata.beside(crude),
            )
        ),
        smallest_detectable=detectable_v(sizes[0], sizes[1], sizes[2], tests),
        floor=rare_marks.FLOOR if sure else None,
    )


def _interval_of_v(
    value: float,
    cells: np.ndarray,
    shape: tuple[int, int],
    parts: list[np.ndarray],
    groups: np.ndarray,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Of Cramer's V; NaN where there are too few groups. cells: int (n,), each image's place in the table of `shape`.

    Resampled tables look more tied than the table itself, the more so the more levels: that excess is taken off.
    """
    drawn: list[np.ndarray] = []

    def statistic(weights: np.ndarray) -> np.ndarray:
        tables = [
            np.stack([np.bincount(cells[part], weights=row[part], minlength=shape[0] * shape[1]) for row in weights])
            for part in parts
        ]
        drawn.append(stratified_v([table.reshape(-1, *shape) for table in tables]))
        return drawn[-1]

    low, high = interval(statistic, groups, rng)
    if not np.isfinite(low):
        return low, high
    excess = max(0.0, float(np.nanmean(np.concatenate(drawn))) - value)
    return max(0.0, low - 2 * excess), high - excess


@detector(question="Does this cue alone tell the classes apart?")
def association(images: ImageTable, cue_values: tuple[CueValues, ...], settings: Settings) -> Iterator[RungResult]:
    """Why it matters: a cue that goes with the label in the data is a shortcut on offer, whatever the model does.

    How it is measured: in the images that a model learns from (all but the given test part). For numbers the AUC of
    each class against the rest; for columns of a table (numbers and dates in bands of quartiles, words as they stand,
    ids by how they begin, end and count) Cramer's V, corrected for bias. The null is made by at least
    1,999 permutations of the labels (more where there are many tests), whole patients at a time where a group is
    given; intervals come from resampling groups. Never accuracy against a majority, which breaks on skewed classes.
    Where columns are declared a nuisance, every other cue is compared, and permuted, within their crossed values
    only: van Elteren's mean of the AUCs, the mean of V by images. A nuisance column itself and a sensitive one are
    tested as any cue; a mediator is not, since its tie is part of the label. A mark in a quarter of the images or less
    cannot reach a floor of 0.60 however surely it gives a class away; it counts where it changes the odds of the class
    by 2.25 at the near end of its 95% interval, as such an area does for a mark in half of the images.

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
    the odds ratio); van Elteren 1960 and Mantel & Haenszel 1959 (strata).
    """
    learnt = ~images.held_out
    images, cue_values = images.subset(learnt), tuple(cue.of(learnt) for cue in cue_values)
    testable = [cue for cue in cue_values if not cue.untestable and cue.role != "mediator"]
    numeric = [cue for cue in testable if cue.levels is None]
    per_cue = len(images.classes) if len(images.classes) > 2 else 1
    tests = len(numeric) * per_cue + len(testable) - len(numeric)
    permutations = permutations_for(tests, PERMUTATIONS)
    everything = np.ones(images.n, dtype=bool)
    held, nothing_held = strata_of(cue_values, everything), strata_of((), everything)
    # With two classes the second test would be the first in a mirror.
    codes = range(len(images.classes)) if len(images.classes) > 2 else [1]
    if numeric:
        values = [cue.values for cue in numeric if cue.values is not None]
        shared = generator(settings.seed, "association")
        null = null_auc(values, images.codes, images.group_codes, held.codes, permutations, shared)
    for place, cue in enumerate(numeric):
        rng = generator(settings.seed, "association", cue.key)
        for code in codes:
            yield _one_class(cue, code, null[:, place, code], images, held, tests, rng)
    for cue in testable:
        if cue.levels is not None:
            strata = nothing_held if cue.role == "nuisance" else held
            yield _levels(cue, images, strata, tests, permutations, generator(settings.seed, "association", cue.key))
    for cue in cue_values:
        if cue.role == "mediator" and not cue.untestable:
            yield _untested(cue, None, MEDIATOR)
