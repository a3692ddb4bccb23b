"""Many tests at once, and the smallest effect that data would have shown."""

from __future__ import annotations

import numpy as np
from scipy import stats as scipy_stats

from biasaudit.stats.strata import van_elteren


def q_values(p_values: np.ndarray) -> np.ndarray:
    """Adjusted p-values of one declared family, float (tests,), 0 to 1 (Benjamini & Hochberg 1995).

    p_values: float (tests,), 0 to 1, no NaN; none is allowed.
    """
    return scipy_stats.false_discovery_control(p_values, method="bh") if len(p_values) else np.array([])


def _noncentrality(tests: int, power: float) -> float:
    """Standard errors that lie between no effect and one that is seen with `power`."""
    return float(scipy_stats.norm.isf(0.025 / max(tests, 1)) + scipy_stats.norm.ppf(power))


def detectable_auc(
    n_positive: int | np.ndarray, n_negative: int | np.ndarray, tests: int = 1, power: float = 0.8
) -> float:
    """Smallest AUC, 0.5 to 1, that so many images show with `power` in a two-sided test at 0.05 / tests.

    n_positive, n_negative: images on either side, int, or int (strata,) of several strata. 1 where no stratum has both.
    From the standard error without an effect (Mann & Whitney 1947), of several strata that of van Elteren 1960.
    tests: how many share the 0.05 (Bonferroni). power: 0 to 1.
    """
    inside, outside = np.atleast_1d(n_positive), np.atleast_1d(n_negative)
    both = (inside > 0) & (outside > 0)
    if not both.any():
        return 1.0
    inside, outside = inside[both], outside[both]
    variances = (inside + outside + 1) / (12 * inside * outside)
    shares = van_elteren(inside, outside) / van_elteren(inside, outside).sum()
    return float(min(1.0, 0.5 + _noncentrality(tests, power) * np.sqrt((shares**2 * variances).sum())))


def detectable_v(
    n: int | np.ndarray,
    n_levels: int | np.ndarray,
    n_labels: int | np.ndarray,
    tests: int = 1,
    power: float = 0.8,
) -> float:
    """Smallest Cramer's V, 0 to 1, that n images show with `power` in a test at 0.05 / tests.

    n, n_levels, n_labels: images, levels and labels, int, or int (strata,) of several strata: it is then the V in all
    of them that the sum of their chi-squareds shows. 1 where nothing could be shown. From the noncentral chi-squared
    distribution (Cohen 1988, chapter 7). tests: how many share the 0.05. power: 0 to 1.
    """
    n, n_levels, n_labels = np.atleast_1d(n), np.atleast_1d(n_levels), np.atleast_1d(n_labels)
    freedom = int(((n_levels - 1) * (n_labels - 1)).sum())
    information = int((n * (np.minimum(n_levels, n_labels) - 1)).sum())
    if not freedom or not information:
        return 1.0
    critical = scipy_stats.chi2.isf(0.05 / max(tests, 1), freedom)
    low, high = 0.0, 1e4
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if scipy_stats.ncx2.sf(critical, freedom, middle) < power else (low, middle)
    return float(min(1.0, np.sqrt(high / information)))


def detectable_mean(differences: np.ndarray, tests: int = 1, power: float = 0.8) -> float:
    """Smallest mean, in the unit of the differences, that paired differences of this spread show with `power`.

    differences: float (n,); infinity where n < 2. Two-sided at 0.05 / tests, by the normal distribution (Cohen 1988,
    chapter 2). tests: how many share the 0.05. power: 0 to 1.
    """
    if differences.size < 2:
        return float("inf")
    return float(_noncentrality(tests, power) * differences.std(ddof=1) / np.sqrt(differences.size))
