"""Speed of attribution on one model in one run: against bare compiled gradients, 50 plain steps, and the peers.

Each comparison alternates the two sides, and the middle of the pairs' ratios counts, so that what else the machine
does falls on both. A ratio above 1 says that ours is faster. The peers (shap, xplique, tf-keras-vis) are extras.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from sklearn.datasets import load_sample_images

from biasaudit.attribution.grad_cam import grad_cam
from biasaudit.attribution.integrated_gradients import attributions
from biasaudit.model.backbones import lite0, small_cnn
from biasaudit.model.gradients import BATCH, score_gradients
from biasaudit.model.quiet import import_keras

Run = Callable[[], Any]
STEPS = 50
FINE = 500


def pictures(n: int, size: int) -> np.ndarray:
    """Crops of the two photographs that scikit-learn ships, float32 (n, size, size, 3), 0 to 255."""
    photos, rng = load_sample_images().images, np.random.default_rng(0)
    crops = []
    for number in range(n):
        photo, side = photos[number % 2], int(rng.integers(250, 420))
        top, left = (int(rng.integers(length - side)) for length in photo.shape[:2])
        crops.append(cv2.resize(photo[top : top + side, left : left + side], (size, size), cv2.INTER_AREA))
    return np.array(crops, np.float32)


def networks() -> tuple[Any, Any]:
    """The same linear classifier, flat and with its backbone nested: Lite0, or where it is absent the small CNN."""
    keras = import_keras()
    if lite0.available():
        backbone = lite0.lite0()
        with lite0._installed() as weights:
            head = weights.take("_fc.weight", 1000, 1280).T, weights.take("_fc.bias", 1000)
    else:
        backbone = small_cnn.small_cnn()
        head = np.random.default_rng(0).normal(0, 0.1, (backbone.output_shape[-1], 10)), np.zeros(10)
    dense, pool = keras.layers.Dense(len(head[1]), name="logits"), keras.layers.GlobalAveragePooling2D()
    image = keras.Input(backbone.input_shape[1:])
    nested = keras.Model(image, dense(pool(backbone(image))))
    dense.set_weights(list(head))
    return keras.Model(backbone.inputs, dense(pool(backbone.output))), nested


def compared(ours: Run, theirs: Run, pairs: int, n: int) -> dict[str, float]:
    """Median ratio of their time to ours, its range, and each side's median images a second."""
    ours(), theirs()  # compiled
    seconds = np.empty((pairs, 2))
    for pair in range(pairs):
        for side in (0, 1) if pair % 2 else (1, 0):
            began = time.perf_counter()
            (ours, theirs)[side]()
            seconds[pair, side] = time.perf_counter() - began
    ratios = seconds[:, 1] / seconds[:, 0]
    speeds = n / np.median(seconds, axis=0)
    return {
        "ratio": float(np.median(ratios)), "low": float(ratios.min()), "high": float(ratios.max()),
        "ours_a_second": float(speeds[0]), "theirs_a_second": float(speeds[1]),
    }  # fmt: skip


def _bare_gradients(network: Any) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """What one would write by hand: a compiled tape in a loop over batches."""
    import tensorflow as tf

    images = tf.TensorSpec((None, *network.input_shape[1:]), tf.float32)

    @tf.function(input_signature=[images, tf.TensorSpec((None,), tf.int32)])
    def slopes(images: Any, codes: Any) -> Any:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(images)
            scores = tf.gather(network(images, training=False), codes, batch_dims=1)
        return tape.gradient(scores, images)

    def run(images: np.ndarray, codes: np.ndarray) -> np.ndarray:
        starts = range(0, len(images), BATCH)
        batches = [(tf.constant(images[at : at + BATCH]), tf.constant(codes[at : at + BATCH])) for at in starts]
        return np.concatenate([slopes(*batch).numpy() for batch in batches])

    return run


def _plain_steps(slopes: Callable, image: np.ndarray, code: int, steps: int = STEPS) -> np.ndarray:
    """Integrated gradients from black, by the paper's sum over equal steps."""
    places = (np.arange(1, steps + 1, dtype=np.float32) / steps)[:, None, None, None]
    if steps <= STEPS:
        return image * slopes(places * image, np.full(steps, code, np.int32)).mean(axis=0)
    parts = [slopes(some * image, np.full(len(some), code, np.int32)).sum(axis=0) for some in np.split(places, 10)]
    return image * np.sum(parts, axis=0) / steps


def _errors(parts: np.ndarray, differences: np.ndarray) -> float:
    """The largest completeness error, as a share of the scores' difference."""
    return float(np.max(np.abs(parts.reshape(len(parts), -1).sum(axis=1) - differences) / np.abs(differences)))


def _alike(parts: np.ndarray, fine: np.ndarray) -> float:
    """The lowest correlation of a map with the one of many steps."""
    rows = zip(parts.sum(axis=3), fine.sum(axis=3), strict=True)
    return min(float(np.corrcoef(one.ravel(), other.ravel())[0, 1]) for one, other in rows)


