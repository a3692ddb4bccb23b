"""The same networks with the same weights give the same maps on TensorFlow, JAX and PyTorch."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


def maps_on(backend: str, weights: Path, out: Path) -> dict[str, np.ndarray]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.attribution.on_backend", str(weights), str(out)],
        cwd=ROOT,
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(np.load(out))


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    folder = tmp_path_factory.mktemp("backends")
    return folder, maps_on("tensorflow", folder / "weights.npz", folder / "tensorflow.npz")


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_maps_are_the_same_on_every_backend(backend, reference):
    if find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    folder, expected = reference
    found = maps_on(backend, folder / "weights.npz", folder / f"{backend}.npz")
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        assert np.abs(values).max() > 0, name
        assert np.abs(found[name] - values).max() <= 1e-4 * np.abs(values).max(), name
