"""Sub-folders as classes, alone or below the parts of a split."""

from __future__ import annotations

import pandas as pd
import pytest

from biasaudit.errors import UsageError
from biasaudit.images.reading import read_folder
from biasaudit.images.sources import Options
from biasaudit.images.sources.class_folder import class_folder
from tests import hostile
from tests.hostile import save, written


@pytest.fixture
def root(tmp_path):
    return hostile.class_folder(tmp_path / "data", cat=2, dog=2)


def test_a_good_folder(root):
    found = class_folder(root, Options())
    assert found.images["id"].tolist() == list(found.files)
    assert found.images["label"].tolist() == ["cat", "cat", "dog", "dog"]
    assert found.images["split"].isna().all()
    assert (found.excluded, found.notes, found.warnings, found.grouped) == ((), {}, (), False)
    assert found.columns.empty


@pytest.mark.parametrize(
    ("folders", "by_split"),
    [
        (["train/cat", "train/dog", "val/cat"], True),
        (["Train/cat", "VALIDATION/dog", "test/cat"], True),
        (["train/cat", "other/dog"], False),
        (["cat/train", "dog/train"], False),
    ],
)
def test_split_folders_are_known_by_their_names(folders, by_split, tmp_path):
    for name in folders:
        save(tmp_path / name / "a.png")
    images = class_folder(tmp_path, Options()).images.set_index("id").loc[f"{folders[0]}/a.png"]
    assert images["label"] == folders[0].split("/")[1 if by_split else 0]
    assert (images["split"] if by_split else None) == (folders[0].split("/")[0].casefold() if by_split else None)
    assert pd.notna(images["split"]) is by_split


def test_what_is_left_out_has_the_class_of_its_folder(root):
    (root / "cat" / "out.png").symlink_to("/dev/zero")
    (root / "out.png").symlink_to("/dev/zero")
    assert {each.path: each.label for each in class_folder(root, Options()).excluded} == {
        "cat/out.png": "cat",
        "out.png": None,
    }


def test_48_an_empty_class_folder_is_a_warning(root):
    (root / "bird").mkdir()
    written(root / "fish" / "notes.txt", b"")
    assert class_folder(root, Options()).warnings == (
        "class folder bird holds no image",
        "class folder fish holds no image",
    )


def test_options_that_need_a_table_are_refused(root):
    assert class_folder(root, Options()).files == class_folder(root, Options()).files
    for option in (Options(group_by="x"), Options(split="x"), Options(ignore=("x",))):
        with pytest.raises(UsageError, match="--metadata"):
            class_folder(root, option)


def test_lists_of_files_that_are_not_read_are_told_and_other_texts_are_not(tmp_path):
    for number in range(12):
        written(tmp_path / "ab"[number % 2] / f"p{number}.png", b"x")
    written(tmp_path / "meta" / "test.txt", b"a/p0\nb/p1\na/p2\n")
    written(tmp_path / "README.txt", b"Pictures of a and b.\nTaken by hand.\nFree.\n")
    assert "1 lists of files in the folder were not read, such as meta/test.txt" in " ".join(
        read_folder(tmp_path).warnings
    )
    (tmp_path / "meta" / "test.txt").unlink()
    assert "lists of files" not in " ".join(read_folder(tmp_path).warnings)
