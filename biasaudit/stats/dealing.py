"""Dealing whole groups into parts so that each part has its share of everything that is counted.

Iterative stratification (Sechidis, Tsoumakas & Vlahavas 2011) over groups instead of images: what is rarest is dealt
first, its largest groups first, each to the part that lacks most of it. Then groups are moved and exchanged as long as
the parts come nearer to their shares: what was dealt early could not know what would follow.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from scipy.sparse import csc_array, csr_array

DEALS, FEW = 10, 1000
"""Deals of which the best is kept, and groups up to which: the more there are, the less luck is in one."""
MOST_STEPS = 500
"""Moves and exchanges of a deal; with groups of a few images the first hand hardly leaves any."""
CANDIDATES = 64
"""Groups of either part, those whose move alone costs least, that are tried in exchange for one another."""
DUE = 0.5
"""Images that a part should hold of a thing from which it is given one, rather than none."""
ENOUGH = 1e-9


def dealt(
    counts: csr_array, matters: np.ndarray, everywhere: int, shares: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """The part that each group goes to, int (groups,).

    Args:
        counts: (groups, m), how many images a group has of each of m things; the first is images in all.
        matters: float (m,), how much it matters that a thing is in its shares.
        everywhere: how many things after the first, such as classes, are to be in every part, the largest part first,
            where they have groups enough and half an image or more is due there.
        shares: float (parts,), above 0, the sum is 1.
        rng: decides between groups, and between parts, that are equal.
    """
    wanted = np.outer(shares, counts.sum(axis=0))
    weight = matters / np.maximum(wanted, 1.0)
    best, least = np.zeros(counts.shape[0], dtype=int), np.inf
    for _ in range(DEALS if counts.shape[0] <= FEW else 1):
        part, settled = _first_hand(counts, wanted, rng), np.zeros(counts.shape[0], dtype=bool)
        for _ in range(2):  # others may make good what spreading cost
            part = _exchanged(counts, part, wanted, weight, settled)
            part, settled = _spread(counts, part, settled, wanted[:, : 1 + everywhere])
        far = _how_far(counts, part, wanted, weight)
        if far < least - ENOUGH:
            best, least = part, far
    return best


def _off(counts: csr_array, part: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Images that each part has of each thing beyond what is wanted, float (parts, m)."""
    belongs = csr_array((np.ones(len(part)), (part, np.arange(len(part)))), shape=(len(wanted), len(part)))
    return (belongs @ counts).toarray() - wanted


def _how_far(counts: csr_array, part: np.ndarray, wanted: np.ndarray, weight: np.ndarray) -> float:
    """Pearson's chi-squared, (images - wanted)^2 / wanted over parts and things, each thing as much as it matters."""
    return float((weight * _off(counts, part, wanted) ** 2).sum())


def _first_hand(counts: csr_array, wanted: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    lacking, left, by_thing = wanted.copy(), counts.sum(axis=0).astype(float), csc_array(counts)
    part, turn = np.full(counts.shape[0], -1), rng.permutation(counts.shape[0])
    while (left > 0).any():
        rarest = int(np.argmin(np.where(left > 0, left, np.inf)))
        groups, images = _holders(by_thing, rarest)
        waiting = part[groups] < 0
        groups, images = groups[waiting], images[waiting]
        for group in groups[np.lexsort((turn[groups], -images))]:
            row = slice(counts.indptr[group], counts.indptr[group + 1])
            part[group] = _neediest(lacking[:, rarest], lacking[:, 0], rng)
            lacking[part[group], counts.indices[row]] -= counts.data[row]
            left[counts.indices[row]] -= counts.data[row]
    return part


def _holders(by_thing: csc_array, thing: int) -> tuple[np.ndarray, np.ndarray]:
    """The groups that have some of a thing, and how many images each."""
    column = slice(by_thing.indptr[thing], by_thing.indptr[thing + 1])
    return by_thing.indices[column], by_thing.data[column]


def _neediest(of_it: np.ndarray, of_all: np.ndarray, rng: np.random.Generator) -> int:
    """The part that lacks most of a thing, and of those the one that lacks most images; float (parts,) each."""
    most = np.flatnonzero(of_it >= of_it.max() - ENOUGH)
    most = most[of_all[most] >= of_all[most].max() - ENOUGH]
    return int(most[0] if len(most) == 1 else rng.choice(most))


def _exchanged(
    counts: csr_array, part: np.ndarray, wanted: np.ndarray, weight: np.ndarray, settled: np.ndarray
) -> np.ndarray:
    """The parts after the moves and exchanges that bring them nearer, the best first; settled groups stay."""
    part, everyone = part.copy(), np.arange(len(part))
    squares = counts.power(2) @ weight.T
    for _ in range(MOST_STEPS):
        slope = 2 * (counts @ (weight * _off(counts, part, wanted)).T)
        change = (squares - slope)[everyone, part][:, None] + squares + slope
        change[everyone, part] = change[settled] = np.inf
        best = np.unravel_index(np.argmin(change), change.shape)
        gain, moves = -float(change[best]), [(int(best[0]), int(best[1]))]
        for a, b in combinations(range(len(wanted)), 2):
            found, one, other = _best_exchange(counts, part, change, weight, a, b)
            if found > gain:
                gain, moves = found, [(one, b), (other, a)]
        if gain <= ENOUGH:
            break
        for group, to in moves:
            part[group] = to
    return part


def _best_exchange(
    counts: csr_array, part: np.ndarray, change: np.ndarray, weight: np.ndarray, a: int, b: int
) -> tuple[float, int, int]:
    """How much nearer the parts come by the best exchange of a group of part a for one of b, and the two groups."""
    ones, others = (_cheapest(change[:, to], part == at) for at, to in ((a, b), (b, a)))
    if not len(ones) or not len(others):
        return -np.inf, -1, -1
    together = (counts[ones] * (weight[a] + weight[b])) @ counts[others].T
    total = change[ones, b][:, None] + change[others, a] - 2 * together.toarray()
    best = np.unravel_index(np.argmin(total), total.shape)
    return -float(total[best]), int(ones[best[0]]), int(others[best[1]])


def _cheapest(change: np.ndarray, among: np.ndarray) -> np.ndarray:
    rows = np.flatnonzero(among & np.isfinite(change))
    return rows[np.argsort(change[rows], kind="stable")[:CANDIDATES]]


def _spread(
    counts: csr_array, part: np.ndarray, settled: np.ndarray, wanted: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The parts once each has some of what is to be everywhere, and the groups that are settled by that.

    The smallest group goes there from a part that has another. Of parts of one share the last comes first: of what has
    two groups one is to be in training, and one in the test. wanted: float (parts, things), images in all first.
    """
    part, settled, by_thing = part.copy(), settled.copy(), csc_array(counts)
    order = sorted(range(len(wanted)), key=lambda place: (-wanted[place, 0], -place))
    for thing in range(1, wanted.shape[1]):
        groups, images = _holders(by_thing, thing)
        for to in order:
            has = np.bincount(part[groups], minlength=len(wanted))
            free = (has[part[groups]] > 1) & ~settled[groups]
            if has[to] or wanted[to, thing] < DUE or not free.any():
                continue
            group = groups[free][np.argmin(images[free])]
            part[group], settled[group] = to, True
    return part, settled
