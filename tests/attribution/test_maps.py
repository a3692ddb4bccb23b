"""The methods by themselves, on models written out in NumPy: no backend, milliseconds."""

import numpy as np
import pytest

from biasaudit.attribution.integrated_gradients import MOST, attributions, integrated_gradients
from biasaudit.attribution.occlusion import occlusion
from biasaudit.attribution.sanity import faithfulness

SIDE, TOP, LEFT, WIDTH = 32, 6, 18, 8
SQUARE = (slice(TOP, TOP + WIDTH), slice(LEFT, LEFT + WIDTH))


def planted(n: int = 2) -> np.ndarray:
    images = np.random.default_rng(0).integers(60, 120, (n, SIDE, SIDE, 3)).astype(np.uint8)
    images[:, *SQUARE] = (230, 40, 40)
    return images


def red(images: np.ndarray) -> np.ndarray:
    """Class 1 is as probable as the planted place is red."""
    values = images.astype(float)[:, *SQUARE]
    found = np.clip((values[..., 0] - values[..., 1:].mean(axis=-1)) / 190, 0, 1).mean(axis=(1, 2))
    return np.stack([1 - found, found], axis=1)


def in_square(heat: np.ndarray) -> bool:
    row, column = np.unravel_index(heat.argmax(), heat.shape)
    return TOP <= row < TOP + WIDTH and LEFT <= column < LEFT + WIDTH


def squares(inputs: np.ndarray, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Score: the sum of squares, times code + 1."""
    scale = (codes + 1).astype(np.float32)[:, None, None, None]
    return (scale * inputs**2).sum(axis=(1, 2, 3)), 2 * scale * inputs


def bends(inputs: np.ndarray, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Score: 400 ReLUs of a weighted sum, with most bends near 0, as in a network from a black image."""
    rng = np.random.default_rng(3)
    weights, offsets = rng.normal(size=(inputs[0].size, 400)), rng.exponential(20, 400) * rng.choice([-1, 1], 400)
    gains = rng.normal(size=400)
    sums = inputs.reshape(len(inputs), -1) @ weights / 10 + offsets
    return (np.maximum(sums, 0) * gains).sum(axis=1), (
        ((sums > 0) * gains) @ weights.T / 10
    ).reshape(inputs.shape).astype(np.float32)  # fmt: skip


def test_integrated_gradients_of_a_square_are_the_square():
    images = planted().astype(np.float32)
    found = integrated_gradients(squares, images, np.array([0, 1]))
    expected = (images**2).sum(axis=3) * np.array([1, 2])[:, None, None]
    np.testing.assert_allclose(found, expected, rtol=1e-3)


@pytest.mark.parametrize("baseline", [0.0, 128.0, "noise"])
def test_integrated_gradients_are_complete(baseline):
    images, codes = np.random.default_rng(5).uniform(0, 255, (3, 8, 8, 3)).astype(np.float32), np.zeros(3, int)
    begins = np.random.default_rng(6).uniform(0, 255, images.shape) if baseline == "noise" else baseline
    parts, errors = attributions(bends, images, codes, baseline=begins)
    begin = np.broadcast_to(np.asarray(begins, np.float32), images.shape)
    differences = bends(images, codes)[0] - bends(begin, codes)[0]
    left = np.abs(parts.sum(axis=(1, 2, 3)) - differences) / np.abs(differences)
    assert (left <= 0.0101).all()
    np.testing.assert_allclose(errors, left, atol=1e-3)
    steps = np.linspace(0, 1, 4001)[:, None, None, None].astype(np.float32)
    for row in range(3):
        way = images[row] - begin[row]
        fine = bends(begin[row] + steps * way, np.zeros(4001, int))[1].mean(axis=0) * way
        assert np.corrcoef(fine.ravel(), parts[row].ravel())[0, 1] > 0.97


def test_a_score_that_does_not_change_ends_the_search():
    asked = []

    def even(inputs, codes):
        asked.append(len(inputs))
        return np.cos(inputs[:, 0, 0, 0] * 20).astype(np.float32), np.random.default_rng(0).normal(size=inputs.shape)

    parts, _errors = attributions(even, np.zeros((1, 2, 2, 3)), np.array([0]), baseline=0.0)
    assert not parts.any()
    assert sum(asked) <= MOST + 4


def test_occlusion_points_at_the_planted_square():
    images, codes = planted(), np.array([1, 1])
    for heat in occlusion(red, images, codes):
        assert heat.shape == (SIDE, SIDE)
        assert heat.dtype == np.float32
        assert in_square(heat)
        assert heat[SQUARE].mean() > 3 * np.abs(heat[TOP + 2 * WIDTH :]).mean()
    for heat in occlusion(red, images, np.array([0, 0])):
        assert heat.min() < 0
        assert in_square(-heat)


def test_occlusion_says_how_much_of_the_probability_goes():
    heat = occlusion(red, planted(1), np.array([1]), side=WIDTH, stride=1)[0]
    assert heat.max() <= red(planted(1))[0, 1]
    assert heat[TOP + WIDTH // 2, LEFT + WIDTH // 2] > 0.4
    assert heat[-1, 0] == 0
    flat = occlusion(lambda images: np.ones((len(images), 1)), planted(1), np.array([0]))
    assert not flat.any()


def test_a_right_map_beats_a_random_order_and_its_opposite_does_not():
    images, codes = planted(), np.array([1, 1])
    right = np.zeros((2, SIDE, SIDE))
    right[:, *SQUARE] = 1
    found = faithfulness(red, images, codes, right)
    assert (found.deletion < found.random_deletion).all()
    assert (found.insertion > found.random_insertion).all()
    assert (found.gain > 0.2).all()
    assert (faithfulness(red, images, codes, -right).gain < -0.2).all()
