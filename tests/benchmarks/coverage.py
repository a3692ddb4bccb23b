"""How often the printed 95% intervals hold the truth, in groups of 20 to 1,000 simulated people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from scipy.stats import norm

from biasaudit.evidence.subgroups.adjusted import adjusted_difference
from biasaudit.stats.intervals import (
    Interval,
    area_under_curve,
    average,
    difference,
    effective_n,
    mean,
    mean_error,
    proportion,
    ratio,
)

SIZES = (20, 50, 200, 1000)
"""People in a group; where images are several a person, persons."""
Draw = Callable[[int, np.random.Generator], tuple[Interval | None, float]]


def a_share(n: int, rng: np.random.Generator) -> tuple[Interval, float]:
    """A share of n people, somewhere from 5 to 95%."""
    true = rng.uniform(0.05, 0.95)
    return proportion(rng.binomial(n, true), n), true


def _of_patients(n: int, rng: np.random.Generator) -> tuple[Interval, float]:
    """A share of four images each of n patients, some of whom are harder than others."""
    ease = rng.beta(4, 2, n)
    groups = np.repeat(np.arange(n), 4)
    hits = (rng.random(4 * n) < ease[groups]).astype(float)
    return proportion(hits.sum(), 4 * n, effective_n(hits, groups)), 4 / 6


def _difference(n: int, rng: np.random.Generator) -> tuple[Interval, float]:
    (one, first), (other, second) = a_share(n, rng), a_share(n, rng)
    return difference(one, other), first - second


def _ratio(n: int, rng: np.random.Generator) -> tuple[Interval | None, float]:
    (one, first), (other, second) = a_share(n, rng), a_share(n, rng)
    return ratio(one, other), first / second


def _balanced(n: int, rng: np.random.Generator) -> tuple[Interval, float]:
    """Accuracy within two classes of n / 2 each."""
    true = rng.uniform(0.5, 0.98, 2)
    return average([proportion(rng.binomial(n // 2, share), n // 2) for share in true]), float(true.mean())


def _area(n: int, rng: np.random.Generator) -> tuple[Interval, float]:
    """An AUC of two bell curves, from 0.58 to 0.96, with 20 to 50% positives."""
    apart, positives = rng.uniform(0.3, 2.5), max(2, round(rng.uniform(0.2, 0.5) * n))
    area = float((rng.normal(apart, 1, positives)[:, None] > rng.normal(0, 1, n - positives)).mean())
    return area_under_curve(area, positives, n - positives), float(norm.cdf(apart / np.sqrt(2)))


def _answers(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, float]:
    """Probabilities of n people, who belong where these say, and one shape of their distribution."""
    shape = float(rng.choice([0.5, 1.0, 2.0]))
    chance = rng.beta(shape, shape, n)
    return chance, rng.random(n) < chance, shape


def _brier(n: int, rng: np.random.Generator) -> tuple[Interval, float]:
    chance, truth, shape = _answers(n, rng)
    spread = 1 / (4 * (2 * shape + 1))  # of a beta distribution; a calibrated Brier score is E p (1 - p)
    return mean_error((chance - truth) ** 2, np.arange(n)), 0.25 - spread


def _calibration(n: int, rng: np.random.Generator) -> tuple[Interval, float]:
    chance, truth, _ = _answers(n, rng)
    return mean(chance - truth, np.arange(n)), 0.0


def _adjusted(n: int, rng: np.random.Generator) -> tuple[Interval | None, float]:
    """A difference of shares that is the same in two hospitals, whose shares and mixes differ."""
    true, strata, inside = rng.uniform(-0.2, 0.2), rng.integers(0, 2, 2 * n), rng.random(2 * n) < 0.5
    chance = np.where(strata == 1, 0.6, 0.3) + true * inside
    return adjusted_difference(rng.random(2 * n) < chance, inside, strata), true


METHODS: dict[str, Draw] = {
    "share (Wilson)": a_share,
    "share, four images a patient": _of_patients,
    "difference (Newcombe)": _difference,
    "ratio (Donner & Zou)": _ratio,
    "accuracy within classes": _balanced,
    "AUC (Newcombe)": _area,
    "Brier score": _brier,
    "calibration error": _calibration,
    "difference within strata": _adjusted,
}


def _rows(repeats: int) -> Iterator[dict[str, Any]]:
    for name, draw in METHODS.items():
        for n in SIZES:
            rng = np.random.default_rng([n, len(name)])
            found = [draw(n, rng) for _ in range(repeats)]
            known = [(each, true) for each, true in found if each is not None]
            held = np.mean([each.low - 1e-12 <= true <= each.high + 1e-12 for each, true in known])
            yield {"interval": name, "n": n, "coverage": float(held), "of": len(known)}


def measure(repeats: int = 4000) -> list[dict[str, Any]]:
    """Coverage of every method at every size, over populations drawn anew each time."""
    return list(_rows(repeats))
