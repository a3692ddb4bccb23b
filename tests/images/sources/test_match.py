"""Which file a cell means: as written, by its end or name, with another ending; never one that it might not mean."""

import pytest

from biasaudit.errors import DataError, UsageError
from biasaudit.images.reading import read_folder
from biasaudit.images.sources.match import match_paths
from tests.hostile import class_folder, picture, save

FILES = ["train/cat/00007.jpg", "train/dog/8.PNG", "test/cat/9.png", "b/x.jpg", "b/x.png", "sub/a.b.c.dcm"]


def meant(path, base="", files=FILES):
    return match_paths([path], files, base).ids[0]


@pytest.mark.parametrize(
    ("path", "id"),
    [
        ("train/cat/00007.jpg", "train/cat/00007.jpg"),
        ("./train/cat/00007.jpg", "train/cat/00007.jpg"),
        ("train\\cat\\00007.jpg", "train/cat/00007.jpg"),
        ("00007.jpg", "train/cat/00007.jpg"),
        ("cat/00007", "train/cat/00007.jpg"),
        ("00007.JPG", "train/cat/00007.jpg"),
        ("00007.dcm", "train/cat/00007.jpg"),
        ("CheXpert-small/train/cat/00007.jpg", "train/cat/00007.jpg"),
        ("7", "train/cat/00007.jpg"),
        ("7.0", "train/cat/00007.jpg"),
        ("8.png", "train/dog/8.PNG"),
        ("x.png", "b/x.png"),
        ("a.b.c", "sub/a.b.c.dcm"),
        ("dog/00007.jpg", None),  # lies in another folder
        ("x", None),  # two files
        ("../train/cat/00007.jpg", None),
        ("/train/cat/00007.jpg", None),
        ("17", None),
        ("", None),
    ],
)
def test_a_path_means_one_file_or_none(path, id):
    assert meant(path) == id


def test_the_folder_of_the_table_comes_first():
    files = ["train/1.png", "test/1.png", "1.png"]
    assert meant("1.png", "test", files) == "test/1.png"
    assert meant("1.png", "", files) == "1.png"
    assert match_paths(["1.png"], files[:2]).unclear == {"1.png": ("test/1.png", "train/1.png")}


def test_a_cell_that_means_two_files_is_an_error_that_names_both(tmp_path):
    root = class_folder(tmp_path / "data", cat=3, dog=3)
    (tmp_path / "m.csv").write_text("file,label\n0.png,a\n1.png,b\n2.png,a\n")
    with pytest.raises(
        DataError, match=r"'0\.png' in column 'file' means several files, such as cat/0\.png and dog/0\.png"
    ):
        read_folder(root, metadata=tmp_path / "m.csv")


def test_a_table_without_a_header_is_told(tmp_path):
    for number in range(4):
        save(tmp_path / "data" / f"{number}.png", picture(number))
    (tmp_path / "m.csv").write_text("0.png,a\n1.png,b\n2.png,a\n3.png,b\n")
    with pytest.raises(UsageError, match="no header"):
        read_folder(tmp_path / "data", metadata=tmp_path / "m.csv")
    (tmp_path / "m.csv").write_text("which,label\n0.png,a\n1.png,b\n2.png,a\n3.png,b\n")
    assert read_folder(tmp_path / "data", metadata=tmp_path / "m.csv").n == 4
    (tmp_path / "m.csv").write_text("which,label\nx0.png,a\nx1.png,b\nx2.png,a\nx3.png,b\n")
    with pytest.raises(UsageError, match="--image-column"):
        read_folder(tmp_path / "data", metadata=tmp_path / "m.csv")
