"""Maps of where each image's own class comes from, of a sample of images, and whether such maps mean anything here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from biasaudit.attribution.grad_cam import grad_cam
from biasaudit.attribution.sanity import ALIKE, faithfulness, randomisation
from biasaudit.evidence.predictions import Predictions
from biasaudit.evidence.survey import Survey
from biasaudit.images.table import ImageTable
from biasaudit.model.backbone import Backbone
from biasaudit.model.given import GivenModel
from biasaudit.model.network import FoldedNetwork
from biasaudit.model.whole import whole
from biasaudit.progress import Progress
from biasaudit.registry import Unavailable
from biasaudit.results import Estimate
from biasaudit.settings import Settings
from biasaudit.stats import generator, interval

if TYPE_CHECKING:
    import keras

SAMPLE, SLOW_SAMPLE = 120, 12
"""Images whose maps are made; and where each map costs hundreds of answers."""
CHECKED = 12
"""Images on which the maps are checked."""
STEPS, RANDOM_ORDERS = 14, 2
"""Of deletion and insertion: three answers in four go to random orders and steps, which need not be so many."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Attributions:
    """Maps out of fold, and what two checks say of them."""

    method: str
    rows: np.ndarray
    """int (m,): the images, classes in turn, none of the given test part."""
    maps: np.ndarray
    """float32 (m, h, w), at least 0, each of sum 1; all 0 where nothing in the image speaks for its class."""
    after_randomising: float | None
    """Median rank correlation of maps before and after all weights are shuffled, -1 to 1; None of weights not known."""
    faithful: Estimate
    """Gain of the maps' order over random orders, in area between insertion and deletion curves of the probability."""

    @property
    def fault(self) -> str:
        """Why the maps are no evidence, as a sentence; "" where they pass."""
        if self.after_randomising is not None and self.after_randomising >= ALIKE:
            return "They hardly change when the model's weights are shuffled: they show the picture and not the model."
        if self.faithful.high < 0:
            return "Covering what they show changes the model's answer less than covering places at random."
        return ""


def attributions(
    images: ImageTable,
    survey: Survey,
    backbone: Backbone,
    predictions: Predictions,
    settings: Settings,
    progress: Progress,
) -> Attributions:
    """Maps of up to 120 images, and the gate on twelve of them. Raises Unavailable where the model has no maps.

    References: Adebayo 2018 (randomised weights); Petsiuk 2018 (deletion and insertion).
    """
    assert survey.pixels is not None
    network = predictions.network
    rng = generator(settings.seed, "attributions")
    rows = _in_turn(images, SAMPLE if network.quick_maps else SLOW_SAMPLE, rng)
    pixels = survey.pixels.at(network.size).read(survey.rows[rows])
    found = []
    for rgb, row in progress.track(zip(pixels, rows, strict=True), "Asking where answers come from", len(rows)):
        heat = network.heatmap(rgb, int(predictions.fold[row]), int(images.codes[row]))
        if heat is None:
            raise Unavailable("needs a network whose last features have places")
        found.append(heat)
    maps = np.stack(found).astype(np.float32)
    some = slice(CHECKED)
    with progress.step("Checking the maps"):
        after = _after_randomising(predictions, backbone, pixels[some], images.codes[rows[some]], settings.seed)
        faithful = _faithful(predictions, pixels[some], rows[some], images, maps[some], rng)
    return Attributions(
        method="Grad-CAM" if network.quick_maps else "Partition SHAP",
        rows=rows,
        maps=maps / np.maximum(maps.sum(axis=(1, 2), keepdims=True), 1e-12),
        after_randomising=after,
        faithful=faithful,
    )


def _in_turn(images: ImageTable, most: int, rng: np.random.Generator) -> np.ndarray:
    """Rows of images to look at: the classes take turns, so that each is shown."""
    order = rng.permutation(np.flatnonzero(~images.held_out))
    turn = np.empty(len(order), dtype=int)
    for code in np.unique(images.codes[order]):
        of_class = images.codes[order] == code
        turn[of_class] = np.arange(of_class.sum())
    return order[np.argsort(turn, kind="stable")][:most]


def _after_randomising(
    predictions: Predictions, backbone: Backbone, rgb: np.ndarray, codes: np.ndarray, seed: int
) -> float | None:
    network = _as_keras(predictions, backbone)
    if network is None:
        return None

    def explain(changed: keras.Model) -> Any:
        maps = grad_cam(changed)
        return lambda images, classes: maps(images, classes)

    found = randomisation(network, explain, rgb.astype(np.float32), _outputs(predictions, codes), seed=seed)
    return float(np.median(found.correlations[-1]))


def _as_keras(predictions: Predictions, backbone: Backbone) -> keras.Model | None:
    """The audited model as one Keras network with maps, by the head of one of its folds; None where it is none."""
    model = predictions.network
    if isinstance(model, FoldedNetwork) and backbone.network is not None and len(model.features) == 1:
        return whole(backbone.network, model.heads[0])
    if isinstance(model, GivenModel) and model.quick_maps:
        return model.given.network
    return None


def _outputs(predictions: Predictions, codes: np.ndarray) -> np.ndarray:
    model = predictions.network
    return model.columns[codes] if isinstance(model, GivenModel) else codes


def _faithful(
    predictions: Predictions,
    rgb: np.ndarray,
    rows: np.ndarray,
    images: ImageTable,
    maps: np.ndarray,
    rng: np.random.Generator,
) -> Estimate:
    size = rgb.shape[1]
    gains = []
    for picture, row, heat in zip(rgb, rows, maps, strict=True):
        fold = int(predictions.fold[row])

        def predict(shown: np.ndarray, fold: int = fold) -> np.ndarray:
            odds = predictions.network.log_odds(shown, np.full(len(shown), fold))
            return 1 / (1 + np.exp(-odds))

        enlarged = cv2.resize(heat, (size, size), interpolation=cv2.INTER_LINEAR)
        gains.append(
            faithfulness(
                predict,
                picture[None],
                images.codes[[row]],
                enlarged[None],
                steps=STEPS,
                random_orders=RANDOM_ORDERS,
                seed=int(rng.integers(2**31)),
            ).gain[0]
        )
    values = np.array(gains)
    low, high = interval(lambda weights: weights @ values / weights.sum(axis=1), images.groups[rows], rng)
    return Estimate(
        measure="gain over random orders in the area between insertion and deletion",
        value=float(values.mean()),
        low=low,
        high=high,
        null=0.0,
        limit=1.0,
        n=len(values),
    )
