"""A whole self-test: plant, try each cue at each strength several times beside clean sets, and count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import product
from typing import Any

import joblib
import numpy as np
import pandas as pd
from scipy.stats import binomtest

from biasaudit.cues.cue import Cue
from biasaudit.evidence.measure.planting import insertable, plant_each, step_of
from biasaudit.evidence.measure.survey import Survey
from biasaudit.images.table import ImageTable
from biasaudit.results import PlantedCue, SelfTest
from biasaudit.runtime.processes import parallel
from biasaudit.runtime.progress import Progress
from biasaudit.selftest.trial import Trial, run_trial
from biasaudit.settings import Settings
from biasaudit.stats import generator, permuted

IMAGES = 200
"""Images that cues are planted in, at most: each is measured again with every cue."""
AGAIN = 40
"""Images in which they are drawn a second time, for telling causes from side effects."""
STRENGTHS = ((0.9, 0.1), (0.7, 0.3))
"""Share of the images of one class, and of the others, that get the cue."""
TRIALS, CLEAN_TRIALS = 5, 40
"""Sets for each cue and strength, and sets without any cue."""


def sample(images: ImageTable, seed: int, most: int = IMAGES) -> ImageTable:
    """At most `most` of the images that are learnt from, each class in its share but with two at least.

    Of more classes than that allows the first are taken: labels are dealt anew.
    """
    images = images.subset(~images.held_out)
    if images.n <= most:
        return images
    order = generator(seed, "self-test").permutation(images.n)
    two_each = np.concatenate(
        [order[images.codes[order] == code][:2] for code in range(min(len(images.classes), most // 2))]
    )
    rest = order[~np.isin(order, two_each)][: max(0, most - len(two_each))]
    return images.subset(np.concatenate([two_each, rest]))


def share(hits: int, of: int) -> tuple[float, float, float]:
    """A proportion with its 95% Clopper-Pearson interval; (0, 0, 1) of nothing."""
    if not of:
        return 0.0, 0.0, 1.0
    low, high = binomtest(hits, of).proportion_ci(0.95, method="exact")
    return hits / of, float(low), float(high)


def selftest(survey: Survey, cues: Sequence[Cue], settings: Settings, progress: Progress) -> SelfTest:
    """Plant every insertable cue in a sample of the surveyed images and count what a scan makes of it."""
    survey = survey.of(sample(survey.images, settings.seed))
    images = survey.images
    candidates = insertable(cues)
    steps = {cue.id: step_of(cue, survey.values[cue.id].to_numpy(dtype=float)) for cue in candidates}
    steps = {cue: step for cue, step in steps.items() if step}
    numbers = [cue for cue in cues if not cue.words]

    def planted(some: ImageTable, seed: int) -> dict[str, pd.DataFrame]:
        return plant_each(some, numbers, steps, jobs=settings.jobs, seed=seed, progress=progress)

    with_cue = planted(images, settings.seed)
    # What tells side effects must not be the very drawings that are to be found.
    drawn = planted(images.subset(np.arange(min(images.n, AGAIN))), settings.seed + 1)
    clean = survey.values[[cue.id for cue in cues]]

    def task(cue: str | None, strength: tuple[float, float], number: int) -> Any:
        rng = generator(settings.seed, "trial", str(cue), str(strength), str(number))
        labels = next(permuted(images.labels, images.groups, 1, rng))[0]
        dealt = int(rng.integers(2**31))
        planted_one = {cue: with_cue[cue]} if cue else {}  # a process is handed no more than it needs
        return joblib.delayed(run_trial)(clean, planted_one, labels, images.groups, strength, cues, cue, dealt, drawn)

    plan: list[tuple[str | None, tuple[float, float], int]] = [
        (None, (0.0, 0.0), number) for number in range(CLEAN_TRIALS)
    ]
    plan += list(product(steps, STRENGTHS, range(TRIALS)))
    tried = parallel(settings.jobs)(task(*one) for one in plan)
    trials = list(progress.track(tried, "Trying", len(plan)))

    counts: dict[tuple[str, tuple[float, float]], list[Trial]] = {}
    for (cue, strength, _), trial in zip(plan, trials, strict=True):
        if cue is not None:
            counts.setdefault((cue, strength), []).append(trial)
    alarmed = [trial for trial in trials if trial.cue is None and trial.flagged]
    blamed = Counter(cue for trial in alarmed for cue in trial.flagged)
    _, low, high = share(len(alarmed), CLEAN_TRIALS)
    return SelfTest(
        images=images.n,
        classes=len(images.classes),
        clean_sets=CLEAN_TRIALS,
        false_alarms=len(alarmed),
        false_alarm_low=low,
        false_alarm_high=high,
        blamed=dict(blamed.most_common()),
        planted=tuple(
            PlantedCue(
                cue=cue,
                in_class=strength[0],
                in_others=strength[1],
                sets=len(some),
                found=sum(trial.found for trial in some),
                first=sum(trial.first for trial in some),
            )
            for (cue, strength), some in counts.items()
        ),
        not_planted={cue.id: "the images do not differ in it" for cue in candidates if cue.id not in steps},
    )
