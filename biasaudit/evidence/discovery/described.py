"""What a pattern looks like, in words: its colour and its place, where both are more than chance."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from biasaudit.results import NOTHING, Sentence, say

COLOURS: tuple[tuple[Sentence, tuple[tuple[int, int, int], ...]], ...] = (
    (say("black"), ((10, 10, 10), (35, 35, 35))),
    (say("grey"), ((85, 85, 85), (130, 130, 130), (175, 175, 175))),
    (say("white"), ((250, 250, 250), (225, 225, 225))),
    (say("red"), ((200, 30, 40), (130, 20, 30))),
    (say("orange"), ((235, 120, 30), (205, 90, 25))),
    (say("yellow"), ((250, 215, 60), (200, 175, 50))),
    (say("green"), ((40, 150, 60), (20, 80, 40), (150, 215, 140))),
    (say("turquoise"), ((60, 190, 190), (20, 120, 120))),
    (say("blue"), ((30, 70, 200), (20, 40, 110), (130, 180, 240))),
    (say("purple"), ((120, 50, 160), (70, 30, 100), (190, 150, 220))),
    (say("pink"), ((245, 160, 180), (230, 60, 150))),
    (say("brown"), ((110, 65, 30), (70, 40, 20), (150, 100, 60))),
    (say("beige"), ((215, 185, 150), (235, 215, 190))),
)
"""Words for colours and what each is nearest to, sRGB: the eleven of Berlin & Kay 1969, turquoise and beige."""
PLACES: dict[str, Sentence] = {
    "upper left": say(" in the upper left corner"),
    "upper": say(" at the upper edge"),
    "upper right": say(" in the upper right corner"),
    "left": say(" at the left edge"),
    "middle": say(" in the middle"),
    "right": say(" at the right edge"),
    "lower left": say(" in the lower left corner"),
    "lower": say(" at the lower edge"),
    "lower right": say(" in the lower right corner"),
}
EDGE, MIDDLE = 0.25, 0.75
"""Share of a side from which on the middle of a place is no longer at an edge, and up to which."""
SMALL = 0.4
"""Share of a side up to which a place is somewhere, and not nearly everywhere."""
MOSTLY = 0.6
"""Share of the images that show a pattern most, from which on it stands at one place."""
MORE = 0.1
"""Share of its place by which it has to have more of a colour than other places of the same pictures."""
DRAWS, LEVEL = 999, 0.05
"""Draws by chance, enough for 25 patterns or more, and how often one of all that is said may be chance."""
FEWEST = 5
"""Pictures from which on something is said."""
BITS = 5


def described(rgb: np.ndarray, places: np.ndarray, boxes: np.ndarray, of: int, rng: np.random.Generator) -> Sentence:
    """ "a recurring blue pattern in the lower left corner": what the places of a pattern have more than chance.

    rgb: uint8 (m, size, size, 3), the images that show it most; places: int (m,), its place in each. boxes: float
    (p, 4), left, upper, right and lower edge of every place, as shares of the sides. of: patterns that are described;
    colour and place are asked of each, and said where a place drawn by chance in each picture would have as much in
    less than `LEVEL` of such families (Bonferroni).
    """
    if len(places) < FEWEST:
        return say("a recurring pattern")
    draws = rng.integers(len(boxes), size=(DRAWS, len(places)))
    enough = LEVEL / (2 * of)
    colour = _colour(_colours_of(rgb, boxes), places, draws, enough)
    place = _place(_regions(boxes), places, draws, enough)
    return say("a recurring {colour}pattern{place}", colour=colour, place=place)


def place_of(box: tuple[float, float, float, float]) -> Sentence:
    """Where a place is, " in the lower left corner"; nothing of one that takes up much of the picture.

    box: left, upper, right, lower edge as shares of the sides.
    """
    left, upper, right, lower = box
    if max(right - left, lower - upper) > SMALL:
        return NOTHING
    return list(PLACES.values())[int(_regions(np.array([box]))[0])]


def _colour(shares: np.ndarray, places: np.ndarray, draws: np.ndarray, enough: float) -> Sentence:
    """shares: float (m, p, colours), of each place of each picture."""
    images = np.arange(len(places))
    beyond = shares - shares.mean(axis=1, keepdims=True)

    def most(where: np.ndarray) -> np.ndarray:
        return np.asarray(beyond[images, where].mean(axis=-2).max(axis=-1))

    excess = beyond[images, places].mean(axis=0)
    null = np.array([most(draw) for draw in draws])
    if excess.max() < MORE or (1 + np.sum(null >= excess.max())) / (1 + len(null)) > enough:
        return NOTHING
    return say("{colour} ", colour=COLOURS[int(excess.argmax())][0])


def _place(regions: np.ndarray, places: np.ndarray, draws: np.ndarray, enough: float) -> Sentence:
    """regions: int (p,), which of `PLACES` each place is in."""

    def commonest(where: np.ndarray) -> np.ndarray:
        return np.stack([(regions[where] == each).mean(axis=-1) for each in range(len(PLACES))], axis=-1)

    seen, null = commonest(places), commonest(draws).max(axis=-1)
    if seen.max() < MOSTLY or (1 + np.sum(null >= seen.max())) / (1 + len(null)) > enough:
        return NOTHING
    return list(PLACES.values())[int(seen.argmax())]


def _regions(boxes: np.ndarray) -> np.ndarray:
    across, down = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    column, row = (np.digitize(at, (EDGE, MIDDLE)) for at in (across, down))
    return np.asarray(3 * row + column)


def _colours_of(rgb: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """float (m, p, colours): how much of each place of each picture has each colour."""
    of = _nearest()[tuple(np.moveaxis(rgb >> (8 - BITS), -1, 0))]
    edges = np.rint(boxes * rgb.shape[1]).astype(int)
    shares = np.empty((len(rgb), len(boxes), len(COLOURS)))
    for number in range(len(COLOURS)):
        summed = np.pad(np.cumsum(np.cumsum(of == number, axis=1), axis=2), ((0, 0), (1, 0), (1, 0)))
        left, upper, right, lower = edges.T
        inside = summed[:, lower, right] - summed[:, upper, right] - summed[:, lower, left] + summed[:, upper, left]
        shares[:, :, number] = inside / np.maximum((right - left) * (lower - upper), 1)
    return shares


@cache
def _nearest() -> np.ndarray:
    """int (32, 32, 32): the colour that the middle of each cell of sRGB is nearest to, in CIELAB."""
    levels = (np.arange(2**BITS) + 0.5) * 2 ** (8 - BITS)
    cells = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 1, 3)
    known = [(number, rgb) for number, (_, each) in enumerate(COLOURS) for rgb in each]
    lab = cv2.cvtColor((cells / 255).astype(np.float32), cv2.COLOR_RGB2LAB)[:, 0]
    anchors = cv2.cvtColor(np.array([[rgb for _, rgb in known]], np.float32) / 255, cv2.COLOR_RGB2LAB)[0]
    nearest = np.linalg.norm(lab[:, None] - anchors[None], axis=2).argmin(axis=1)
    return np.array([number for number, _ in known])[nearest].reshape((2**BITS,) * 3)
