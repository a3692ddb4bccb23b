"""The gradient as a map: which pixels, changed a little, would change a class's score most.

Simonyan et al. 2014, "Deep Inside Convolutional Networks", ICLR workshop, and Smilkov et al. 2017, "SmoothGrad:
removing noise by adding noise", arXiv:1706.03825.
"""

from __future__ import annotations

from functools import reduce

import numpy as np

from biasaudit.model.gradients import ScoreGradients

NOISE = 0.15
"""Standard deviation of the noise, as a share of each image's range: Smilkov 2017 found 0.1 to 0.2 best."""
COPIES = 32
"""Noisy copies an image; Smilkov 2017 saw little change beyond 50."""


def gradient(score_gradients: ScoreGradients, images: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """The largest slope of any channel, as Simonyan 2014.

    Args:
        score_gradients: of the network, compiled once.
        images: (n, h, w, c) as the network takes them.
        codes: int (n,), each image's class to explain.

    Returns:
        float32 (n, h, w), at least 0.
    """
    return _over_channels(score_gradients(images, codes)[1])


def smooth_gradient(
    score_gradients: ScoreGradients,
    images: np.ndarray,
    codes: np.ndarray,
    *,
    noise: float = NOISE,
    copies: int = COPIES,
    seed: int = 0,
) -> np.ndarray:
    """SmoothGrad: the mean gradient over noisy copies of each image, then as `gradient`.

    Args:
        score_gradients: of the network, compiled once.
        images: (n, h, w, c) as the network takes them.
        codes: int (n,), each image's class to explain.
        noise: standard deviation, as a share of the image's own range.
        copies: how many an image.
        seed: of the noise; an image's noise does not depend on the images beside it.

    Returns:
        float32 (n, h, w), at least 0.
    """
    means = np.empty(images.shape, np.float32)
    for row, (image, code) in enumerate(zip(images, codes, strict=True)):
        spread = noise * (float(image.max()) - float(image.min()))
        added = np.random.default_rng(seed).normal(0, spread, (copies, *image.shape)).astype(np.float32)
        means[row] = score_gradients(image + added, np.full(copies, code))[1].mean(axis=0)
    return _over_channels(means)


def _over_channels(gradients: np.ndarray) -> np.ndarray:
    """A channel at a time: a maximum over a last axis of three takes NumPy twenty times as long."""
    return reduce(np.maximum, (np.abs(gradients[..., channel]) for channel in range(gradients.shape[3])))
