"""How far the values of a cue of words and all classes go together: Cramer's V, with interval and p-value."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from biasaudit.detectors.against_the_rest import BOTH, TOO_FEW_GROUPS, too_few, untested
from biasaudit.detectors.rung import RungResult
from biasaudit.evidence import rare_marks
from biasaudit.evidence.cue_values import CueValues, coded
from biasaudit.evidence.standouts import too_many
from biasaudit.evidence.strata import Strata
from biasaudit.images.table import ImageTable
from biasaudit.results import Estimate, say
from biasaudit.stats import (
    contingency,
    cramers_v,
    detectable_v,
    interval,
    members,
    permutation_p,
    permuted_within,
    stratified_v,
)

CELLS = 4_000_000
"""Cells of tables of values and classes that are held at once."""


def values_tied(
    cue: CueValues, images: ImageTable, strata: Strata, tests: int, permutations: int, rng: np.random.Generator
) -> RungResult:
    """The tie of a cue of words as a whole; it speaks for no class by itself. tests: how many share the 0.05."""
    assert cue.levels is not None
    names, levels = coded(cue.levels)
    rows = strata.speaking(np.ones(images.n, dtype=bool), images.codes, levels)
    if not rows.any():
        what = BOTH if len(images.classes) == 2 else say("more than one class")
        return untested(cue, None, strata.silence(np.ones_like(rows), images.codes, what))
    shape = len(names), len(images.classes)
    crude = float(cramers_v(contingency(levels, images.codes, *shape))[0])
    levels, codes, groups, held = levels[rows], images.codes[rows], images.group_codes[rows], strata.codes[rows]
    present, counts = np.unique(codes, return_counts=True)
    # Of many classes some have one image: they are no reason to be silent on the others.
    asked = present[counts.argmax() if too_many(len(images.classes)) else counts.argmin()]
    if why := too_few(codes == asked, groups, held, strata, tests):
        return untested(cue, None, why)
    parts = members(held)

    def of_some(labels: np.ndarray) -> np.ndarray:
        return stratified_v([contingency(levels[part], labels[:, part], *shape) for part in parts])

    def tied(labels: np.ndarray) -> np.ndarray:
        return np.concatenate([of_some(some) for some in _few_at_a_time(labels, shape, parts)])

    value = float(tied(codes[None])[0])
    null = np.concatenate([tied(labels) for labels in permuted_within(codes, groups, held, permutations, rng)])
    low, high = _interval_of_v(value, levels * shape[1] + codes, shape, parts, groups, rng)
    if not np.isfinite(low):
        return untested(cue, None, TOO_FEW_GROUPS)
    sizes = [np.array([len(np.unique(what[part])) for part in parts]) for what in (groups, levels, codes)]
    sure = not strata.names and rare_marks.any_tells_surely(levels, codes, groups)
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


def _few_at_a_time(rows: np.ndarray, shape: tuple[int, int], parts: list[np.ndarray]) -> Iterator[np.ndarray]:
    """The rows, so few at a time that their tables, one of `shape` for each part, have `CELLS` cells at most."""
    step = max(1, CELLS // (shape[0] * shape[1] * len(parts)))
    for start in range(0, len(rows), step):
        yield rows[start : start + step]


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

    def of_some(weights: np.ndarray) -> np.ndarray:
        tables = [
            np.stack([np.bincount(cells[part], weights=row[part], minlength=shape[0] * shape[1]) for row in weights])
            for part in parts
        ]
        return stratified_v([table.reshape(-1, *shape) for table in tables])

    def statistic(weights: np.ndarray) -> np.ndarray:
        drawn.append(np.concatenate([of_some(some) for some in _few_at_a_time(weights, shape, parts)]))
        return drawn[-1]

    low, high = interval(statistic, groups, rng)
    if not np.isfinite(low):
        return low, high
    excess = max(0.0, float(np.nanmean(np.concatenate(drawn))) - value)
    return max(0.0, low - 2 * excess), high - excess
