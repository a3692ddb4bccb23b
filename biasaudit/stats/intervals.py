"""95% intervals of the figures that are printed by group, chosen for how often they hold the truth in small groups.

Images of one patient are not independent: each interval takes the effective number of images, which is that of
independent images that would tell as much.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm, t

LEVEL = 0.95
UNSEEN = 0.1
"""Images at each end of the range that stand for the large errors which few images do not show."""


class Interval(NamedTuple):
    """A figure and the ends of its interval."""

    value: float
    low: float
    high: float

    def clear_of(self, null: float = 0.0) -> float:
        """How far even its nearer end lies from `null`; 0 where it covers that."""
        return max(0.0, self.low - null, null - self.high)


def effective_n(values: np.ndarray, groups: np.ndarray) -> float:
    """The effective sample size, 1 to n: n over the design effect (Kish 1965), and less again where that was estimated
    from few patients (Korn & Graubard 1998).

    values: float (n,), what is averaged; groups: int or str (n,), the patient of each.
    """
    n = len(values)
    if n and groups.dtype.kind == "i" and np.bincount(groups).max() == 1:  # each by itself, and no need to sort
        return float(n)
    _, of_group = np.unique(groups, return_inverse=True)
    if n < 2 or of_group.max() + 1 == n:
        return float(n)
    patients = int(of_group.max()) + 1
    if patients < 2:
        return 1.0
    apart = values - values.mean()
    clustered = float((np.bincount(of_group, apart) ** 2).sum())
    effect = clustered / float((apart**2).sum()) if apart.any() else float((np.bincount(of_group) ** 2).sum()) / n
    few = (norm.ppf(0.975) / t.ppf(0.975, patients - 1)) ** 2
    return float(max(1.0, n / max(effect, 1.0) * few))


def proportion(hits: float, n: float, independent: float | None = None, level: float = LEVEL) -> Interval:
    """Wilson's score interval (1927) of hits out of n > 0 images, `independent` (`effective_n`) of them; 0 to 1."""
    share = hits / n
    return _score(share, n if independent is None else independent, norm.ppf((1 + level) / 2))


def mean(values: np.ndarray, groups: np.ndarray, level: float = LEVEL) -> Interval:
    """Student's interval (1908) of the mean of n > 1 values that lean to neither side, in their unit.

    values: float (n,); groups: int or str (n,), the patient of each.
    """
    independent = effective_n(values, groups)
    half = t.ppf((1 + level) / 2, max(independent - 1, 1.0)) * values.std(ddof=1) / np.sqrt(independent)
    value = float(values.mean())
    return Interval(value, value - float(half), value + float(half))


def mean_error(values: np.ndarray, groups: np.ndarray, level: float = LEVEL) -> Interval:
    """The mean of n > 1 squared errors (Brier 1950), most of them near 0.

    values: float (n,), 0 to 1; groups: int or str (n,), the patient of each. As Wilson's interval (1927) of a
    proportion with the same standard error, which leans to the middle as such a mean does. A few images hold no large
    error that many would: a tenth of an image at each end of the range stands for those.
    """
    value, independent = float(values.mean()), effective_n(values, groups)
    squares = float(((values - value) ** 2).sum()) + UNSEEN * ((1 - value) ** 2 + value**2)
    spread = squares / (len(values) - 1 + UNSEEN)
    share = (float(values.sum()) + UNSEEN) / (len(values) + 2 * UNSEEN)
    quantile = t.ppf((1 + level) / 2, max(independent - 1, 1.0))
    return _score(value, independent * share * (1 - share) / spread, float(quantile))


STEP = 1e-9
"""From an area, to where the ends of its interval are looked for."""


def area_under_curve(area: float, positives: float, negatives: float, level: float = LEVEL) -> Interval:
    """The interval of an AUC, 0 to 1, from the numbers behind it (Newcombe 2006, method 5), also where it is 0 or 1.

    positives, negatives: how many independent images (`effective_n`) there are on either side.
    """
    quantile = norm.ppf((1 + level) / 2)
    extra = (positives + negatives) / 2 - 1

    def variance(true: float) -> float:
        inside = 1 + extra * ((1 - true) / (2 - true) + true / (1 + true))
        return true * (1 - true) * inside / (positives * negatives)

    def end(toward: float) -> float:
        def beyond(true: float) -> float:
            return abs(true - area) - quantile * float(np.sqrt(variance(true)))

        if abs(area - toward) <= STEP:
            return toward
        near, far = area + STEP * np.sign(toward - area), toward
        return float(brentq(beyond, near, far)) if beyond(far) > 0 > beyond(near) else toward

    return Interval(area, end(0.0), end(1.0))


def difference(one: Interval, other: Interval) -> Interval:
    """One figure less another of other images, from their own intervals (Newcombe 1998, method 10)."""
    value = one.value - other.value
    return Interval(
        value,
        value - float(np.hypot(one.value - one.low, other.high - other.value)),
        value + float(np.hypot(one.high - one.value, other.value - other.low)),
    )


def ratio(one: Interval, other: Interval) -> Interval | None:
    """One figure over another of other images (Donner & Zou 2012); None where the other is 0, or may well be."""
    if other.low <= 0:
        return None
    product = one.value * other.value

    def end(mine: float, theirs: float, sign: int) -> float:
        under = theirs * (2 * other.value - theirs)
        root = product**2 - mine * (2 * one.value - mine) * under
        return (product + sign * float(np.sqrt(max(root, 0.0)))) / under

    return Interval(one.value / other.value, end(one.low, other.high, -1), end(one.high, other.low, 1))


def average(figures: Sequence[Interval]) -> Interval:
    """The mean of figures of different images, such as the accuracy within each class (Zou & Donner 2008)."""
    value = float(np.mean([each.value for each in figures]))
    down = float(np.sqrt(np.sum([(each.value - each.low) ** 2 for each in figures]))) / len(figures)
    up = float(np.sqrt(np.sum([(each.high - each.value) ** 2 for each in figures]))) / len(figures)
    return Interval(value, value - down, value + up)


def _score(share: float, n: float, quantile: float) -> Interval:
    square = quantile**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = float(np.sqrt(square * (share * (1 - share) / n + square / (4 * n**2)))) / (1 + square / n)
    return Interval(share, max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half)))
