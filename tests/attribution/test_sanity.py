import numpy as np
import pytest

from biasaudit.attribution.grad_cam import grad_cam
from biasaudit.attribution.gradient import gradient
from biasaudit.attribution.sanity import randomisation
from biasaudit.model.gradients import score_gradients
from biasaudit.model.quiet import import_keras
from tests.attribution.networks import BUILDERS, drawn, pictures, plain

pytestmark = pytest.mark.slow
CODES = np.array([0, 1, 2, 0])


def edges(_network):
    return lambda images, codes: np.hypot(*np.gradient(images.mean(axis=3), axis=(1, 2)))


def slopes(network):
    gradients = score_gradients(network)
    return lambda images, codes: gradient(gradients, images, codes)


@pytest.mark.parametrize("name", sorted(BUILDERS))
def test_gradients_depend_on_the_weights_and_edges_do_not(name):
    network = drawn(BUILDERS[name]())
    kept = network.get_weights()
    assert randomisation(network, slopes, pictures(), CODES).depends
    assert not randomisation(network, edges, pictures(), CODES).depends
    assert all(np.array_equal(*pair) for pair in zip(kept, network.get_weights(), strict=True))


def test_a_cascade_begins_at_the_answers():
    network = drawn(plain())
    found = randomisation(network, slopes, pictures(), CODES, stages=3).correlations
    assert found.shape == (3, 4)
    assert (np.abs(found) <= 1).all()
    assert randomisation(network, grad_cam, pictures(), CODES).correlations.shape == (1, 4)


def test_a_network_that_cannot_be_cloned_is_put_back_even_after_a_fault():
    keras = import_keras()

    class Own(keras.Model):
        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        def call(self, images):
            return self.inner(images)

    network = Own(drawn(plain()))
    network(pictures())
    kept = network.get_weights()

    def breaking(network):
        calls = []

        def explain(images, codes):
            calls.append(1)
            if len(calls) > 1:
                assert not all(np.array_equal(*pair) for pair in zip(kept, network.get_weights(), strict=True))
                raise RuntimeError
            return images[..., 0]

        return explain

    with pytest.raises(RuntimeError):
        randomisation(network, breaking, pictures(), CODES)
    assert all(np.array_equal(*pair) for pair in zip(kept, network.get_weights(), strict=True))
