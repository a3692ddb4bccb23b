"""Grad-CAM for any Keras network with feature maps, also where the maps lie inside a nested model.

Selvaraju et al. 2017, "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization", ICCV.
A network is cut in two at its last feature map, so that the class's score can be derived with regard to what the
second part is given. In transfer learning that map lies inside a submodel, whose graph is not the outer model's;
there each of the two graphs is cut and the pieces are joined again. The pieces share the network's weights.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import cv2
import numpy as np

from biasaudit.model.gradients import BATCH, score_gradients
from biasaudit.model.layers import cut, output_activation

if TYPE_CHECKING:
    import keras


def grad_cam(network: keras.Model, batch: int = BATCH) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Compile Grad-CAM; the function follows the network's weights.

    Args:
        network: one input, float32 (n, h, w, c) -> answers (n, classes), Sequential or functional, nested to any depth.
        batch: images at a time.

    Returns:
        A function of images float (n, h, w, c) and class codes int (n,) to maps float32 (n, h, w), at least 0, enlarged
        from the feature map's size. Their scale is the score's and differs between images.

    Raises:
        UsageError: the network has no last feature map that everything after it comes from.
    """
    front, rest = cut(network)
    gradients = score_gradients(rest, output_activation(network), batch)

    def explain(images: np.ndarray, codes: np.ndarray) -> np.ndarray:
        heat = np.empty(images.shape[:3], np.float32)
        for start in range(0, len(images), batch):
            some = slice(start, start + batch)
            maps = np.asarray(front.predict_on_batch(np.asarray(images[some], np.float32)))
            weights = gradients(maps, codes[some])[1].mean(axis=(1, 2))
            coarse = np.maximum(0, np.einsum("nhwc,nc->nhw", maps, weights))
            heat[some] = [cv2.resize(each, images.shape[2:0:-1], interpolation=cv2.INTER_LINEAR) for each in coarse]
        return heat

    return explain
