"""Placebos: changes of the same place, area and energy as an inserted cue, without being the cue.

A model may answer to any disturbance of an image. Only an answer beyond the placebo's says that it answers to the cue.
Each function has the signature `Placebo`:

    before: uint8 (height, width, 3), the picture as it was, 0 to 255.
    after: uint8 (height, width, 3), the same with the cue in it.
    mask: bool (height, width), True where the cue was put.
    rng: random numbers; the same ones give the same placebo.

It returns uint8 (height, width, 3), the picture with the placebo in it, and changes none of its arguments. "Energy" is
the root mean square of the change over the whole picture and its three channels.
"""

from __future__ import annotations

import cv2
import numpy as np


def blurred(before: np.ndarray, after: np.ndarray, mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """For drawn artefacts: the same change in the same place, blurred until it has no shape.

    uint8 (height, width, 3) in and out, mask bool (height, width). The blur's standard deviation is a quarter of the
    shorter side of the mask's box: at least 3 pixels, at most a sixteenth of the picture's longest side.
    """
    change = _change(before, after)
    rows, columns = np.nonzero(mask)
    if rows.size == 0:
        return before.copy()
    extent = min(int(np.ptp(rows)), int(np.ptp(columns))) + 1
    sigma = float(np.clip(extent / 4, 3.0, max(before.shape[:2]) / 16))
    return _with_energy_of(change, cv2.GaussianBlur(change, (0, 0), sigma), before)


def opposite_halves(before: np.ndarray, after: np.ndarray, mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """For properties: the same change, up in one half and down in the other, so that it cancels over the picture.

    uint8 (height, width, 3) in and out, mask bool (height, width) and not looked at.
    """
    change = _change(before, after)
    return _with_energy_of(change, change * _halves(before.shape[:2], rng)[..., None], before)


def smooth_field(before: np.ndarray, after: np.ndarray, mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """For fine-grained changes (noise, compression): as much change, but smooth, of each channel by itself.

    uint8 (height, width, 3) in and out, mask bool (height, width) and not looked at.
    """
    fields = np.stack([_field(before.shape[:2], rng) for _ in range(3)], axis=-1)
    return _with_energy_of(_change(before, after), fields, before)


def _change(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    return after.astype(np.float32) - before.astype(np.float32)


def _with_energy_of(target: np.ndarray, change: np.ndarray, before: np.ndarray) -> np.ndarray:
    """The picture with `change`, scaled to the root mean square of `target`; all float32 (height, width, 3)."""
    energy = float(np.sqrt(np.mean(change**2)))
    wanted = float(np.sqrt(np.mean(target**2)))
    scaled = change * (wanted / energy) if energy > 1e-9 else change
    return np.clip(np.rint(before.astype(np.float32) + scaled), 0, 255).astype(np.uint8)


def _field(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """A random field, float32 `shape`, mean 0 and mean square 1, that changes sign about six times across."""
    coarse = rng.standard_normal((7, 7)).astype(np.float32)
    field = cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    field -= field.mean()
    return field / max(float(field.std()), 1e-6)


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