def measure(images: int = 32, integrated: int = 4, pairs: int = 5) -> dict[str, Any] | None:
    """All comparisons; None on another backend than TensorFlow, whose bare loop is the measure."""
    if import_keras().backend.backend() != "tensorflow":
        return None
    flat, nested = networks()
    shown = pictures(images, flat.input_shape[1])
    codes = flat.predict_on_batch(shown).argmax(axis=1).astype(np.int32)
    ours, bare = score_gradients(flat), _bare_gradients(flat)
    some, their_codes = shown[:integrated], codes[:integrated]
    asked: list[int] = []

    def counted(inputs: np.ndarray, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        asked.append(len(inputs))
        return ours(inputs, codes)

    differences = ours(some, their_codes)[0] - ours(np.zeros_like(some), their_codes)[0]
    adaptive = attributions(counted, some, their_codes)[0]
    plain, fine = (
        np.array([_plain_steps(bare, *pair, steps) for pair in zip(some, their_codes, strict=True)])
        for steps in (STEPS, FINE)
    )
    cams = grad_cam(flat), grad_cam(nested)
    return {
        "model": nested.layers[1].name,
        "loop": compared(lambda: ours(shown, codes), lambda: bare(shown, codes), pairs, images),
        "integrated_gradients": {
            **compared(
                lambda: attributions(ours, some, their_codes),
                lambda: [_plain_steps(bare, *pair) for pair in zip(some, their_codes, strict=True)],
                pairs,
                integrated,
            ),
            "places_an_image": sum(asked) / integrated,
            "completeness_error": _errors(adaptive, differences),
            "of_plain_steps": _errors(plain, differences),
            f"like_{FINE}_steps": _alike(adaptive, fine),
            f"plain_like_{FINE}_steps": _alike(plain, fine),
        },
        "grad_cam_nested": {
            **compared(lambda: cams[1](shown, codes), lambda: cams[0](shown, codes), pairs, images),
            "same_as_flat": bool(np.allclose(cams[0](shown[:4], codes[:4]), cams[1](shown[:4], codes[:4]), atol=1e-4)),
        },
        "peers": {
            name: _peer(peer, flat, nested, shown, codes, integrated, pairs)
            for name, peer in (("shap", _shap), ("xplique", _xplique), ("tf_keras_vis", _tf_keras_vis))
        },
    }


# --- The peers ---------------------------------------------------------------------------------------------


def _peer(peer: Callable, flat: Any, nested: Any, shown: np.ndarray, codes: np.ndarray, few: int, pairs: int) -> Any:
    """Each method that the peer has against ours of the same name; what fails says how it failed."""
    try:
        methods = peer(flat, nested, shown, codes, few)
    except Exception as fault:  # not installed, or of other versions than it can work with
        return f"skipped: {type(fault).__name__}: {fault}"
    gradients, cams = score_gradients(flat), {False: grad_cam(flat), True: grad_cam(nested)}
    some, their_codes = shown[:few], codes[:few]
    ours: dict[str, tuple[Run, int]] = {
        "integrated_gradients": (lambda: attributions(gradients, some, their_codes), few),
        "grad_cam": (lambda: cams[False](shown, codes), len(shown)),
        "grad_cam_nested": (lambda: cams[True](shown, codes), len(shown)),
    }
    found: dict[str, Any] = {}
    for name, theirs in methods.items():
        try:
            found[name] = compared(ours[name][0], theirs, pairs, ours[name][1])
            if name == "integrated_gradients":
                ends = [gradients(each, their_codes)[0] for each in (some, np.zeros_like(some))]
                off = _errors(np.asarray(theirs()), ends[0] - ends[1])
                found[name]["their_completeness_error"] = off

                def as_complete(tolerance: float = max(off, 0.01)) -> Any:
                    return attributions(gradients, some, their_codes, tolerance=tolerance)

                found[name]["at_equal_completeness"] = compared(as_complete, theirs, pairs, few)["ratio"]
        except Exception as fault:  # whatever a peer makes of a nested model
            found[name] = f"failed: {type(fault).__name__}: {str(fault)[:200]}"
    return found


def _shap(flat: Any, nested: Any, shown: np.ndarray, codes: np.ndarray, few: int) -> dict[str, Run]:
    """Expected gradients from black with as many samples as the plain integral has steps, of the top class alone."""
    import shap

    explainer = shap.GradientExplainer(flat, np.zeros_like(shown[:1]))

    def run() -> np.ndarray:
        return explainer.shap_values(shown[:few], nsamples=STEPS, ranked_outputs=1, rseed=0)[0]

    return {"integrated_gradients": run}


def _xplique(flat: Any, nested: Any, shown: np.ndarray, codes: np.ndarray, few: int) -> dict[str, Run]:
    from xplique.attributions import GradCAM, IntegratedGradients

    targets = np.eye(flat.output_shape[-1], dtype=np.float32)[codes]
    steps = IntegratedGradients(flat, batch_size=BATCH, steps=STEPS, baseline_value=0, reducer=None)
    methods: dict[str, Run] = {
        "integrated_gradients": lambda: steps(shown[:few], targets[:few]),
    }
    for name, network in (("grad_cam", flat), ("grad_cam_nested", nested)):
        methods[name] = lambda network=network: _kept(GradCAM, network, batch_size=BATCH)(shown, targets)
    return methods


def _tf_keras_vis(flat: Any, nested: Any, shown: np.ndarray, codes: np.ndarray, few: int) -> dict[str, Run]:
    from tf_keras_vis.gradcam import Gradcam
    from tf_keras_vis.utils.scores import CategoricalScore

    score = CategoricalScore([int(code) for code in codes])
    methods: dict[str, Run] = {}
    for name, network in (("grad_cam", flat), ("grad_cam_nested", nested)):
        methods[name] = lambda network=network: _kept(Gradcam, network, clone=False)(score, shown, penultimate_layer=-1)
    return methods


_made: dict[Any, Any] = {}


def _kept(method: Any, network: Any, **options: Any) -> Any:
    """The peer's method on this network, made once and inside the run, so that it may fail for one network alone."""
    if (method, id(network)) not in _made:
        _made[method, id(network)] = method(network, **options)
    return _made[method, id(network)]
