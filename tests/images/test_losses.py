"""What would be lost by how it lies or is linked stops the run, and the step that mends it touches nothing else."""

from __future__ import annotations

import pytest

from biasaudit.errors import DataError
from biasaudit.images.reading import read_folder
from tests.hostile import written


def folder(root, **sizes):
    for name, n in sizes.items():
        for number in range(n):
            written(root / name.replace("__", "/") / f"{number}.png", b"x")
    return root


def test_a_class_of_links_is_asked_about(tmp_path):
    root, store = folder(tmp_path / "data", cat=20, dog=20), folder(tmp_path / "store", bird=4)
    (root / "bird").mkdir()
    for number in range(4):
        (root / "bird" / f"{number}.png").symlink_to(store / "bird" / f"{number}.png")
    with pytest.raises(DataError, match=r"may stand for a class.*--follow-links"):
        read_folder(root)
    assert read_folder(root, follow_links=True).classes == ["bird", "cat", "dog"]
    assert read_folder(root, allow_missing=True).classes == ["cat", "dog"]


def test_a_folder_beside_the_parts_that_is_as_large_as_a_class_is_asked_about(tmp_path):
    parts = {"train__cat": 12, "train__dog": 12, "test__cat": 6, "test__dog": 6}
    root = folder(tmp_path / "lost", **parts, bird=12)
    with pytest.raises(DataError, match=r"12 of 48 files lie in a folder beside the parts .*--exclude 'bird/\*'"):
        read_folder(root)
    assert read_folder(root, exclude=("bird",)).n == 36
    assert read_folder(folder(tmp_path / "few", **parts, samples=4)).n == 36
    assert (
        read_folder(folder(tmp_path / "unlabelled", **{k: n for k, n in parts.items() if "train" in k}, test=12)).n
        == 24
    )


def test_the_step_names_the_outermost_folder_that_holds_nothing_else(tmp_path):
    parts = {"train__cat": 10, "train__dog": 10, "test__cat": 5, "test__dog": 5}
    root = folder(tmp_path / "a", **parts, more__x__y=9, more__x__z=9)
    with pytest.raises(DataError, match=r"18 of 48 files .*--exclude 'more/\*'"):
        read_folder(root)
    (tmp_path / "table.csv").write_text("path,label\n" + "".join(f"x/{n}.png,{'ab'[n % 2]}\n" for n in range(10)))
    with pytest.raises(DataError) as told:
        read_folder(folder(tmp_path / "b", x=20), metadata=tmp_path / "table.csv")
    assert "10 of 20 files have no row in the table" in str(told.value)
    assert "--exclude" not in str(told.value)
    assert "--allow-missing" in str(told.value)
