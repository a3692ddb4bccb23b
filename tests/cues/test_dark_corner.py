"""Dark corners found beside clean twins, and other dark borders left alone."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from biasaudit.cues.amounts import as_photo
from biasaudit.cues.artefacts.dark_corner import dark_corner
from biasaudit.cues.artefacts.frame import frame


def measured(rgb: np.ndarray) -> float:
    return dark_corner.measure(as_photo(rgb))


def ground(seed: int, height: int = 160, width: int = 200) -> np.ndarray:
    """Skin with a lesion: a smooth field of tones with fine noise and a dark blot."""
    rng = np.random.default_rng(seed)
    tones = cv2.resize(rng.uniform(140, 200, (4, 4, 3)).astype(np.float32), (width, height))
    cv2.circle(tones, (width // 2, height // 2), min(height, width) // 6, (90, 50, 40), -1, cv2.LINE_AA)
    return np.clip(tones + rng.normal(0, 3, tones.shape), 0, 255).astype(np.uint8)


def shapes(seed: int) -> np.ndarray:
    """A noisy ground with a few flat shapes anywhere."""
    rng = np.random.default_rng(seed)
    image = rng.uniform(80, 200, 3) + rng.normal(0, 12, (128, 128, 3))
    for _ in range(4):
        centre = tuple(int(v) for v in rng.uniform(10, 118, 2))
        cv2.circle(image, centre, int(rng.uniform(6, 20)), rng.uniform(0, 255, 3).tolist(), -1)
    return np.clip(image, 0, 255).astype(np.uint8)


def vignetted(rgb: np.ndarray, loss: float, power: float = 2) -> np.ndarray:
    rows, columns = np.mgrid[-1 : 1 : rgb.shape[0] * 1j, -1 : 1 : rgb.shape[1] * 1j]
    return (rgb * (1 - loss * ((rows**2 + columns**2) / 2) ** (power / 2))[..., None]).astype(np.uint8)


def red_corner(rgb: np.ndarray) -> np.ndarray:
    drawn = rgb.copy()
    drawn[:30, :30] = (200, 20, 20)
    return drawn


def dark_side(rgb: np.ndarray) -> np.ndarray:
    return (rgb * np.linspace(0.2, 1, rgb.shape[1])[None, :, None]).astype(np.uint8)


def cut_out(rgb: np.ndarray) -> np.ndarray:
    """A leaf on black: a wavy outline around the middle."""
    bearing = np.linspace(0, 2 * np.pi, 100)
    radius = 0.42 * min(rgb.shape[:2]) * (1 + 0.2 * np.cos(3 * bearing))
    outline = np.stack([rgb.shape[1] / 2 + radius * np.cos(bearing), rgb.shape[0] / 2 + radius * np.sin(bearing)], 1)
    mask = cv2.fillPoly(np.zeros(rgb.shape[:2], np.uint8), [outline.astype(np.int32)], 1)
    return rgb * mask[..., None]


def test_it_finds_black_arcs_and_a_vignette_drawn_in_another_way():
    clean = ground(1)
    hole = cv2.circle(np.zeros(clean.shape[:2], np.uint8), (88, 80), 104, 1, -1)  # dark in the corners on the right
    assert measured(clean * hole[..., None]) > dark_corner.threshold
    assert measured(vignetted(clean, 0.7, 4)) > dark_corner.threshold


def test_weak_vignettes_rank_above_plain_pictures():
    values = [measured(vignetted(shapes(seed), 0.45)) if seed % 2 else measured(shapes(seed)) for seed in range(60)]
    assert roc_auc_score([seed % 2 for seed in range(60)], values) > 0.9


@pytest.mark.parametrize("scene", [red_corner, dark_side, cut_out])
def test_look_alikes_do_not_count(scene):
    assert measured(scene(ground(2))) < dark_corner.threshold


def test_frames_do_not_count():
    framed = [frame.insert(ground(seed), 1.0, np.random.default_rng(seed))[0] for seed in range(10)]
    assert max(map(measured, framed)) < dark_corner.threshold
