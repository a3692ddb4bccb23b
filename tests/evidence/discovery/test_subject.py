"""Whether a pattern lies on what the user declared the subject to be."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from biasaudit.errors import UsageError
from biasaudit.evidence.discovery.subject import check_subject, off_subject

CORNER, CENTRE = (0.0, 0.0, 0.15, 0.15), (0.45, 0.45, 0.6, 0.6)


def a_pattern(box):
    values = np.array([0.9, 0.8, np.nan, 0.7])
    return SimpleNamespace(cue=SimpleNamespace(values=values), label="cat", box=lambda row: box)


IMAGES = SimpleNamespace(
    ids=np.array(["cat/a.jpg", "cat/b.jpg", "cat/c.jpg", "dog/d.jpg"], dtype=object),
    labels=np.array(["cat", "cat", "cat", "dog"], dtype=object),
)


def test_the_middle_is_the_subject_and_the_corner_is_not():
    assert off_subject(a_pattern(CORNER), IMAGES, "center") is True
    assert off_subject(a_pattern(CENTRE), IMAGES, "center") is False
    assert off_subject(a_pattern(CENTRE), IMAGES, None) is None


def test_masks_say_where_the_subject_is(tmp_path):
    mask = np.zeros((40, 60), np.uint8)
    mask[:10, :15] = 255
    (tmp_path / "cat").mkdir()
    for name in ("a", "b"):
        Image.fromarray(mask).save(tmp_path / "cat" / f"{name}.png")
    assert off_subject(a_pattern(CORNER), IMAGES, str(tmp_path)) is False
    assert off_subject(a_pattern(CENTRE), IMAGES, str(tmp_path)) is True


def test_without_a_mask_of_any_image_nothing_is_known(tmp_path):
    assert off_subject(a_pattern(CENTRE), IMAGES, str(tmp_path)) is None


def test_a_mask_that_is_no_image_is_passed_over(tmp_path):
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat" / "a.png").write_bytes(b"no image")
    assert off_subject(a_pattern(CENTRE), IMAGES, str(tmp_path)) is None


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UsageError, match="--subject"):
        check_subject(str(tmp_path / "none"))
