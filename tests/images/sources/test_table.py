"""Tables that disagree with one another or with their folder are told, and none is read that nobody asked for."""

from __future__ import annotations

import os

import pandas as pd
import pytest

from biasaudit.errors import DataError, UsageError
from biasaudit.images.reading import read_folder
from tests.hostile import class_folder, picture, save, written


@pytest.fixture
def flat(tmp_path):
    for number in range(20):
        save(tmp_path / "data" / "train" / f"{number}.png", picture(number))
    return tmp_path / "data"


def labels(file, names, **more):
    pd.DataFrame({"file_name": names, "label": [*"ab"] * (len(names) // 2), **more}).to_csv(file, index=False)
    return file


NAMES = [f"{number}.png" for number in range(20)]


def test_two_tables_that_disagree_about_one_image(flat):
    labels(flat / "metadata.csv", [f"train/{name}" for name in NAMES])
    assert read_folder(flat).n == 20
    labels(flat / "train" / "metadata.csv", NAMES[::-1])
    with pytest.raises(DataError, match="conflicting rows for 20 file"):
        read_folder(flat)


def test_a_table_that_is_a_link_is_not_read(flat, tmp_path):
    labels(tmp_path / "secret.csv", [f"train/{name}" for name in NAMES])
    os.symlink(tmp_path / "secret.csv", flat / "metadata.csv")
    with pytest.raises(DataError, match="only one: 'train'"):
        read_folder(flat)


def test_a_table_about_another_part_of_the_split(flat):
    file = labels(flat.parent / "test.csv", [f"test/{name}" for name in NAMES])
    with pytest.raises(UsageError, match="about 'test', and the folder is called 'train'"):
        read_folder(flat / "train", metadata=file)
    assert read_folder(flat / "train", metadata=labels(file, [f"data/train/{name}" for name in NAMES])).n == 20


@pytest.mark.parametrize("of", ["rows", "files"])
def test_a_whole_class_lost_between_table_and_folder(of, tmp_path):
    root = class_folder(tmp_path / "data", cat=30, dog=30, fox=4)
    rows = [path.relative_to(root).as_posix() for path in sorted(root.rglob("*.png"))]
    if of == "rows":
        for path in (root / "fox").iterdir():
            path.unlink()
        (root / "fox").rmdir()
        lines = ["path,label", *(f"{row},{row.split('/')[0]}" for row in rows)]
    else:
        lines = ["path", *(row for row in rows if not row.startswith("fox"))]
    file = written(tmp_path / "m.csv", "\n".join(lines).encode())
    with pytest.raises(DataError, match="Class 'fox' would be lost: all 4 of it"):
        read_folder(root, metadata=file)
    assert read_folder(root, metadata=file, allow_missing=True).classes == ["cat", "dog"]


def test_what_the_reader_of_a_table_guessed_is_said(flat):
    rows = "\n".join(f"{n},train/{name},{'ab'[n % 2]},é" for n, name in enumerate(NAMES))
    file = written(flat.parent / "m.csv", f",path,label,note\n{rows}\n".encode("cp1252"))
    told = " ".join(read_folder(flat, metadata=file).warnings)
    assert "Windows-1252" in told
    assert "columns without a name" in told


def test_a_column_from_names_that_the_table_has(flat):
    file = labels(flat.parent / "m.csv", [f"train/{name}" for name in NAMES], age="1")
    with pytest.raises(UsageError, match="--from-name gives a column 'age'"):
        read_folder(flat, metadata=file, from_name=r"(?P<age>\d+)")


def test_the_line_that_excel_begins_with_is_no_header(flat):
    lines = "".join(f"train/{name};{'ab'[n % 2]}\n" for n, name in enumerate(NAMES))
    file = written(flat.parent / "m.csv", f"sep=;\npath;label\n{lines}".encode())
    assert read_folder(flat, metadata=file).classes == ["a", "b"]


def test_odd_values_of_other_formats_are_no_crash(flat):
    rows = "".join(
        f'{{"path": "train/{name}", "label": "{"ab"[n % 2]}", "note": "\\ud800"}}\n' for n, name in enumerate(NAMES)
    )
    assert read_folder(flat, metadata=written(flat.parent / "m.jsonl", rows.encode())).n == 20
    frame = pd.DataFrame({"path": [f"train/{name}" for name in NAMES], "label": [*"ab"] * 10})
    frame.sample(frac=1, random_state=0).to_parquet(flat.parent / "m.parquet")
    assert read_folder(flat, metadata=flat.parent / "m.parquet").metadata_columns == ()


def test_classes_may_be_called_as_companions_of_a_data_set_are(tmp_path):
    root = class_folder(tmp_path, license=3, readme=3, passport=3)
    assert read_folder(root).classes == ["license", "passport", "readme"]
