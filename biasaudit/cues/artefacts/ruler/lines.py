"""Straight lines along which, or across which, many thin strokes run: where a ruler could lie."""

from __future__ import annotations

import cv2
import numpy as np

from biasaudit.cues.vectors import magnitude

N_RIDGES = 2250
"""Ridge pixels that vote, at most: those that stand out most from their surroundings."""
FAINT = 128.0
"""Ridge strength that counts as none, so that noise on an even ground does not vote."""
CLEAR = 1.5
"""How many times stronger than its surroundings a ridge must be to count in full."""
N_ANGLES, FAN = 120, 7
"""Directions of the Hough transform, 1.5 degrees apart, and how many to either side a ridge votes for."""
N_LINES = 3
"""Lines kept of each kind."""


def odd(length: float) -> int:
    """The odd number nearest to `length`, at least 3: the size of a morphological kernel."""
    return max(2 * round((length - 1) / 2) + 1, 3)


def _ridges(gray: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pixels on thin dark or light strokes: x, y and the direction across the stroke, from the Hessian."""
    xx, yy, xy = (cv2.Sobel(gray, cv2.CV_32F, i, j, ksize=5) for i, j in ((2, 0), (0, 2), (1, 1)))
    # Twice the eigenvalues are total +- spread. One of them small: a ridge; else a blob or a saddle.
    # Worked out in place: at this size fresh arrays cost more than the arithmetic.
    total = cv2.add(xx, yy)
    xy *= 2
    difference = cv2.subtract(xx, yy, dst=xx)
    spread, size = magnitude(difference, xy, yy), np.abs(total)
    strength: np.ndarray = cv2.add(size, spread)
    # The surroundings set the scale: a faint ruler on smooth skin counts as much as a hair on rough skin.
    relative: np.ndarray = cv2.blur(strength, (41, 41))
    relative += FAINT
    cv2.divide(strength, relative, dst=relative)
    strength *= 0.6
    relative *= cv2.absdiff(size, spread, dst=size) < strength
    sample = relative[::4, ::4].ravel()
    n_keep = min(int(sample.size * N_RIDGES / relative.size) + 1, sample.size)
    # Where much stands out (hair), it is thinned evenly: within a ruler each stroke dwarfs its neighbours less.
    cut = float(np.clip(np.partition(sample, -n_keep)[-n_keep], 1.0, CLEAR))
    stroke = np.flatnonzero(relative > cut)
    if stroke.size > N_RIDGES:
        stroke = stroke[np.linspace(0, stroke.size - 1, N_RIDGES).astype(int)]
    y, x = np.divmod(stroke, gray.shape[1])
    across = 0.5 * np.arctan2(xy[y, x], difference[y, x])
    across[total[y, x] < 0] += np.pi / 2  # the steeper curvature is the negative one
    return x, y, across


def strongest_lines(gray: np.ndarray) -> list[tuple[float, float]]:
    """(angle, distance from the centre), radians and pixels, of lines along which, or across which, many ridges run.

    gray: float32 (height, width), luma, 0 to 255. By a Hough transform (Duda & Hart 1972). A row of ticks shares one
    line across them, while a hair spreads its votes over as many as it is long.
    """
    height, width = gray.shape
    x, y, across = _ridges(gray)
    radius = int(np.hypot(height, width) / 4) + 4
    angles = np.arange(N_ANGLES) * np.pi / N_ANGLES
    cos, sin = np.cos(angles).astype(np.float32) / 2, np.sin(angles).astype(np.float32) / 2
    u, v = ((a - (n - 1) / 2).astype(np.float32)[:, None] for a, n in ((x, width), (y, height)))
    nearest = np.rint(across / np.pi * N_ANGLES).astype(np.int32)[:, None]
    found = []
    for turn in (0, N_ANGLES // 2):
        # A short stroke tells its direction only roughly, so it votes for a fan.
        angle = (nearest + np.arange(turn - FAN, turn + FAN + 1, dtype=np.int32)) % N_ANGLES
        distance = (v * cos[angle] - u * sin[angle] + radius).astype(np.int32)
        counts = np.bincount((angle * (2 * radius) + distance).ravel(), minlength=N_ANGLES * 2 * radius)
        votes: np.ndarray = cv2.blur(counts.reshape(N_ANGLES, -1).astype(np.float32), (3, 1))
        votes -= cv2.blur(votes, (31, 1))
        for _ in range(N_LINES):
            _, _, _, (d, a) = cv2.minMaxLoc(votes)
            found.append((float(angles[a]), 2.0 * (d - radius) + 1.0))
            for b in range(a - 4, a + 5):  # past half a turn, the same line has the opposite distance
                same = d if 0 <= b < N_ANGLES else 2 * radius - 1 - d
                votes[b % N_ANGLES, max(same - 6, 0) : same + 7] = -np.inf
    return found


def lay_level(gray: np.ndarray, angle: float, distance: float, half: int) -> tuple[np.ndarray, np.ndarray]:
    """The picture along a line, float32 (2 * half + 1, length); and 1 where that lies within the frame, else 0.

    gray: float32 (height, width). angle, distance: as `strongest_lines` gives them, radians and pixels.
    """
    height, width = gray.shape
    length = round(1.15 * max(height, width))
    c, s, d = np.cos(angle), np.sin(angle), distance - half
    x, y = (width - 1) / 2 - c * length / 2 - s * d, (height - 1) / 2 - s * length / 2 + c * d
    matrix, size = np.array([[c, -s, x], [s, c, y]]), (length, 2 * half + 1)
    linear, nearest = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    level = cv2.warpAffine(gray, matrix, size, flags=linear, borderMode=cv2.BORDER_REPLICATE)
    return level, cv2.warpAffine(np.ones_like(gray), matrix, size, flags=nearest)
