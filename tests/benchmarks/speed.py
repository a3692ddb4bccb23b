"""Speed of a scan and of training, side by side with CleanVision, bare decoding and Keras's own `fit`, in one run.

Two processes on each side. The sides take turns, and the middle of the pairs' ratios counts: above 1, ours is faster.
CleanVision is an extra, and the photographs are those at hand; drawn scenes stand in where there are none.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from biasaudit.cues import BUILTIN
from biasaudit.cues.cue import Cue
from biasaudit.evidence.measure.survey import SHARD, SHARDS, _measure_all
from biasaudit.images.decode import content_hash, decode
from biasaudit.images.photo import WORKING_SIDE
from biasaudit.images.pixels import PixelStore
from biasaudit.images.reading import read_folder
from biasaudit.images.small import small_of
from biasaudit.images.table import ImageTable
from biasaudit.model.backbone import Backbone
from biasaudit.model.backbones import small_cnn
from biasaudit.model.quiet import import_keras
from biasaudit.model.training import BATCH, EPOCHS, train_network
from biasaudit.runtime.checkpoints import NOTHING_KEPT
from biasaudit.runtime.cluster import cluster
from biasaudit.runtime.processes import parallel, share_cores
from biasaudit.runtime.progress import Progress
from tests.benchmarks.artefacts import DATA
from tests.benchmarks.attribution import compared
from tests.benchmarks.scenes import scene
from tests.benchmarks.tables import _table

FOLDERS = ("skin_originals", "skin", "objects_control")
PAIRS, JOBS = 5, 2
MOST = 400
"""Images of a folder, at most: CleanVision takes a second for seven camera-sized ones."""


def _folders(scratch: Path) -> dict[str, Path]:
    found = {name: DATA / name for name in FOLDERS if (DATA / name).is_dir()}
    if found:
        return found
    rng = np.random.default_rng(0)
    for number in range(MOST):
        path = scratch / "scenes" / "ab"[number % 2] / f"{number}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(scene(rng, 256)).save(path)
    return {"drawn scenes": scratch / "scenes"}


def _some(folder: Path) -> ImageTable:
    images = read_folder(folder)
    return images.subset(np.linspace(0, images.n - 1, min(MOST, images.n)).astype(int))


def _scan(images: ImageTable, cues: Sequence[Cue]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        smalls = Path(scratch) / "small.bin"
        _measure_all(images, cues, None, smalls, JOBS, Progress(quiet=True), NOTHING_KEPT)


def _decode_all(paths: Sequence[Path], reduced: bool) -> None:
    for path in paths:
        with Image.open(path) as image:
            if reduced:
                image.draft("RGB", (WORKING_SIDE, WORKING_SIDE))
            image.convert("RGB")


def _bare(images: ImageTable, reduced: bool) -> None:
    paths = [images.path(index) for index in range(images.n)]
    size = min(SHARD, max(4, len(paths) // SHARDS))
    tasks = ((_decode_all, (paths[start : start + size], reduced), {}) for start in range(0, len(paths), size))
    list(parallel(JOBS)(tasks))


def _cleanvision(images: ImageTable) -> None:
    os.environ["TQDM_DISABLE"] = "1"
    from cleanvision import Imagelab

    paths = [str(images.path(index)) for index in range(images.n)]
    Imagelab(filepaths=paths).find_issues(n_jobs=JOBS, verbose=False)


def scan() -> dict[str, Any]:
    """For each folder our scan with all cues against each peer, as `compared` tells it."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for name, folder in _folders(Path(scratch)).items():
            images = _some(folder)
            peers = {
                "bare decoding": lambda of=images: _bare(of, reduced=False),
                "bare decoding, reduced": lambda of=images: _bare(of, reduced=True),
            }
            if find_spec("cleanvision"):
                peers["CleanVision"] = lambda of=images: _cleanvision(of)
            for peer, run in peers.items():
                ours = compared(lambda of=images: _scan(of, BUILTIN), run, PAIRS, images.n)
                found[f"{name}, {images.n} images, against {peer}"] = ours
    return found


def workers() -> dict[str, dict[str, float]]:
    """For each folder reading by two Dask workers against one, without the start of the cluster; none without Dask."""
    if not find_spec("distributed"):
        return {}
    found = {}
    with tempfile.TemporaryDirectory() as scratch:
        for name, folder in _folders(Path(scratch)).items():
            images = _some(folder)
            out = Path(scratch) / "out"
            out.mkdir(exist_ok=True)
            seconds = np.array([[_read_by(jobs, images, out) for jobs in (2, 1)] for _ in range(PAIRS)])
            ratios, speeds = seconds[:, 1] / seconds[:, 0], images.n / np.median(seconds, axis=0)
            found[f"{name}, {images.n} images, two Dask workers against one"] = {
                "ratio": float(np.median(ratios)), "low": float(ratios.min()), "high": float(ratios.max()),
                "ours_a_second": float(speeds[0]), "theirs_a_second": float(speeds[1]),
            }  # fmt: skip
    return found


