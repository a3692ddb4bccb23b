"""Masks among the pictures are asked about; classes of drawings and numbered files are not taken for them."""

from __future__ import annotations

import numpy as np
import pytest

from biasaudit.errors import UsageError
from biasaudit.images.reading import read_folder
from biasaudit.images.sources.folders.masks import doubt_of_masks
from tests.hostile import class_folder, picture, save


@pytest.mark.parametrize("name", ["{}_mask", "{}_segmentation", "{}-GT", "{} mask", "{}_ground_truth", "mask_{}"])
def test_names_of_masks_beside_their_pictures(name):
    pictures = [f"benign/{number}.png" for number in range(10)]
    masks = [f"benign/{name.format(number)}.png" for number in range(10)]
    assert "10 of 20 files look like masks" in doubt_of_masks([*pictures, *masks])
    assert doubt_of_masks(pictures) == doubt_of_masks(masks) == ""


def test_masks_whose_pictures_have_a_word_of_their_own_or_another_ending():
    pairs = [f"a/{number}_{word}.png" for number in range(10) for word in ("sat", "mask")]
    assert "10 of 20 files look like masks" in doubt_of_masks(pairs)
    assert doubt_of_masks([f"a/{number}_{word}.png" for number in range(10) for word in ("left", "right")]) == ""
    endings = [f"a/{number}.{ending}" for number in range(10) for ending in ("jpg", "png")]
    assert "20 of 20 files stand there in pairs of one name, as .jpg and as .png" in doubt_of_masks(endings)
    assert doubt_of_masks([f"{'ab'[n % 2]}/{n // 2}.{('jpg', 'png')[n % 2]}" for n in range(20)]) == ""


def test_people_with_masks_on_are_photographs():
    names = [f"{label}/{label}_{number}.png" for label in ("with_mask", "without_mask") for number in range(10)]
    assert doubt_of_masks(names) == ""


def test_masks_in_a_folder_of_another_name(tmp_path):
    root = class_folder(tmp_path, photos=8, drawn=8)
    assert read_folder(root).n == 16
    for number in range(8):
        mask = np.zeros((12, 16, 3), np.uint8)
        mask[3:9, number : number + 6] = 255
        save(root / "drawn" / f"{number}.png", mask)
    with pytest.raises(UsageError, match=r"'drawn' have two grey values.*--exclude 'drawn'.*--layout class"):
        read_folder(root)
    assert read_folder(root, layout="class").n == 16
    for number in range(8):  # not the names of others: a class of drawings
        (root / "drawn" / f"{number}.png").rename(root / "drawn" / f"d{number}.png")
    assert read_folder(root).n == 16
    save(root / "photos" / "8.png", picture(8))
