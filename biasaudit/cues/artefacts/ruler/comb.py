"""A comb along a line: strokes at even steps, and how far they beat chance."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from biasaudit.cues.artefacts.ruler.lines import N_LINES, lay_level, odd, strongest_lines

N_ROWS, N_RHYTHMS = 6, 8
"""Rows read along each line, and rhythms to which a comb is fitted."""
WINDOWS = ((0.0, 0.5), (0.25, 0.75), (0.5, 1.0), (0.0, 1.0))
"""Stretches of a row that are searched for a rhythm: a ruler may be short."""
N_FREQUENCIES, FINEST = 1024, 58
"""Length of the Fourier transform, and the most steps along the longest side: finer rhythms are weave,
compression blocks and jagged edges."""
N_TRIALS = 2 * N_LINES * 2 * N_ROWS * len(WINDOWS) * 20
"""Combs tried in one image: lines, dark or light, rows, windows, and about 20 periods told apart in each."""


def comb_along_a_line(gray: np.ndarray) -> float:
    """Nats, at least 0, by which the best comb along any line beats chance.

    gray: float32 (height, width), luma, 0 to 255.
    """
    side = max(gray.shape)
    half = round(0.07 * side)
    height = 2 * half + 1
    pieces = [lay_level(gray, angle, distance, half) for angle, distance in strongest_lines(gray)]
    level, inside = (np.concatenate(piece) for piece in zip(*pieces, strict=True))
    wide = np.ones((1, odd(side / 57)), np.uint8)
    inks = [cv2.morphologyEx(level, how, wide) * inside for how in (cv2.MORPH_BLACKHAT, cv2.MORPH_TOPHAT)]

    rows = np.rint(np.linspace(-0.021, 0.021, N_ROWS) * side).astype(int) + half
    at = (np.arange(len(pieces))[:, None] * height + rows).ravel()
    band = range(-round(side / 200), round(side / 200) + 1)
    profile = np.concatenate([np.mean([ink[at + r] for r in band], axis=0, dtype=np.float32) for ink in inks])
    peak = np.where((profile >= cv2.dilate(profile, np.ones((1, 5)))) & (profile > 3.0), profile, 0)
    # The sixth strongest stroke counts as full ink: a few hairs across the line must not set the scale.
    peak = np.minimum(peak / np.maximum(np.partition(peak, -6, axis=1)[:, -6:-5], 3.0), 1)

    best = 0.0
    for rhythm in rhythms(peak**2):
        polarity, line = divmod(rhythm.row // N_ROWS, len(pieces))
        here = slice(line * height, (line + 1) * height)
        for least_ink in (0.3, 0.6):
            comb = fit_comb(np.flatnonzero(peak[rhythm.row] > least_ink).astype(float), rhythm)
            if comb.nats > best:
                ends = _ends(inks[polarity][here], inside[here], rows[rhythm.row % N_ROWS], comb)
                best = max(best, comb.nats * ends)
    return best - float(np.log(N_TRIALS))


class Rhythm(NamedTuple):
    """A period of the strokes in a stretch of a row."""

    coherence: float
    row: int
    frequency: float
    phase: float
    start: int
    length: int


def rhythms(weight: np.ndarray) -> list[Rhythm]:
    """The strongest periodicities in the rows, by the Rayleigh statistic of their weighted peaks."""
    length = weight.shape[1]
    found = []
    for begin, end in WINDOWS:
        start = int(begin * length)
        window = weight[:, start : int(end * length)]
        # At least five steps within the window.
        finest = min(FINEST * N_FREQUENCIES // length, N_FREQUENCIES // 6)
        bins = np.arange(5 * N_FREQUENCIES // window.shape[1] + 1, finest)
        if not bins.size:
            continue
        padded = np.zeros((len(window), N_FREQUENCIES), np.float32)
        padded[:, : window.shape[1]] = window[:, :N_FREQUENCIES]
        packed = cv2.dft(padded, flags=cv2.DFT_ROWS)  # real and imaginary parts take turns; 8 times as fast as numpy's
        spectrum = packed[:, 2 * bins - 1] + 1j * packed[:, 2 * bins]
        frequency = bins / N_FREQUENCIES
        # All harmonics of a comb are as strong as its period; slight smoothing lets the period win.
        power = np.abs(spectrum) ** 2 * np.exp(-((2 * np.pi * frequency) ** 2))
        top = power.argmax(axis=1)
        coherence = power.max(axis=1) / np.maximum(np.sum(window**2, axis=1), 3.0)
        for row in np.argsort(-coherence, kind="stable")[:4]:
            k = top[row]
            phase = float(np.angle(spectrum[row, k]))
            found.append(Rhythm(float(coherence[row]), int(row), frequency[k], phase, start, window.shape[1]))
    return sorted(found, reverse=True)[:N_RHYTHMS]


class Comb(NamedTuple):
    """Evenly spaced teeth: where they stand, in pixels, which of them are there, and what they save."""

    nats: float = 0.0
    start: float = 0.0
    period: float = 1.0
    teeth: np.ndarray = np.zeros(0, int)


def fit_comb(peaks: np.ndarray, rhythm: Rhythm) -> Comb:
    """The comb whose teeth tell the places of the peaks most briefly, and the nats that this saves."""
    period = 1 / rhythm.frequency
    start = rhythm.start - rhythm.phase / (2 * np.pi) * period
    low, high = float(rhythm.start), float(rhythm.start + rhythm.length)
    for _ in range(3):  # least squares, each time over a longer stretch
        tooth = np.rint((peaks - start) / period)
        near = (np.abs(peaks - start - tooth * period) < 0.25 * period) & (peaks >= low) & (peaks < high)
        t, p = tooth[near], peaks[near]
        if t.size < 4 or t[-1] - t[0] < 3:
            return Comb()
        mean_t, mean_p = t.sum() / t.size, p.sum() / p.size  # `mean` takes twice as long of so few
        t, p = t - mean_t, p - mean_p
        period = float((t @ p) / (t @ t))
        start = mean_p - mean_t * period
        low, high = low - rhythm.length / 4, high + rhythm.length / 4
    tooth = np.rint((peaks - start) / period).astype(int)
    offset = np.abs(peaks - start - tooth * period)
    on = offset < max(0.12 * period, 1.2)
    if not on.any():
        return Comb()
    first = int(tooth.min())
    hit = np.bincount(tooth[on] - first, minlength=np.ptp(tooth) + 1) > 0
    stray = np.bincount(tooth[~on] - first, minlength=hit.size)
    # A place anywhere within a period costs log(period) to tell; one normal about a tooth, its entropy.
    spread = max(float(np.sqrt(np.mean(offset[on] ** 2))), 0.5)
    gain = max(float(np.log(period / spread) - 0.5 * np.log(2 * np.pi * np.e)), 0.05)
    # The best run of teeth: a gap costs some of what the hits save, and so does a peak between the teeth.
    saved = np.concatenate([[0.0], np.cumsum(np.where(hit, gain, -1.5) - stray)])
    end = int(np.argmax(saved - np.minimum.accumulate(saved)))
    begin = int(np.argmin(saved[: end + 1]))
    teeth = np.flatnonzero(hit[begin:end]) + begin + first
    # Two teeth save nothing: they set the comb's place and period.
    return Comb(float(saved[end] - saved[begin]) - 2 * gain, start, period, teeth)


def _ends(ink: np.ndarray, inside: np.ndarray, row: int, comb: Comb) -> float:
    """1 where the strokes end near their row, down to 0 where they run on, as railings and bricks do."""
    thick = cv2.dilate(ink, np.ones((1, 3)))
    on, off = (
        np.clip(np.rint(comb.start + (comb.teeth + shift) * comb.period).astype(int), 0, ink.shape[1] - 1)
        for shift in (0.0, 0.5)
    )
    contrast = np.median(thick[:, on], axis=1) - np.median(thick[:, off], axis=1)
    shown = inside[:, on].mean(axis=1) > 0.8
    beyond = np.arange(len(ink)) - row
    reach = 0.3 * len(ink)
    full = max(float(contrast[np.abs(beyond) <= reach].max()), 1.0)
    # On both sides: a railing ends on one. Strokes half a step further along count too, as in a brick wall.
    sides = [np.abs(contrast[shown & far]) for far in (beyond < -reach, beyond > reach)]
    leak = max((float(side.mean()) for side in sides if side.size), default=0.0) / full
    return float(np.clip(1.15 - 2 * leak, 0, 1))
