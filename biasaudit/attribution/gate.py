"""Whether a method's maps may be shown: they must change with the weights, and the answers must follow them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from scipy.stats import t as student

from biasaudit.attribution.methods import Explain, Method, chance_of, methods_for
from biasaudit.attribution.sanity import ALIKE, faithfulness, rank_correlations
from biasaudit.model.interface import AttributionMethod, AuditedModel

STEPS = 8
RANDOM_ORDERS = 1
"""Fewer than a study would take, since an audit pays for each answer; chance is averaged over images as well."""
FEWEST = 4


@dataclass(frozen=True, kw_only=True)
class Examined:
    """What the two checks said of one method."""

    method: AttributionMethod
    images: int
    correlation: float | None
    """Rank correlation of its maps with those after all weights were shuffled, median over images (Adebayo 2018). None
    where no weights are to be had."""
    gain: float
    low: float
    high: float
    """Area between insertion and deletion beyond a random order's, mean over images with its 95% interval."""

    @property
    def depends(self) -> bool | None:
        """Whether its maps change with the weights; None where that could not be tried."""
        return None if self.correlation is None else self.correlation < ALIKE

    @property
    def passed(self) -> bool:
        """Whether its maps may be shown."""
        return self.low > 0 and self.depends is not False


def first_to_pass(
    model: AuditedModel, rgb: np.ndarray, fold: int, codes: np.ndarray, seed: int
) -> tuple[Method | None, Explain | None, tuple[Examined, ...]]:
    """The first method that passes with its explanations, None where none does, and what was seen of each.

    Args:
        model: to explain.
        rgb: images uint8 (n, size, size, 3) of one fold, called rightly.
        fold: in which they were held out.
        codes: int (n,), their classes.
        seed: of the shuffling and of the random orders.
    """
    examined: list[Examined] = []
    stranger = model.randomised(fold, seed)
    for method in methods_for(model):
        explain = method.explainer(model)
        if explain is None:
            continue
        some = slice(0, method.checked)
        found = _examine(method, model, explain, stranger, rgb[some], fold, codes[some], seed)
        if found is None:
            continue
        examined.append(found)
        if found.passed:
            return method, explain, tuple(examined)
    return None, None, tuple(examined)


def _examine(
    method: Method,
    model: AuditedModel,
    explain: Explain,
    stranger: AuditedModel | None,
    rgb: np.ndarray,
    fold: int,
    codes: np.ndarray,
    seed: int,
) -> Examined | None:
    maps = _maps(explain, rgb, fold, codes)
    if maps is None or len(maps) < FEWEST:
        return None
    blind = None if stranger is None else method.explainer(stranger)
    after = None if blind is None else _maps(blind, rgb, fold, codes)
    correlation = None if after is None else float(np.median(rank_correlations(maps, after)))

    def predict(changed: np.ndarray) -> np.ndarray:
        return chance_of(model, changed, np.full(len(changed), fold))

    enlarged = np.stack([cv2.resize(each, rgb.shape[2:0:-1], interpolation=cv2.INTER_LINEAR) for each in maps])
    gain = faithfulness(predict, rgb, codes, enlarged, seed=seed, steps=STEPS, random_orders=RANDOM_ORDERS).gain
    half = float(student.ppf(0.975, len(gain) - 1) * gain.std(ddof=1) / np.sqrt(len(gain)))
    mean = float(gain.mean())
    return Examined(
        method=method.name,
        images=len(gain),
        correlation=correlation,
        gain=mean,
        low=mean - half,
        high=mean + half,
    )


def _maps(explain: Explain, rgb: np.ndarray, fold: int, codes: Sequence[int] | np.ndarray) -> np.ndarray | None:
    """float32 (n, h, w); None where there are none."""
    found = [explain(image, fold, int(code)) for image, code in zip(rgb, codes, strict=True)]
    maps = [each for each in found if each is not None]
    return np.stack(maps).astype(np.float32) if len(maps) == len(found) and maps else None
