"""The same picture twice: across splits it leaks, across classes its label is in doubt."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from biasaudit.evidence.survey import Survey
from biasaudit.images.table import ImageTable
from biasaudit.registry import detector
from biasaudit.results import Finding, Rung

UNTESTED = Rung(state="untested", why="Not a question of the model: copies are counted in the files.")


def _finding(name: str, title: str, frame: pd.DataFrame, recommendation: str) -> Finding:
    return Finding(
        id=f"leakage-{name}",
        detector="copies",
        cue=name,
        kind="leakage",
        title=title,
        verdict="suspect",
        label=None,
        rungs={"association": UNTESTED, "encoding": UNTESTED, "reliance": UNTESTED, "disparity": UNTESTED},
        examples=tuple(frame["id"].head(20)),
        recommendation=recommendation,
        question="Does one picture stand in two places?",
        explanation="Only copies that are equal byte for byte are counted here.",
    )


def _spread_over(frame: pd.DataFrame, column: str, by: str) -> pd.DataFrame:
    """Rows whose `by` value occurs with more than one value of `column`, copies side by side."""
    counts = frame.groupby(by)[column].transform("nunique")
    return frame[(counts > 1).to_numpy()].sort_values([by, "id"])


@detector(question="Does one picture, or one patient, stand in two splits or under two labels?")
def copies(images: ImageTable, survey: Survey) -> Iterator[Finding]:
    """Why it matters: a picture that is trained on and tested on makes any model look good; two labels for one
    picture mean that one of them is wrong.

    How it is measured: equal bytes (sha256); groups (patients, scenes) by the column that the user named.

    What it cannot show: resized, cropped or recompressed copies.

    References: Kapoor & Narayanan 2023 (leakage).
    """
    frame = images.frame.assign(hash=survey.values["hash"].to_numpy(), split=images.frame["split"].fillna(""))
    splits = frame[(frame["split"] != "").to_numpy()]
    across = _spread_over(splits, "split", "hash")
    if len(across):
        yield _finding(
            "across-splits",
            f"Pictures that stand in more than one split: {across['hash'].nunique()}.",
            across,
            "Keep one copy of each and test again: the figures of the given split are too good.",
        )
    conflicting = _spread_over(frame, "label", "hash")
    if len(conflicting):
        yield _finding(
            "label-conflict",
            f"Pictures that stand under more than one label: {conflicting['hash'].nunique()}.",
            conflicting,
            "Look at each pair, settle its label and remove the other copy.",
        )
    if len(np.unique(images.groups)) < images.n:
        shared = _spread_over(splits, "split", "group")
        shared = shared[~shared["id"].isin(across["id"])]
        if len(shared):
            yield _finding(
                "groups-across-splits",
                f"Groups that stand in more than one split: {shared['group'].nunique()}.",
                shared,
                "Split by group (patient, scene), so that none is both trained and tested on.",
            )
