"""Keras classifiers of every build, opened whole."""

import numpy as np
import pytest

from biasaudit.errors import UsageError
from biasaudit.model.given.opening import from_keras
from biasaudit.model.layers import before_last_dense
from biasaudit.model.quiet import import_keras
from tests.attribution.networks import BUILDERS, CLASSES, SIDE, drawn, pictures

NAMES = ("a", "b", "c")


@pytest.mark.parametrize("build", BUILDERS)
@pytest.mark.parametrize("last", ["softmax", None])
def test_it_answers_as_the_model_does_and_gives_what_the_head_is_given(build, last):
    model = drawn(BUILDERS[build](last))
    given, images = from_keras(model, NAMES), pictures().astype(np.uint8)
    expected = model.predict(images.astype(np.float32), verbose=0)
    assert np.allclose(given.answers(images), expected, atol=1e-5)
    assert given.size == SIDE
    before = before_last_dense(given.network, CLASSES)
    dense = next(layer for layer in model.layers if isinstance(layer, import_keras().layers.Dense))
    vectors = before.predict(images.astype(np.float32), verbose=0)
    weights, bias = dense.get_weights()
    logits = np.asarray(vectors) @ weights + bias
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert np.allclose(shares if last else logits, expected, atol=1e-4)


def test_a_head_inside_a_submodel_is_found():
    keras = import_keras()
    vectors = keras.Input((8,))
    head = keras.Model(vectors, keras.layers.Dense(CLASSES)(keras.layers.Dense(5)(vectors)))
    image = keras.Input((SIDE, SIDE, 3))
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(8, 3)(image))
    given = from_keras(keras.Model(image, head(x)), NAMES)
    assert before_last_dense(given.network, CLASSES).output_shape == (None, 5)
    assert before_last_dense(given.network, 7) is None


def test_a_range_of_pixels_is_scaled_to():
    keras = import_keras()
    image = keras.Input((4, 4, 3))
    mean = keras.Model(image, keras.layers.Flatten()(keras.layers.AveragePooling2D(4)(image)))
    white = np.full((1, 4, 4, 3), 255, np.uint8)
    for pixels, top in {"0..255": 255, "0..1": 1, "-1..1": 1}.items():
        assert from_keras(mean, NAMES, pixels=pixels).answers(white) == pytest.approx(top)
    assert from_keras(mean, NAMES, pixels="-1..1").answers(white * 0) == pytest.approx(-1)


def test_grey_and_oblong_models_take_a_square_of_colour():
    keras = import_keras()
    image = keras.Input((6, 12, 1))
    given = from_keras(keras.Model(image, keras.layers.Dense(3)(keras.layers.Flatten()(image))), NAMES)
    assert given.size == 12
    assert given.answers(np.zeros((2, 12, 12, 3), np.uint8)).shape == (2, 3)
    assert given.answers(np.zeros((2, 30, 30, 3), np.uint8)).shape == (2, 3)  # made smaller


def test_an_open_size_must_be_said():
    keras = import_keras()
    image = keras.Input((None, None, 3))
    model = keras.Model(image, keras.layers.Dense(3)(keras.layers.GlobalAveragePooling2D()(image)))
    with pytest.raises(UsageError, match="--size"):
        from_keras(model, NAMES)
    assert from_keras(model, NAMES, size=40).size == 40


def test_what_is_no_image_classifier_is_refused(tmp_path):
    keras = import_keras()

    class Written(keras.Model):
        def call(self, x):
            return x

    vector, image = keras.Input((7,)), keras.Input((8, 8, 3))
    (tmp_path / "broken.keras").write_text("no model")
    for source, why in {
        Written(): "predict=",
        keras.Model(vector, keras.layers.Dense(3)(vector)): "does not take one image",
        keras.Model(image, keras.layers.Conv2D(3, 3)(image)): "one vector an image",
        keras.Model([image, vector], keras.layers.Dense(3)(vector)): "does not take one image",
        tmp_path / "broken.keras": "could not be loaded",
    }.items():
        with pytest.raises(UsageError, match=why):
            from_keras(source, NAMES)
