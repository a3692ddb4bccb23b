"""Marks of a pen found beside clean twins, and look-alikes left alone."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from biasaudit.cues.artefacts.ink_marking import ink_marking
from tests.cues.pictures import (
    framed_skin,
    hairy_skin,
    present,
    ruled_skin,
    skin,
    skin_in_dark_corners,
    skin_with_sticker,
    skin_with_vessels,
)


@pytest.mark.parametrize("ink", [(95, 40, 160), (60, 50, 150), (120, 80, 170)])
def test_it_finds_other_marks_on_skin_and_on_paper(ink):
    paper = np.clip(np.random.default_rng(0).normal(235, 3, (256, 256, 3)), 0, 255).astype(np.uint8)
    for image in (skin(1).copy(), paper):
        cv2.putText(image, "4", (30, 90), cv2.FONT_HERSHEY_SIMPLEX, 2, ink, 4, cv2.LINE_AA)
        assert present(ink_marking, image)


@pytest.mark.parametrize(
    "scene", [ruled_skin, framed_skin, skin_in_dark_corners, hairy_skin, skin_with_vessels, skin_with_sticker]
)
def test_other_artefacts_do_not_count(scene):
    for seed in range(4):
        assert not present(ink_marking, scene(seed))
