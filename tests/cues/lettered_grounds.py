"""Pictures on which lettering and tags are laid, and the look-alikes that are none."""

import cv2
import numpy as np

from biasaudit.cues.artefacts.frame import frame
from biasaudit.cues.artefacts.ruler import ruler


def scene(seed: int, side: int = 224) -> np.ndarray:
    """A smooth scene with round and slanted things in it and a little noise."""
    rng = np.random.default_rng(seed)
    picture = cv2.resize(
        rng.uniform(50, 200, (6, 6, 3)).astype(np.float32), (side, side), interpolation=cv2.INTER_CUBIC
    )
    for _ in range(6):
        x, y = (int(v) for v in rng.uniform(0.3, 0.7, 2) * side)
        axes = tuple(int(v) for v in rng.uniform(0.03, 0.1, 2) * side + 2)
        colour = tuple(float(v) for v in rng.uniform(30, 220, 3))
        cv2.ellipse(picture, (x, y), axes, float(rng.uniform(20, 70)), 0, 360, colour, -1, cv2.LINE_AA)
    return np.clip(picture + rng.normal(0, 2, picture.shape), 0, 255).astype(np.uint8)


def hairy(seed: int, side: int = 224) -> np.ndarray:
    rng, picture = np.random.default_rng(seed), scene(seed, side)
    for _ in range(12):
        points = np.rint(rng.uniform(-0.2, 1.2, (3, 2)) * side).astype(np.int32)
        cv2.polylines(picture, [points], False, (60, 40, 30), 1, cv2.LINE_AA)
    return picture


def fenced(seed: int, side: int = 224) -> np.ndarray:
    picture = scene(seed, side)
    for x in range(8, side, 9):
        cv2.line(picture, (x, side // 2), (x, side // 2 + 14), (20, 20, 20), 2)
    return picture


def ruled(seed: int, side: int = 224) -> np.ndarray:
    return ruler.insert(scene(seed, side), 1.0, np.random.default_rng(seed))[0]


def framed(seed: int, side: int = 224) -> np.ndarray:
    return frame.insert(scene(seed, side), 1.0, np.random.default_rng(seed))[0]


LOOK_ALIKES = {"hair": hairy, "fence": fenced, "ruler": ruled, "frame": framed}
ODD_SIZES = [(1, 1), (1, 60), (60, 1), (2, 3), (7, 7), (26, 26), (100, 512), (512, 30)]
