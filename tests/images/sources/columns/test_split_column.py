"""A split that a table tells: any value can be said to be held out, and a column that looks like one is proposed."""

from __future__ import annotations

import pandas as pd
import pytest

from biasaudit.errors import UsageError
from biasaudit.images.reading import read_folder
from tests.hostile import written

N = 24


@pytest.fixture
def told(tmp_path):
    """Read a folder of two classes with a table of these columns beside it."""

    def read(columns, **options):
        names = [f"{'ab'[n % 2]}/{n}.png" for n in range(N)]
        for name in names:
            written(tmp_path / "images" / name, b"x")
        pd.DataFrame({"path": names, **columns}).to_csv(tmp_path / "table.csv", index=False)
        return read_folder(tmp_path / "images", metadata=tmp_path / "table.csv", **options)

    return read


def test_a_value_can_be_said_to_be_held_out(told):
    numbers = {"split": [n % 3 for n in range(N)]}
    images = told(numbers, split="split=2")
    assert images.held_out.sum() == N // 3
    assert set(images.frame["split"]) == {"0", "1", "test"}
    assert told({"is_train": [int(n > 5) for n in range(N)]}, split="is_train=0").held_out.sum() == 6
    with pytest.raises(UsageError, match="the column has '0', '1', '2', and not that value"):
        told(numbers, split="split=3")
    with pytest.raises(
        UsageError, match=r"none of them says that it is held out. Say which is, such as --split split=2"
    ):
        told(numbers, split="split")


def test_a_column_that_looks_like_a_split_is_proposed_and_others_are_not(told):
    words = " ".join(told({"split": ["test" if n < 6 else "train" for n in range(N)]}).warnings)
    assert "the column split looks like a given split (test, train), and none was named" in words
    assert "--split split holds a part out" in words
    assert "--split 'data fold=4'" in " ".join(told({"data fold": [n % 5 for n in range(N)]}).warnings)
    said = " ".join(told({"is_train": [n % 2 for n in range(N)]}).warnings)
    assert "--split is_train=0 holds a part out" in said
    assert not told({"covid_test": [n % 2 for n in range(N)]}).warnings
    assert not told({"site": ["test" if n < 6 else "train" for n in range(N)]}).warnings
    assert not told({"split": [f"{n}" for n in range(N)]}).warnings


def test_no_split_is_proposed_where_the_folders_tell_one(tmp_path):
    names = [f"{('train', 'test')[n < 6]}/{'ab'[n % 2]}/{n}.png" for n in range(N)]
    for name in names:
        written(tmp_path / "images" / name, b"x")
    columns = {"path": names, "split": [name.split("/")[0] for name in names]}
    pd.DataFrame(columns).to_csv(tmp_path / "table.csv", index=False)
    images = read_folder(tmp_path / "images", metadata=tmp_path / "table.csv")
    assert images.held_out.sum() == 6
    assert not images.warnings


def test_images_of_which_the_split_says_nothing_are_counted(told):
    split = {"split": ["test" if n < 6 else None if n < 8 else "train" for n in range(N)]}
    images = told(split, split="split")
    assert any("2 images have no part of the given split" in each for each in images.warnings)
