"""Training a whole network with Keras: class weights, early stopping, one retry where the loss diverges."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.model_selection import train_test_split

from biasaudit.errors import Unavailable
from biasaudit.images.pixels import PixelStore
from biasaudit.model.backbone import Backbone
from biasaudit.model.head import Head
from biasaudit.model.quiet import import_keras
from biasaudit.results import say
from biasaudit.runtime.checkpoints import Checkpoints

BATCH = 32
EPOCHS = 30
PATIENCE = 6
Trained = tuple[Head, dict[str, list[float]]]
"""The head, and the losses epoch by epoch."""


class Diverged(Unavailable):
    """The loss became NaN or infinite twice: the run is inconclusive."""


def _sequence(
    keras: Any, store: PixelStore, rows: np.ndarray, codes: np.ndarray, weights: np.ndarray, seed: int | None
):
    """Batches from the store as a Keras dataset; shuffled and mirrored at random where a seed is given."""

    class Batches(keras.utils.PyDataset):
        def __init__(self) -> None:
            super().__init__(workers=1)
            self.rng = np.random.default_rng(seed)
            self.order = np.arange(len(rows))
            self.on_epoch_end()

        def __len__(self) -> int:
            return math.ceil(len(rows) / BATCH)

        def __getitem__(self, place: int):
            chosen = self.order[place * BATCH : (place + 1) * BATCH]
            pixels = store.read(rows[chosen])
            if seed is not None:
                mirrored = self.rng.random(len(chosen)) < 0.5
                pixels[mirrored] = pixels[mirrored, :, ::-1]
            return pixels, codes[chosen], weights[chosen]

        def on_epoch_end(self) -> None:
            if seed is not None:
                self.rng.shuffle(self.order)

    return Batches()


def train_network(
    backbone: Backbone,
    store: PixelStore,
    rows: np.ndarray,
    codes: np.ndarray,
    groups: np.ndarray,
    classes: int,
    seed: int,
    counts: np.ndarray | None = None,
) -> Trained:
    """Train `backbone.network` in place with a linear head on its pooled output.

    rows, codes, groups: int (n,), of the training images; counts: float (n,), how much each counts within its class.
    Fifteen per cent of them are kept for early stopping. Returns the head and the curves. Raises Diverged where the
    loss is not finite even at a tenth of the learning rate.
    """
    keras, body = import_keras(), backbone.network
    assert body is not None
    fresh = body.get_weights()
    for rate in (1e-3, 1e-4) if not backbone.pretrained else (1e-4, 1e-5):
        keras.utils.set_random_seed(seed)
        body.set_weights(fresh)
        body.trainable = True
        network, dense = _with_head(keras, backbone, classes)
        network.compile(keras.optimizers.Adam(rate), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        curves = _fit(keras, network, store, rows, codes, groups, classes, seed, counts)
        if all(math.isfinite(value) for value in (*curves["loss"], *curves["validation_loss"])):
            weights, bias = dense.get_weights()
            return Head(weights, bias), curves
    raise Diverged(say("The loss was not finite, even at a tenth of the learning rate. Try another --backbone."))


def kept_training(backbone: Backbone, checkpoints: Checkpoints, fold: int, train: Callable[[], Trained]) -> Trained:
    """What `train`, which trains `backbone.network` in place, returns or returned before the run was interrupted.

    The weights are kept as plain arrays, and the layers come from the code.
    """
    network = backbone.network
    assert network is not None

    def arrays() -> dict[str, np.ndarray]:
        head, curves = train()
        weights = {f"layer {place}": each for place, each in enumerate(network.get_weights())}
        curve = {f"curve {name}": np.array(values, dtype=float) for name, values in curves.items()}
        return weights | curve | {"head": head.weights, "bias": head.bias}

    kept = checkpoints.arrays("network", fold, arrays)
    network.set_weights([kept[f"layer {place}"] for place in range(len(network.get_weights()))])
    curves = {name.removeprefix("curve "): kept[name].tolist() for name in kept if name.startswith("curve ")}
    return Head(kept["head"], kept["bias"]), curves


def _with_head(keras: Any, backbone: Backbone, classes: int):
    assert backbone.network is not None
    # Bytes travel to the device, a quarter of what floats would be, and become floats there.
    image = keras.Input((backbone.size, backbone.size, 3), dtype="uint8")
    maps = backbone.network(keras.ops.cast(image, "float32"))
    pooled = keras.layers.GlobalAveragePooling2D()(maps) if backbone.spatial else maps
    dense = keras.layers.Dense(classes)
    return keras.Model(image, dense(keras.layers.Dropout(0.2)(pooled))), dense


def _fit(
    keras: Any,
    network: Any,
    store: PixelStore,
    rows: np.ndarray,
    codes: np.ndarray,
    groups: np.ndarray,
    classes: int,
    seed: int,
    counts: np.ndarray | None,
) -> dict[str, list[float]]:
    names, first = np.unique(groups, return_index=True)
    try:
        kept, _ = train_test_split(names, test_size=0.15, random_state=seed, stratify=codes[first])
    except ValueError:  # a class with too few groups to stratify
        kept, _ = train_test_split(names, test_size=0.15, random_state=seed)
    train = np.isin(groups, kept)
    weights = len(codes) / (classes * np.maximum(1, np.bincount(codes, minlength=classes)))[codes]
    weights = weights if counts is None else weights * counts
    history = network.fit(
        _sequence(keras, store, rows[train], codes[train], weights[train], seed),
        validation_data=_sequence(keras, store, rows[~train], codes[~train], weights[~train], None),
        epochs=EPOCHS,
        verbose=0,
        callbacks=[
            keras.callbacks.EarlyStopping(patience=PATIENCE, restore_best_weights=True),
            keras.callbacks.TerminateOnNaN(),
        ],
    ).history
    return {
        "loss": [float(v) for v in history["loss"]],
        "validation_loss": [float(v) for v in history["val_loss"]],
    }
