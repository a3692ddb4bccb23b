"""Does the audit's estimate of reliance follow the truth? Networks trained on planted cues of several strengths.

The truth is measured without the audit: new photographs, each with and without the cue as it was planted, shown to the
same networks. Cues are planted by their own drawings, the random parts drawn anew, or (`drawn="here"`) by those of
`shortcuts.py`, which look different from what the audit puts in.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import pearsonr, spearmanr

from biasaudit.conclude.ranking import rank
from biasaudit.cues import BUILTIN
from biasaudit.cues.amounts import as_photo
from biasaudit.detectors import association, disparity, encoding, reliance
from biasaudit.detectors.reliance import by_intervention, class_gap
from biasaudit.evidence.graph import Graph
from biasaudit.evidence.interventions import Intervention, interventions
from biasaudit.evidence.measure.planting import step_of
from biasaudit.evidence.measure.survey import survey
from biasaudit.evidence.predictions import Predictions
from biasaudit.evidence.providers import BUILTIN as PROVIDERS
from biasaudit.evidence.ties import Tie
from biasaudit.images.pixels import PixelStore, resized
from biasaudit.images.reading import read_folder
from biasaudit.images.table import ImageTable
from biasaudit.model.backbones import load
from biasaudit.results import say
from biasaudit.runtime.cache import Cache
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings
from tests.benchmarks.scenes import KINDS, save, scene
from tests.benchmarks.shortcuts import SHORTCUTS, Draw

PLANTED = {"brightness": "brightness", "ruler": "ruler", "colour_cast": "colour cast", "dark_corner": "vignette",
           "corner_tag": "corner tag", "background_texture": "background texture"}  # fmt: skip
"""Cue -> its drawing in `shortcuts.py`."""
BY_THE_CUE = ("brightness", "ruler", "colour_cast", "dark_corner", "corner_tag", "hair")
"""Those planted by their own drawing: a background's texture is not measured in scenes of this size."""
STRENGTHS = (0.95, 0.8, 0.65, 0.5)
"""P(cue | class); P(cue | rest) is what is left of 1, so that 0.5 is present but balanced."""
AGREEMENT = 0.85
"""Share of the images whose subject is that of their class: a subject that told everything would leave a network no
reason to look at anything else."""
PAIRS = 100


def _drawing(cue: str, drawn: str) -> Draw:
    """How the cue is planted: (rgb, rng) -> rgb."""
    if drawn == "here":
        return SHORTCUTS[PLANTED[cue]][0]
    part = next(part for part in BUILTIN if part.id == cue)
    assert part.insert is not None
    insert = part.insert
    some = [scene(np.random.default_rng([7, k])) for k in range(60)]
    step = step_of(part, np.array([part.measure(as_photo(rgb)) for rgb in some]))
    return lambda rgb, rng: insert(rgb, step, rng)[0]


def _write(folder: Path, draw: Draw, strength: float, n: int, seed: int) -> None:
    """Two classes that differ in the subject's shape, and in the share of them that carries the shortcut."""
    rng = np.random.default_rng(seed)
    for number in range(n):
        kind = KINDS[number % 2]
        subject = kind if rng.random() < AGREEMENT else KINDS[1 - number % 2]
        rgb = scene(rng, subject=subject)
        if rng.random() < (strength if kind == KINDS[0] else 1 - strength):
            rgb = np.rint(draw(rgb, rng)).astype(np.uint8)
        save(folder / kind / f"{number:05d}.jpg", rgb)


def _truth(draw: Draw, model: Predictions, label: int, subject: str, gap: float, seed: int) -> float:
    """Mean shift of the class's log-odds when the shortcut is put into new photographs, over all folds' networks.

    Photographs of the same subject as those in which the audit put it: a mark that only blinds a network lowers the
    odds of whichever class a picture shows. In units of the distance between the classes' means, out of fold:
    log-odds have another scale in every network.
    """
    rng = np.random.default_rng(seed)
    size = model.network.size
    before = [scene(rng, subject=subject) for _ in range(PAIRS)]
    after = [np.rint(draw(rgb, rng)).astype(np.uint8) for rgb in before]
    shown = [np.stack([resized(rgb, size) for rgb in images]) for images in (before, after)]
    folds = np.arange(PAIRS) % (int(model.fold.max()) + 1)
    odds = [model.network.log_odds(pixels, folds)[:, label] for pixels in shown]
    return float(np.mean(odds[1] - odds[0])) / gap


