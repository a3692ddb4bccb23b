"""What is compiled is the gradient of the score that is promised."""

import numpy as np
import pytest

from biasaudit.model.gradients import score_gradients
from biasaudit.model.layers import output_activation
from biasaudit.model.quiet import import_keras
from tests.attribution.networks import BUILDERS, CLASSES, SIDE, drawn, nested, pictures, plain

pytestmark = pytest.mark.slow
CODES = np.array([0, 1, 2, 1])


@pytest.mark.parametrize("last", ["softmax", "sigmoid", None])
def test_gradients_equal_finite_differences(last):
    gradients = score_gradients(drawn(plain(last, bend="softplus")))
    images, step = pictures(), 1.0
    found = gradients(images, CODES)[1].astype(float)
    for direction in np.random.default_rng(2).normal(size=(5, SIDE, SIDE, 3)):
        ahead, behind = (gradients(images + sign * step * direction, CODES)[0] for sign in (1, -1))
        numeric = (ahead - behind).astype(float) / (2 * step)
        np.testing.assert_allclose((found * direction).sum(axis=(1, 2, 3)), numeric, rtol=5e-3, atol=1e-5)


def test_scores_are_taken_before_the_activation():
    linear, images = drawn(plain(None)), pictures()
    logits = linear.predict_on_batch(images).astype(float)
    rows = np.arange(4)
    for last, expected in (("softmax", logits - logits.mean(axis=1, keepdims=True)), ("sigmoid", logits)):
        activated = plain(last)
        activated.set_weights(linear.get_weights())
        np.testing.assert_allclose(score_gradients(activated)(images, CODES)[0], expected[rows, CODES], atol=1e-5)


def test_a_sure_softmax_has_the_slope_of_its_logits():
    linear, sure = drawn(plain(None)), plain("softmax")
    weights = linear.get_weights()
    weights[-2] *= 60 / np.ptp(linear.predict_on_batch(pictures()), axis=1).max()
    for network in (linear, sure):
        network.set_weights(weights)
    assert sure.predict_on_batch(pictures()).max() == 1.0
    slopes = [score_gradients(linear)(pictures(), np.full(4, code))[1] for code in range(CLASSES)]
    found = score_gradients(sure)(pictures(), np.zeros(4, int))[1]
    expected = slopes[0] - np.mean(slopes, axis=0)
    np.testing.assert_allclose(found, expected, atol=1e-4 * np.abs(expected).max())


def test_one_sigmoid_stands_for_two_classes():
    keras = import_keras()
    network = keras.Sequential(
        [keras.Input((4, 4, 3)), keras.layers.Flatten(), keras.layers.Dense(1, activation="sigmoid")]
    )
    scores, slopes = score_gradients(network)(np.ones((2, 4, 4, 3)), np.array([0, 1]))
    assert scores[0] == pytest.approx(-scores[1])
    np.testing.assert_allclose(slopes[0], -slopes[1])
    np.testing.assert_allclose(slopes[1].ravel(), network.get_weights()[0].ravel(), rtol=1e-5)


def test_the_activation_is_read_off_wherever_it_is():
    assert [output_activation(build()) for build in BUILDERS.values()] == ["softmax"] * 3
    assert output_activation(nested(None)) == "linear"
    keras = import_keras()
    assert output_activation(keras.Sequential([keras.Input((SIDE, SIDE, 3)), plain("sigmoid")])) == "sigmoid"


def test_any_number_of_images_and_later_weights():
    network, images = drawn(plain()), pictures(7)
    codes = np.arange(7) % CLASSES
    gradients = score_gradients(network, batch=3)
    whole = gradients(images, codes)[1]
    np.testing.assert_allclose(gradients(images[6:], codes[6:])[1], whole[6:], rtol=1e-4, atol=1e-8)
    assert gradients(images[:0], codes[:0])[1].shape == (0, SIDE, SIDE, 3)
    drawn(network, seed=5)
    assert not np.allclose(gradients(images, codes)[1], whole)
