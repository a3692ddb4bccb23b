"""How many bear a mark, where the detector that counts them misses some and takes others for it."""

from __future__ import annotations

from scipy.stats import beta

from biasaudit.stats.intervals import Interval, proportion

LIKE_DRAWN = 0.8
"""Marks that people see are harder than drawn ones: of what people labelled in 1,332 dermoscopic photographs (ruler,
ink, colour patches, hair) our detectors find 53% to 83%, of what is drawn there nearly all. The sensitivity is taken to
lie between so much of that for drawn marks and all of it, halfway for the likely value. A detector that finds fewer of
the real ones than that (ink: 53%) may still leave the true share out."""
LIKELY_FALSE = 0.025
"""Thresholds are set where two or three in a hundred everyday photographs pass."""


def corrected_share(found: float, n: float, seen: int, drawn: int, falsely: float) -> Interval:
    """The share that bears a mark, 0 to 1, of which `found` were detected (Rogan & Gladen 1978), and a plausible range.

    Args:
        found: share of the images in which the detector fires.
        n: independent images behind it, above 0.
        seen: of `drawn` > 0 marks drawn into images that lack it, faint and strong ones, how many it found.
        falsely: share of the images that lack it, 0 to 1, in which it may fire at most; half of it is taken for likely,
            and no more than `LIKELY_FALSE`.

    The range goes from all drawn marks found and as many false fires as may be, to as few found as 95% of such
    drawings leave possible, times `LIKE_DRAWN`, and no false fire; either with the interval of `found` (Wilson 1927).
    """
    counted = proportion(found * n, n)
    sensitivity = (1 + LIKE_DRAWN) / 2 * max(seen / drawn, 0.5 / drawn)
    least = LIKE_DRAWN * float(beta.ppf(0.05, seen + 0.5, drawn - seen + 0.5))
    likely = min(falsely / 2, LIKELY_FALSE, found)
    value = _share(found, sensitivity, likely)
    low, high = _share(counted.low, 1.0, min(falsely, counted.low)), _share(counted.high, least, 0.0)
    return Interval(min(max(value, low), high), low, high)


def _share(found: float, sensitivity: float, falsely: float) -> float:
    return min(1.0, max(0.0, (found - falsely) / max(sensitivity - falsely, 1e-9)))