def trained(
    cue: str, strength: float, n: int, seed: int, *, drawn: str = "by the cue", backbone: str = "auto"
) -> dict[str, Any]:
    """Train on one planted set, audit it, and measure the truth on the same networks."""
    draw = _drawing(cue, drawn)
    settings, progress = Settings(seed=seed, backbone=backbone), Progress(quiet=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder / "images", draw, strength, n, seed)
        network, cache = load(backbone, trust_model=False, seed=seed), Cache(folder / "cache")
        store = PixelStore.create(folder / "pixels.raw", n, network.size)
        images = read_folder(folder / "images")
        surveyed = survey(images, BUILTIN, store=store, jobs=None, cache=cache, progress=progress)
        given = {"images": surveyed.images, "survey": surveyed, "cues": BUILTIN, "backbone": network,
                 "given": None, "weights_file": None, "settings": settings, "cache": cache,
                 "progress": progress}  # fmt: skip
        unnamed = dict.fromkeys(("patterns", "fixed_places"), say("not asked here"))
        facts = Graph(given, PROVIDERS, unnamed)
        results = [
            result for rung in (association, encoding, reliance, disparity) for result in facts.call(rung.function)
        ]
        model: Predictions = facts.get("predictions")
        findings = rank(facts.get("cue_values"), facts.get("ties"), results, (), surveyed.images, model)
        finding = next(each for each in findings if each.cue == cue)
        tie = next(tie for tie in facts.get("ties") if tie.cue.id == cue)
        done = facts.get("interventions").get(tie.cue.key)
        asked = done is not None
        if not asked:
            as_if_tied = replace(tie, strength=1.0)
            asked_here = interventions(surveyed.images, BUILTIN, (as_if_tied,), model, settings, progress)
            done = asked_here.get(tie.cue.key)
        put_into = KINDS[1] if done is None else str(surveyed.images.labels[done.rows[0]])
        # The truth of the class that has the cue, whichever class the finding names.
        label = surveyed.images.classes.index(KINDS[0])
        inside = model.log_odds[surveyed.images.codes == label, label].mean()
        gap = float(inside - model.log_odds[surveyed.images.codes != label, label].mean())
        return {
            "cue": cue,
            "drawn": drawn,
            "strength": strength,
            "auc": round(model.auc.value, 3),
            "true": round(_truth(draw, model, label, put_into, gap, seed + 1), 3),
            "estimated": round(_estimate(tie, done, model, surveyed.images) * _raised(cue, draw), 3),
            "asked": asked,
            "verdict": finding.verdict,
        }


def _estimate(tie: Tie, done: Intervention | None, model: Predictions, images: ImageTable) -> float:
    """The audit's shift in units of the distance between classes, of more of the cue towards the first class.

    An audit puts in only what is tied. Where it did not ask, the same estimator is asked here, so that networks which
    are put off by a cue that no class has more of are judged too. NaN where no image could take the cue.
    """
    if done is None:
        return float("nan")
    code = images.classes.index(tie.label)
    gap = class_gap(tie, model.log_odds[:, code])
    rng = np.random.default_rng(0)
    estimate = by_intervention(tie, done, code, gap, images.groups, 1, rng).estimate
    assert estimate is not None
    shift = estimate.value / gap * tie.direction
    return shift if tie.label == KINDS[0] else -shift


def _raised(cue: str, draw: Draw) -> int:
    """+1 where the drawing raises the cue's measure, -1 where it lowers it."""
    measure = next(part.measure for part in BUILTIN if part.id == cue)
    rng = np.random.default_rng(11)
    scenes = [scene(rng) for _ in range(20)]
    changed = [measure(as_photo(np.rint(draw(rgb, rng)).astype(np.uint8))) - measure(as_photo(rgb)) for rgb in scenes]
    return 1 if np.nanmean(changed) > 0 else -1


def _correlation(rows: list[dict[str, Any]]) -> dict[str, float]:
    judged = [row for row in rows if np.isfinite(row["estimated"])]
    true, estimated = (np.array([row[key] for row in judged]) for key in ("true", "estimated"))
    return {
        "trainings": len(judged),
        "pearson": float(pearsonr(true, estimated).statistic),
        "spearman": float(spearmanr(true, estimated).statistic),
    }


def measure(n: int = 400, balanced: int = 20, backbone: str = "auto") -> dict[str, Any]:
    """24 trainings for each way of planting, and `balanced` more in which the cue is present but untied."""
    result: dict[str, Any] = {}
    rows: list[dict[str, Any]] = []
    for drawn, cues in (("by the cue", BY_THE_CUE), ("here", tuple(PLANTED))):
        some = [
            trained(cue, strength, n, 100 + place, drawn=drawn, backbone=backbone)
            for place, (cue, strength) in enumerate(product(cues, STRENGTHS))
        ]
        result[f"drawn {drawn}"] = _correlation(some)
        rows += some
    rows += [trained(BY_THE_CUE[k % len(BY_THE_CUE)], 0.5, n, 5000 + k, backbone=backbone) for k in range(balanced)]
    untied = [row for row in rows if row["strength"] == 0.5]
    called = sum(row["verdict"] == "shortcut" for row in untied)
    return {**result, "balanced": len(untied), "balanced_called_shortcut": called, "rows": rows}
