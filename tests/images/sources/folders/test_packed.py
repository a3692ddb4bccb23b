"""A folder of archives or arrays alone says what lies there and the step; beside pictures they are companions."""

from __future__ import annotations

import io
import os

import pandas as pd
import pytest

from biasaudit.errors import DataError
from biasaudit.images.reading import read_folder
from biasaudit.images.sources.folders.packed import packed, packed_there
from tests.hostile import class_folder, written


def parquet(image: object) -> bytes:
    stream = io.BytesIO()
    pd.DataFrame({"image": [image], "label": [1]}).to_parquet(stream)
    return stream.getvalue()


PACKED = {
    "train.zip": "an archive: unpack",
    "deep/er/images.tar.gz": "an archive: unpack",
    "images.tar": "an archive: unpack",
    "images.7z": "an archive: unpack",
    "images.zip.001": "an archive: unpack",
    "all_x.h5": "an HDF5 file: save each picture",
    "x-train.tfrecord-00000-of-00001": "a file of records: save each picture",
    "train-images-idx3-ubyte": "a file of arrays (IDX): save each picture",
    "train-images-idx3-ubyte.gz": "a file of arrays (IDX): save each picture",
    "data_batch_1": "a batch of arrays: save each picture",
    "ill/7.npy": "a NumPy array: save each picture",
    "ill/7.nii.gz": "a volume: save slices",
}


@pytest.mark.parametrize("name", PACKED)
def test_what_is_packed_is_told_with_the_step(name, tmp_path):
    written(tmp_path / "data" / name, b"content")
    with pytest.raises(DataError) as caught:
        read_folder(tmp_path / "data")
    assert f"{name}, {PACKED[name]}" in str(caught.value)
    assert "--exclude" not in str(caught.value)


@pytest.mark.parametrize("name", PACKED)
def test_beside_pictures_it_is_a_companion(name, tmp_path):
    root = class_folder(tmp_path / "data", cat=3, dog=3)
    written(root / os.path.basename(name), b"content")
    table = read_folder(root)
    assert table.n == 6
    assert not table.left_out
    assert read_folder(root, exclude=(os.path.basename(name),)).n == 6


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("data/train.parquet", parquet({"bytes": b"png", "path": "a.png"})),
        ("data/train.parquet", parquet(b"png")),
        ("faces.csv", b"emotion,pixels,Usage\n0,70 80 82,Training\n"),
        ("digits.csv", b"label,1x1,1x2,1x3\n0,0,0,0\n"),
    ],
)
def test_pictures_in_a_table_are_told_where_it_is_named_and_where_it_lies_there(name, content, tmp_path):
    file = written(tmp_path / name, content)
    for chosen in ({}, {"metadata": file}):
        with pytest.raises(DataError, match=rf"It holds {name}, a .*table with pictures .*: save each picture"):
            read_folder(tmp_path, **chosen)


def test_many_are_counted_and_ordinary_files_are_none(tmp_path):
    for number in range(4):
        written(tmp_path / f"{number}.zip", b"content")
    written(tmp_path / "m.csv", b"path,label\n1.jpg,cat\n")
    written(tmp_path / "m.parquet", parquet("1.jpg"))
    written(tmp_path / "broken.parquet", b"PAR1")
    os.mkfifo(tmp_path / "pipe.csv")
    assert packed_there(tmp_path).count("It holds") == 1
    assert "4 files such as 0.zip, each an archive" in packed_there(tmp_path)
    for name in ("README.txt", "1.jpg", "zip", "data_batch_1.jpg", "tar.png", "IMG_0001", "1.2.840.10008.5"):
        assert packed(name) is None
