"""Files of the same names in two classes are told, and running numbers are not; folders within classes are told."""

from __future__ import annotations

import pandas as pd

from biasaudit.images.reading import read_folder
from biasaudit.images.sources.folders.same_names import same_names
from tests.hostile import written

ODD = ("ab3", "c9", "x1f", "k", "m", "zz7", "q8")


def said(folders, stems):
    ids = [f"{folder}/{stem}.png" for folder in folders for stem in stems]
    return " ".join(same_names(ids, pd.Series([id.split("/")[0] for id in ids], dtype="str")))


def test_odd_names_in_two_classes_are_told_and_running_numbers_are_not():
    assert "files of high and of low have the same names, such as ab3" in said(("high", "low"), ODD)
    assert not said(("cat", "dog"), [f"IMG_{number:04d}" for number in range(9)])
    assert not said(("cat", "dog"), [f"{part}_{number}" for part in ("train", "test") for number in range(9)])
    assert not said(("car1", "car2"), ("front", "left", "rear", "right"))
    assert not said(("a", "b", "c"), ODD)


def test_folders_within_most_classes_are_told_and_within_one_are_not(tmp_path):
    for folder in ("lung/aca", "lung/scc", "colon/aca2", "colon/n"):
        for number in range(3):
            written(tmp_path / folder / f"{number}.png", b"x")
    assert "the classes hold 4 folders of their own" in " ".join(read_folder(tmp_path).warnings)
    for number in range(3):
        written(tmp_path / "liver" / f"{number}.png", b"x")
        written(tmp_path / "skin" / f"{number}.png", b"x")
    assert not read_folder(tmp_path).warnings
