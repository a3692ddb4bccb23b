"""Placebos: changes of the same place, area and energy as an inserted cue, without being the cue.

A model may answer to any disturbance of an image. Only an answer beyond the placebo's says that it answers to
the cue. Each function takes (before, after, mask, rng) and returns rgb uint8 of the same shape.
"""

from __future__ import annotations

import cv2
import numpy as np


def _match_energy(change: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Scale `change` to the root mean square of `target`."""
    energy = float(np.sqrt(np.mean(change**2)))
    wanted = float(np.sqrt(np.mean(target**2)))
    return change * (wanted / energy) if energy > 1e-9 else change


def _apply(before: np.ndarray, change: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(before.astype(np.float32) + change), 0, 255).astype(np.uint8)


def _field(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """A smooth random field, mean 0 and mean square 1, that changes sign about six times across the image."""
    coarse = rng.standard_normal((7, 7)).astype(np.float32)
    field = cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    field -= field.mean()
    return field / max(float(field.std()), 1e-6)


def smear(before: np.ndarray, after: np.ndarray, mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """For drawn artefacts: the same ink in the same place, blurred until it has no shape."""
    change = after.astype(np.float32) - before.astype(np.float32)
    rows, columns = np.nonzero(mask)
    if rows.size == 0:
        return before.copy()
    extent = min(int(np.ptp(rows)), int(np.ptp(columns))) + 1
    sigma = float(np.clip(extent / 4, 3.0, max(before.shape[:2]) / 16))
    return _apply(before, _match_energy(cv2.GaussianBlur(change, (0, 0), sigma), change))


def _halves(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """About +1 on one side of a random line through the middle and -1 on the other, with a soft edge; mean 0.

    Bounded, so that no place changes much more than the cue itself would have changed it: blotches of three times
    the strength move a model by themselves.
    """
    angle = rng.uniform(0, 2 * np.pi)
    rows, columns = np.mgrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j].astype(np.float32)
    field = np.clip(2 * (np.cos(angle) * rows + np.sin(angle) * columns), -1, 1)
    field -= field.mean()
    return field / max(float(np.sqrt(np.mean(field**2))), 1e-6)


def scatter(before: np.ndarray, after: np.ndarray, mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """For properties: the same change, up in one half and down in the other, so that it cancels over the image."""
    change = after.astype(np.float32) - before.astype(np.float32)
    return _apply(before, _match_energy(change * _halves(before.shape[:2], rng)[..., None], change))


def drift(before: np.ndarray, after: np.ndarray, mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """For fine-grained changes (noise, compression): as much change, but smooth."""
    change = after.astype(np.float32) - before.astype(np.float32)
    fields = np.stack([_field(before.shape[:2], rng) for _ in range(3)], axis=-1)
    return _apply(before, _match_energy(fields, change))