def _read_by(jobs: int, images: ImageTable, out: Path) -> float:
    """Seconds that reading takes so many Dask workers, which have read a few images before."""
    with cluster("dask", None, jobs, places=(images.root, out), carried=BUILTIN):
        _scan(images.subset(np.arange(8 * jobs)), BUILTIN)
        began = time.perf_counter()
        _scan(images, BUILTIN)
        return time.perf_counter() - began


def _spent(path: Path) -> Counter[str]:
    """Seconds of one core, by step and cue, that one image takes."""
    spent: Counter[str] = Counter()

    def lap(step: str, run: Callable[[], Any]) -> Any:
        began = time.thread_time()
        made = run()
        spent[step] += time.thread_time() - began
        return made

    photo = lap("decode", lambda: decode(path))
    lap("hash", lambda: content_hash(path))
    lap("gray, colours, small picture", lambda: (photo.gray, photo.lab, small_of(photo.gray)))
    for cue in BUILTIN:
        lap(cue.id, lambda cue=cue: cue.measure(photo))
    return spent


def profile(most: int = 60) -> dict[str, dict[str, float]]:
    """Milliseconds of one core that each step and cue of a scan takes an image, by folder; the slowest first."""
    found = {}
    share_cores()
    with tempfile.TemporaryDirectory() as scratch:
        for name, folder in _folders(Path(scratch)).items():
            images = _some(folder)
            paths = [images.path(index) for index in np.linspace(0, images.n - 1, min(most, images.n)).astype(int)]
            _spent(paths[0])  # imports
            spent = sum((_spent(path) for path in paths), Counter())
            found[name] = {step: 1000 * seconds / len(paths) for step, seconds in spent.most_common()}
    return found


def training(n: int = 512) -> dict[str, float]:
    """Our training of the small network on drawn scenes against a bare `fit` of the same model on arrays in memory."""
    keras = import_keras()
    rng = np.random.default_rng(0)
    codes, groups = np.arange(n) % 2, np.arange(n)
    with tempfile.TemporaryDirectory() as scratch:
        network = small_cnn.small_cnn()
        side = int(network.input_shape[1])
        store = PixelStore.create(Path(scratch) / "pixels", n, side)
        for row in range(n):
            store.write(row, scene(rng, side))
        pixels = store.read(np.arange(n)).astype(np.float32)
        backbone = Backbone(name="small_cnn", size=side, network=network, pretrained=False, spatial=True)
        epochs = [0]

        def ours() -> None:
            _, curves = train_network(backbone, store, np.arange(n), codes, groups, 2, seed=0)
            epochs[0] = len(curves["loss"])

        def bare() -> None:
            image = keras.Input((side, side, 3))
            pooled = keras.layers.GlobalAveragePooling2D()(small_cnn.small_cnn()(image))
            model = keras.Model(image, keras.layers.Dense(2)(keras.layers.Dropout(0.2)(pooled)))
            model.compile(keras.optimizers.Adam(1e-3), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
            kept = int(0.85 * n)
            held = (pixels[kept:], codes[kept:])
            model.fit(pixels[:kept], codes[:kept], BATCH, epochs[0] or EPOCHS, 0, validation_data=held)

        return compared(ours, bare, PAIRS, n)


def measure() -> dict[str, Any]:
    """Scan and training, each against its peers, the gain by a second Dask worker, and the profile of a scan."""
    return {"scan": scan(), "workers": workers(), "training": training(), "profile": profile()}


def table(found: dict[str, Any]) -> str:
    """A line a comparison, then the milliseconds by cue."""
    bare_fit = ("training, against bare fit", found["training"])
    rows = [
        [what, f"{part['ratio']:.2f}", f"{part['low']:.2f} to {part['high']:.2f}",
         f"{part['ours_a_second']:.1f}", f"{part['theirs_a_second']:.1f}"]
        for what, part in [*found["scan"].items(), *found["workers"].items(), bare_fit]
    ]  # fmt: skip
    lines = [_table(["what", "ratio", "of pairs", "ours, images a second", "theirs"], rows)]
    return "\n\n".join([*lines, profile_table(found["profile"])])


def profile_table(found: dict[str, dict[str, float]]) -> str:
    """Milliseconds an image, by step and folder."""
    steps = next(iter(found.values()))
    rows = [[step, *(f"{of_folder.get(step, 0):.1f}" for of_folder in found.values())] for step in steps]
    total = ["in all", *(f"{sum(of_folder.values()):.1f}" for of_folder in found.values())]
    return _table(["milliseconds of one core an image", *found], [total, *rows])
