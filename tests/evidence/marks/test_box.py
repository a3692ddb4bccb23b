"""Boxes hold the mark that was drawn, and there is none where there is no mark."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from biasaudit.cues import BUILTIN
from biasaudit.cues.amounts import as_photo
from biasaudit.cues.cue import cue
from biasaudit.evidence.marks.box import box_of
from biasaudit.images.photo import Photo
from tests.benchmarks.scenes import scene

CUES = {cue.id: cue for cue in BUILTIN}


@pytest.mark.parametrize("name", ["ruler", "ink_marking", "colour_patch", "date_stamp", "corner_tag"])
def test_a_box_holds_far_more_of_the_mark_than_its_share_of_the_picture(name):
    mark, richer = CUES[name], []
    for seed in range(6):
        rng = np.random.default_rng([seed, 5])
        clean = scene(rng, 224)
        drawn, mask = mark.insert(clean, 1.0, rng)
        if box_of(mark, clean) is not None or (box := box_of(mark, drawn)) is None:
            continue
        left, upper, right, lower = (round(edge * 224) for edge in box)
        inside = mask[upper:lower, left:right].sum() / mask.sum()
        richer.append(inside / ((box[2] - box[0]) * (box[3] - box[1])))
    assert len(richer) >= 4
    assert np.median(richer) >= 5


def test_where_nothing_is_there_is_no_box():
    flat = np.full((160, 160, 3), 120, np.uint8)
    assert box_of(CUES["ruler"], flat) is None
    assert box_of(CUES["brightness"], flat) is None


@cue(kind="artefact", question="Is there grain?", unit="share of the pixels", threshold=0.8)
def grain(photo: Photo) -> float:
    return float((np.abs(cv2.Laplacian(photo.luma, cv2.CV_32F)) > 8).mean())


def test_what_is_everywhere_is_in_no_one_place():
    noise = np.random.default_rng(0).integers(0, 255, (120, 120, 3), dtype=np.uint8)
    assert grain.measure(as_photo(noise)) > 0.8
    assert box_of(grain, noise) is None
