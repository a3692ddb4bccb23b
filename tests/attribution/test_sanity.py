"""Maps after the weights were shuffled: those that say something of the model change, and mere edges do not."""

import numpy as np
import pytest

from biasaudit.attribution.grad_cam import grad_cam
from biasaudit.attribution.integrated_gradients import integrated_gradients
from biasaudit.attribution.sanity import ALIKE, rank_correlations
from biasaudit.model.gradients import score_gradients
from biasaudit.model.network import shuffled_copy
from biasaudit.model.quiet import import_keras
from tests.attribution.networks import BUILDERS, drawn, pictures, plain

pytestmark = pytest.mark.slow
CODES = np.array([0, 1, 2, 0])


def edges(_network):
    return lambda images, codes: np.hypot(*np.gradient(images.mean(axis=3), axis=(1, 2)))


def ways(network):
    gradients = score_gradients(network)
    return lambda images, codes: integrated_gradients(gradients, images, codes)


def likeness(network, copy, method):
    before, after = (np.abs(method(each)(pictures(), CODES)) for each in (network, copy))
    return float(np.median(rank_correlations(before, after)))


@pytest.mark.parametrize("name", sorted(BUILDERS))
def test_maps_depend_on_the_weights_and_edges_do_not(name):
    network = drawn(BUILDERS[name]())
    kept = network.get_weights()
    copy = shuffled_copy(network)
    assert likeness(network, copy, ways) < ALIKE
    assert likeness(network, copy, grad_cam) < ALIKE
    assert likeness(network, copy, edges) >= ALIKE
    assert all(np.array_equal(*pair) for pair in zip(kept, network.get_weights(), strict=True))
    pairs = list(zip(kept, copy.get_weights(), strict=True))
    assert all(np.array_equal(np.sort(one, axis=None), np.sort(other, axis=None)) for one, other in pairs)
    assert not all(np.array_equal(*pair) for pair in pairs)


def test_a_network_that_cannot_be_copied_has_no_shuffled_copy():
    keras = import_keras()

    class Own(keras.Model):
        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        def call(self, images):
            return self.inner(images)

    network = Own(drawn(plain()))
    network(pictures())
    assert shuffled_copy(network) is None


def test_a_map_that_is_the_same_everywhere_is_like_no_other():
    flat, sloped = np.zeros((1, 3, 3)), np.arange(9.0).reshape(1, 3, 3)
    assert rank_correlations(flat, flat) == 1
    assert rank_correlations(flat, sloped) == 0
    assert rank_correlations(sloped, -sloped) == pytest.approx(-1)
