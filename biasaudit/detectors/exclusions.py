"""Files that could not be read: a data finding where they fall on one class, and hidden pixels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
from scipy.stats import fisher_exact

from biasaudit.detectors.detector import detector
from biasaudit.evidence.measure.survey import Survey
from biasaudit.images.table import ImageTable
from biasaudit.images.words import HIDDEN_PIXELS
from biasaudit.results import Estimate, Finding, Name, Rung, say
from biasaudit.stats import auc, interval
from biasaudit.thresholds import Q

FLOOR = 0.05
"""Excess in the share of files lost that a class must show."""
NOT_ASKED = Rung(state="untested", why=say("No model sees a file that cannot be read."))


def _estimate(label: Name, table: list[list[int]]) -> Estimate:
    """The share of the class that is lost against that of the rest, on the scale of the other associations.

    table: files lost and kept, of the class and of the rest.
    """
    missing = np.repeat([1.0, 0.0, 1.0, 0.0], [*table[0], *table[1]])
    positive = np.repeat([True, True, False, False], [*table[0], *table[1]])
    low, high = interval(
        lambda weights: np.array([auc(np.repeat(missing, row), np.repeat(positive, row)) for row in weights]),
        np.arange(len(missing)),
        np.random.default_rng(0),
        resamples=200,
    )
    return Estimate(
        measure=say("AUC of being unreadable, {label} against the rest", label=label),
        value=auc(missing, positive),
        low=low,
        high=high,
        null=0.5,
        limit=1.0,
        n=len(missing),
    )


def _tied_to_class(images: ImageTable, lost: Counter[str]) -> Iterator[Finding]:
    kept = Counter(images.labels)
    label = max(lost, key=lambda name: lost[name] / (lost[name] + kept[name]))
    table = [[lost[label], kept[label]], [lost.total() - lost[label], images.n - kept[label]]]
    # The worst class was picked, so each class counts as a test.
    p_value = min(1.0, float(fisher_exact(table).pvalue) * (len(images.classes) if len(images.classes) > 2 else 1))
    excess = table[0][0] / sum(table[0]) - table[1][0] / max(1, sum(table[1]))
    if p_value >= Q or excess < FLOOR:
        return
    of_label, files = Name("label", label), lost[label] + kept[label]
    association = Rung(
        state="yes",
        why=say(
            "{lost} of {files} files of {label} could not be read, {others} of the rest.",
            lost=lost[label],
            files=files,
            label=of_label,
            others=table[1][0],
        ),
        p_value=p_value,
        q_value=p_value,
        method=say("Fisher's exact test, corrected for the number of classes"),
        estimate=_estimate(of_label, table),
    )
    yield Finding(
        id="file-unreadable",
        detector="exclusions",
        cue="unreadable",
        kind="file",
        verdict="suspect",
        label=label,
        title=say(
            "Files that cannot be read fall on {label}: {share:.0%} of it is lost.",
            label=of_label,
            share=lost[label] / files,
        ),
        rungs={
            "association": association,
            "encoding": NOT_ASKED,
            "reliance": NOT_ASKED,
            "disparity": NOT_ASKED,
        },
        recommendation=say(
            "Get the {n} files of {label} again: what is left may be untypical.", n=lost[label], label=of_label
        ),
        question=say("Are the unreadable files all of one class?"),
        explanation=say("A class may come from another archive."),
    )


@detector(
    question="Do the files that had to be left out fall on one class?",
    silence="no class lost more files than chance may explain, and none has hidden pixels",
)
def exclusions(images: ImageTable, survey: Survey) -> Iterator[Finding]:
    """Why it matters: files fail for a reason (another camera, another archive), and what is left is no fair sample.

    How it is measured: Fisher's exact test of the class that lost most against the rest; transparent pixels that
    hide a picture are listed.

    What it cannot show: what the lost pictures held.

    References: Fisher 1922.
    """
    lost = Counter(file.label for file in images.unreadable if file.label is not None)
    if lost and len(images.classes) > 1:
        yield from _tied_to_class(images, lost)
    hidden = survey.values["notes"].str.contains(HIDDEN_PIXELS, regex=False).to_numpy(dtype=bool)
    if hidden.any():
        rung = Rung(state="untested", why=say("Counted in the files."))
        yield Finding(
            id="file-hidden-pixels",
            detector="exclusions",
            cue="hidden_pixels",
            kind="file",
            verdict="suspect",
            label=None,
            title=say("Images that hide colours under full transparency: {n}.", n=int(hidden.sum())),
            rungs={"association": rung, "encoding": rung, "reliance": rung, "disparity": rung},
            examples=tuple(images.ids[hidden][:20]),
            recommendation=say(
                "Flatten these files on the background that is meant: software may show what is hidden."
            ),
            question=say("Do files hold pixels that nobody sees?"),
            explanation=say("Software differs in what it shows there."),
        )
