"""The eight ways in which a square picture can lie: turned by quarter turns, as a mirror shows it or not."""

from __future__ import annotations

import numpy as np

VIEWS = 8
"""View v is turned by v // 2 quarters against the clock, and then mirrored left to right where v is odd."""


def viewed(pictures: np.ndarray, view: int) -> np.ndarray:
    """Pictures (n, side, side) in one of their views: as they are in view 0."""
    turned = np.rot90(pictures, view // 2, axes=(1, 2))
    return turned[:, :, ::-1] if view % 2 else turned


def _sides_seen(view: int) -> list[int]:
    """Which side of a picture, of its left, right, top and bottom, lies left, right, on top and below in a view."""
    left, right, top, bottom = range(4)
    for _ in range(view // 2):
        left, right, top, bottom = top, bottom, right, left
    return [right, left, top, bottom] if view % 2 else [left, right, top, bottom]


SIDES_SEEN = np.array([_sides_seen(view) for view in range(VIEWS)])
"""int (8, 4)."""


def _changing_places(side: int) -> list[np.ndarray]:
    """The places of a picture of `side` x `side` that the views put in one another's place, int, set by set."""
    places = np.arange(side * side).reshape(1, side, side)
    of_views = np.stack([viewed(places, view).ravel() for view in range(VIEWS)], axis=1)
    sets = [np.unique(each) for each in of_views]
    return [each for place, each in enumerate(sets) if each[0] == place]


def in_any_view(rows: np.ndarray, side: int) -> np.ndarray:
    """What of pictures is the same in all of their views: values in order, at places that change with one another.

    Two pictures are at least as alike in it as in the views in which they are most alike, since no product of two
    rows is larger than that of their values in order (Hardy, Littlewood & Polya 1934, theorem 368).

    Args:
        rows: float (n, side * side).

    Returns:
        Of the same shape and length.
    """
    return np.concatenate([np.sort(rows[:, places], axis=1) for places in _changing_places(side)], axis=1)
