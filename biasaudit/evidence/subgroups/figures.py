"""The figures of one group of images: accuracy and its kin, at the operating point and free of any threshold.

Definitions as in fairlearn's MetricFrame with scikit-learn's metrics, to which tests hold them. Every figure has its
interval and the number of images that it rests on; one that cannot be had is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from biasaudit.results import Figure, Name, Sentence, say
from biasaudit.stats import auc
from biasaudit.stats.intervals import Interval, area_under_curve, average, effective_n, mean, mean_error, proportion


@dataclass(frozen=True, kw_only=True, eq=False)
class Answers:
    """What the model said of the images, and what they are; n images, k classes."""

    codes: np.ndarray
    """int (n,)."""
    called: np.ndarray
    """int (n,): the most probable class."""
    probabilities: np.ndarray
    """float (n, k)."""
    groups: np.ndarray
    """(n,): patients."""
    classes: tuple[str, ...]
    positive: tuple[int, ...]
    """Codes of the classes that one-vs-rest figures are given of: the most frequent, or of two the rarer."""

    def of(self, rows: np.ndarray) -> Answers:
        """Of some of the images; rows: bool (n,) or int."""
        return Answers(
            codes=self.codes[rows],
            called=self.called[rows],
            probabilities=self.probabilities[rows],
            groups=self.groups[rows],
            classes=self.classes,
            positive=self.positive,
        )


def of_class(figure: Sentence, label: str) -> Sentence:
    """What a figure of one class is called: "sensitivity of malignant"."""
    return say("{figure} of {label}", figure=figure, label=Name("label", label))


def intervals_of(answers: Answers) -> dict[str, tuple[Interval, int]]:
    """Every figure of these images with the number of images behind it, by name: "sensitivity of malignant"."""
    found: dict[str, tuple[Interval, int]] = {}
    right = answers.called == answers.codes

    def share(name: str, hits: np.ndarray, among: np.ndarray) -> None:
        if among.any():
            inside = hits[among].astype(float)
            found[name] = _share(inside, answers.groups[among]), len(inside)

    share("accuracy", right, np.ones(len(right), dtype=bool))
    every = range(len(answers.classes))
    if set(every) <= set(answers.codes):
        found["balanced accuracy"] = within_classes(answers, every)
    areas, errors = [], []
    for code in answers.positive:
        name, truth, called = answers.classes[code], answers.codes == code, answers.called == code
        share(f"sensitivity of {name}", called, truth)
        share(f"false positive rate of {name}", called, ~truth)
        share(f"specificity of {name}", ~called, ~truth)
        share(f"precision of {name}", truth, called)
        share(f"selection rate of {name}", called, np.ones(len(truth), dtype=bool))
        chance = answers.probabilities[:, code]
        if truth.any() and not truth.all():
            area = _area(chance, truth, answers.groups)
            areas.append(area)
            found[f"AUC of {name}"] = area, len(truth)
        if len(truth) > 1:
            apart = chance - truth
            found[f"calibration error of {name}"] = mean(apart, answers.groups), len(truth)
            brier = mean_error(apart**2, answers.groups)
            errors.append(brier)
            found[f"Brier score of {name}"] = brier, len(truth)
    if len(answers.classes) > 2 and len(areas) == len(answers.classes):
        found["AUC, mean over classes"] = _typical(areas), len(right)
        found["Brier score, mean over classes"] = _typical(errors), len(right)
    return found


def within_classes(answers: Answers, codes: Iterable[int]) -> tuple[Interval, int]:
    """The accuracy within each of some classes, averaged, with the images of those; there must be some of each."""
    rows = [answers.codes == code for code in codes]
    parts = [_share((answers.called == answers.codes)[each].astype(float), answers.groups[each]) for each in rows]
    return average(parts), int(sum(each.sum() for each in rows))


def figures_of(answers: Answers) -> dict[str, Figure]:
    """The same as records."""
    return {
        name: Figure(value=each.value, low=each.low, high=each.high, n=n)
        for name, (each, n) in intervals_of(answers).items()
    }


def _share(hits: np.ndarray, groups: np.ndarray) -> Interval:
    return proportion(float(hits.sum()), len(hits), effective_n(hits, groups))


def _area(chance: np.ndarray, truth: np.ndarray, groups: np.ndarray) -> Interval:
    """The AUC; each side counts as the independent images that its placements are worth (Obuchowski 1997)."""
    order = np.sort(chance[~truth]), np.sort(chance[truth])
    sides = []
    for side, others in ((truth, order[0]), (~truth, order[1])):
        below = np.searchsorted(others, chance[side], "left") + np.searchsorted(others, chance[side], "right")
        sides.append(effective_n(below / (2 * len(others)), groups[side]))
    return area_under_curve(auc(chance, truth), *sides)


def _typical(parts: list[Interval]) -> Interval:
    """The mean of figures of the same images: as uncertain as they are on average, since they err together."""
    value, low, high = np.mean([tuple(part) for part in parts], axis=0)
    return Interval(float(value), float(low), float(high))
