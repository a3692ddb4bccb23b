"""Stickers found beside clean twins, and look-alikes left alone."""

from __future__ import annotations

import cv2
import pytest

from biasaudit.cues.artefacts.colour_patch import colour_patch
from tests.cues.pictures import framed_skin, hairy_skin, inked_skin, present, ruled_skin, skin, skin_in_dark_corners


@pytest.mark.parametrize("colour", [(20, 120, 210), (240, 120, 20), (90, 190, 180), (220, 40, 40)])
@pytest.mark.parametrize("centre", [(256, 60), (100, -20), (-10, 256), (60, 60)])
def test_it_finds_other_discs(colour, centre):
    image = skin(1).copy()
    cv2.circle(image, centre, 48 if centre == (60, 60) else 75, colour, -1, cv2.LINE_AA)
    assert present(colour_patch, image)


@pytest.mark.parametrize("scene", [ruled_skin, framed_skin, skin_in_dark_corners, hairy_skin, inked_skin])
def test_other_artefacts_do_not_count(scene):
    for seed in range(4):
        assert not present(colour_patch, scene(seed))
