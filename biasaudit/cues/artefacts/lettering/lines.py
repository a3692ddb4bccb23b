"""Lines of lettering: marks side by side on one baseline, alike in height, stroke and colour."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from biasaudit.cues.artefacts.lettering.glyphs import Glyphs

SHORTEST = 3
"""Fewest marks of a line."""

SLACK = 0.08
"""How far a mark may stand off its neighbour's baseline, in heights; and one pixel more."""

NEXT = 1.1
"""Widest gap between two marks, in heights."""

OVERLAP = 0.15
"""How far boxes of neighbours may overlap, in heights: slanted type."""

LOWER_CASE, FINER = 0.55, 0.55
"""Least ratio of two neighbours' heights and stroke widths."""

ONE_COLOUR, ONE_OPACITY = 40, 0.6
"""Neighbours' colours differ by no more than the first in any channel; where lettering is see-through, their
opacities have no smaller ratio than the second."""

REPEATED = 0.05
"""Weight of a mark that repeats its neighbour in shape and pitch, as ticks and railings do, or bars all alike."""

BAR = 0.4
"""Marks slimmer than this, in heights, could be a bar."""


class Line(NamedTuple):
    """Marks that follow each other on one baseline."""

    nats: float
    """By how much they beat chance."""
    members: np.ndarray
    """Their indices, from left to right."""


def lines(g: Glyphs, *, widest_gap: float = NEXT, opacity: np.ndarray | None = None) -> list[Line]:
    """All lines among the n marks, alike in colour, or in `opacity`, float (n,), 0 to 1, where that is given.

    widest_gap: between two marks of a line, as a share of their height.
    """
    if g.left.size < SHORTEST:
        return []
    tall = g.bottom - g.top
    taller, smaller = np.maximum(tall, tall[:, None]), np.minimum(tall, tall[:, None])
    gap, drop = g.left - g.right[:, None], np.abs(g.bottom - g.bottom[:, None])
    if opacity is None:
        alike = np.abs(g.colour[:, None] - g.colour).max(axis=2) < ONE_COLOUR
    else:
        alike = _ratio(opacity) > ONE_OPACITY
    alike &= _ratio(g.stroke) > FINER

    # How many alike would be in a neighbour's place by chance: as thick as they lie above and below the line.
    beside = (np.abs(gap) < 6 * taller) & (drop > 2.2 * taller) & (drop < 8 * taller) & (smaller > 0.5 * taller)
    n_beside = beside.sum(axis=1)
    density = (n_beside + 1) / np.minimum(12 * 12 * tall**2, g.shape[0] * g.shape[1])
    share_alike = ((alike & beside).sum(axis=1) + 1) / (n_beside + 2)
    place = (0.2 + widest_gap) * tall * 2 * (SLACK * tall + g.pixel)
    surprise = -np.log(np.clip(density * place * share_alike, 1e-4, 1))

    follows = alike & (gap > -OVERLAP * taller) & (gap < widest_gap * taller) & (g.left > g.left[:, None])
    follows &= (drop <= SLACK * taller + g.pixel) & (smaller > LOWER_CASE * taller)
    chains = _chains(np.where(follows, gap + 2 * drop, np.inf))
    return [Line(_nats(g, chain, surprise, opacity), chain) for chain in chains]


def _ratio(trait: np.ndarray) -> np.ndarray:
    """The smaller over the larger, for each pair."""
    return np.minimum(trait, trait[:, None]) / np.maximum(np.maximum(trait, trait[:, None]), 1e-6)


def _chains(cost: np.ndarray) -> list[np.ndarray]:
    """Each mark (from left to right) followed by the cheapest that is still free, and so on."""
    follower, linked = cost.argmin(axis=1), np.isfinite(cost.min(axis=1))
    taken = np.zeros(len(cost), bool)
    found = []
    for start in np.flatnonzero(linked):
        if taken[start]:
            continue
        chain = [int(start)]
        while linked[chain[-1]] and not taken[follower[chain[-1]]]:
            chain.append(int(follower[chain[-1]]))
            taken[chain[-1]] = True
        if len(chain) >= SHORTEST:
            found.append(np.array(chain))
    return found


def _nats(g: Glyphs, chain: np.ndarray, surprise: np.ndarray, opacity: np.ndarray | None) -> float:
    """By how much a chain beats chance: its links, and how level and how much of one colour it is."""
    bottom, wide = g.bottom[chain], (g.right - g.left)[chain]
    tall = float(np.median((g.bottom - g.top)[chain]))
    slip = float(np.median(np.abs(bottom - np.median(bottom))))
    level = np.log((SLACK * tall + g.pixel) / (2 * slip + 0.4 * g.pixel))
    if opacity is None:
        spread = float(np.abs(g.colour[chain] - np.median(g.colour[chain], axis=0)).mean())
        uniform = np.log(30 / (3 * spread + 2))
    else:
        spread = float(np.abs(opacity[chain] / np.median(opacity[chain]) - 1).mean())
        uniform = np.log(0.35 / (2 * spread + 0.1))

    pitch = np.diff((g.left + g.right)[chain] / 2)
    same = max(0.06 * tall, 1.0)
    repeated = (np.abs(np.diff(wide)) <= same) & (np.abs(pitch - np.median(pitch)) <= same)
    if opacity is None:  # faint marks are too ragged to compare their shapes
        repeated &= np.abs(np.diff(g.fill[chain])) <= 0.06
    bar = wide < BAR * (g.bottom - g.top)[chain]
    weight = np.where(repeated | (bar[1:] & bar[:-1]), REPEATED, 1.0)
    # Any first pair sets the level; and the chain could have started at any mark.
    return float(np.sum(weight * (surprise[chain[:-1]] + uniform + level)) - level - np.log(g.left.size))
