import numpy as np
import pytest

from biasaudit.attribution.grad_cam import grad_cam
from biasaudit.errors import UsageError
from biasaudit.model.gradients import score_gradients
from biasaudit.model.layers import cut
from biasaudit.model.quiet import import_keras
from tests.attribution.networks import BUILDERS, drawn, pictures

pytestmark = pytest.mark.slow
TOP, LEFT, WIDTH = 8, 20, 8


def red_finder(depth):
    """Class 1 is red: a filter of red inside `depth` models, among filters of other things."""
    keras = import_keras()
    layers = keras.layers
    picture = keras.Input((32, 32, 3))
    x = layers.MaxPooling2D(4)(layers.Conv2D(4, 1, activation="relu", name="filters")(picture))
    network = keras.Model(picture, layers.GlobalAveragePooling2D()(x))
    network.get_layer("filters").set_weights([np.array([[1, 0, 0, 1], [-1, 1, 0, 1], [-1, 0, 1, 1.0]])[None, None],
                                              np.zeros(4)])  # fmt: skip
    for _ in range(depth):
        image = keras.Input((32, 32, 3))
        network = keras.Model(image, network(layers.Identity()(image)))
    head = layers.Dense(2, activation="softmax")
    whole = keras.Sequential([keras.Input((32, 32, 3)), layers.Rescaling(1 / 255), network, layers.Dropout(0.1), head])
    head.set_weights([np.array([[-1, 1], [0, 0], [0, 0], [0.1, 0.1]]), np.zeros(2)])
    return whole


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_it_points_at_the_planted_square(depth):
    image = np.full((1, 32, 32, 3), 90, np.float32)
    image[0, TOP : TOP + WIDTH, LEFT : LEFT + WIDTH] = (220, 30, 30)
    heat = grad_cam(red_finder(depth))(image, np.array([1]))[0]
    assert heat.shape == (32, 32)
    assert heat.dtype == np.float32
    inside = np.zeros((32, 32), bool)
    inside[TOP : TOP + WIDTH, LEFT : LEFT + WIDTH] = True
    assert inside[np.unravel_index(heat.argmax(), heat.shape)]
    assert heat[inside].mean() > 10 * heat[~inside].mean()
    assert heat.sum() > 0
    assert grad_cam(red_finder(depth))(image, np.array([0])).max() < 1e-5 * heat.max()


@pytest.mark.parametrize("name", sorted(BUILDERS))
def test_the_two_parts_are_the_network_each_time_it_is_cut(name):
    network = drawn(BUILDERS[name]())
    expected = network.predict_on_batch(pictures())
    for _ in range(2):
        front, rest = cut(network)
        assert len(front.output_shape) == 4
        np.testing.assert_allclose(rest.predict_on_batch(front.predict_on_batch(pictures())), expected, atol=1e-6)


def test_for_pooling_and_a_linear_layer_it_is_the_class_activation_map():
    network = drawn(BUILDERS["plain"](None))
    maps = cut(network)[0].predict_on_batch(pictures())
    weights = network.layers[-1].get_weights()[0]
    coarse = np.maximum(0, maps @ weights[:, 2]) / np.prod(maps.shape[1:3])
    found = grad_cam(network)(pictures(), np.full(4, 2))
    np.testing.assert_allclose(found.mean(axis=(1, 2)), coarse.mean(axis=(1, 2)), rtol=0.1)
    front, rest = cut(network)
    np.testing.assert_allclose(
        score_gradients(rest)(front.predict_on_batch(pictures()), np.full(4, 2))[1].sum(axis=(1, 2)),
        np.tile(weights[:, 2], (4, 1)),
        rtol=1e-4,
    )


def test_a_network_without_maps_is_refused():
    keras = import_keras()
    flat = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Flatten(), keras.layers.Dense(2)])
    with pytest.raises(UsageError, match="no feature maps"):
        grad_cam(flat)


def test_a_way_round_the_last_map_is_refused():
    keras = import_keras()
    layers = keras.layers
    image = keras.Input((8, 8, 3))
    first = layers.Conv2D(4, 1)(image)
    second = layers.Conv2D(5, 1)(first)
    pooled = [layers.GlobalAveragePooling2D()(each) for each in (first, second)]
    network = keras.Model(image, layers.Dense(2)(layers.Concatenate()(pooled)))
    with pytest.raises(UsageError, match="second way"):
        grad_cam(network)
