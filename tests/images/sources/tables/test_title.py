"""A title above the header is told; a header with a gap, and rows that are wrong, are what they were."""

from __future__ import annotations

import pytest

from biasaudit.errors import UsageError
from biasaudit.images.sources.tables import read_table
from tests.hostile import written

TABLE = "path,label,sex\n" + "".join(f"{i}.png,cat,F\n" for i in range(100))


@pytest.mark.parametrize(
    ("above", "says"),
    [
        ("Table S1\n", "line 1 has 1 cell"),
        ("Table S1, of all patients\n", "line 1 has 2 cell"),
        ("Table S1,,\n", "line 1 has 1 cell"),
        ("Table S1\nas of May\n\n", "the first 2 rows have fewer cells"),
        (",,Findings\n", "line 1 has 1 cell"),
    ],
)
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_title_above_the_header_is_told_with_the_step(above, says, sign, tmp_path):
    above = above.replace(",", sign)
    assert len(read_table(written(tmp_path / "t.csv", TABLE.replace(",", sign).encode()))) == 100
    with pytest.raises(UsageError, match=rf"{says}.* and the rows below 3\. Remove what is a title"):
        read_table(written(tmp_path / "t.csv", (above + TABLE.replace(",", sign)).encode()))


def test_a_title_with_other_signs_than_the_table(tmp_path):
    with pytest.raises(UsageError, match="line 1 has 1 cell"):
        read_table(written(tmp_path / "t.csv", ("Cats, and dogs\n" + TABLE.replace(",", ";")).encode()))


@pytest.mark.parametrize("text", ["path\n0,a.png\n1,b.png\n", "path\na.png,\nb.png,\n"])
def test_a_header_that_names_too_few_columns_says_so(text, tmp_path):
    with pytest.raises(UsageError, match=r"line 1 names 1 columns, and the rows below have 2 cells. Name each"):
        read_table(written(tmp_path / "t.csv", text.encode()))


def test_a_first_line_that_is_a_row_says_so(tmp_path):
    with pytest.raises(UsageError, match="has no header: its first line names a picture"):
        read_table(written(tmp_path / "t.csv", b"a.png,0,0\nb.png,0,1\n"))
    with pytest.raises(UsageError, match="more than one column '0'"):
        read_table(written(tmp_path / "t.csv", b"path,0,0\nb.png,0,1\n"))


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        (",path,\n0,a.png,\n1,b.png,\n", ["path"]),
        ("file_nm,,\na.png,cat,1\nb.png,dog,2\n", ["file_nm"]),
        (",,note\n0,a.png,my image\n1,b.png,x\n", ["note"]),
        ("note\na; b\nc; d\ne\n", ["note"]),
    ],
)
def test_columns_without_a_name_are_still_left_out(text, columns, tmp_path):
    frame = read_table(written(tmp_path / "t.csv", text.encode()))
    assert list(frame.columns) == columns
    assert bool(frame.attrs["warnings"]) is ("," in text)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 3\n", "fetch the file with git lfs pull"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "an HTML page"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"%PDF-1.7\n%\xe2\xe3\0", "a PDF document"),
        (b"<?xml version='1.0'?><annotation/>", "an XML file"),
        (b"PK\x03\x04 xl/workbook.xml", "a spreadsheet"),
        (b"\x89HDF\r\n\x1a\n" + bytes(20), "an HDF5 file"),
        (b"\x80\x04\x95" + bytes(20), "a Python pickle"),
    ],
)
def test_what_is_no_table_is_told_as_what_it_is(content, says, tmp_path):
    with pytest.raises(UsageError, match=f"is no table but .*{says}"):
        read_table(written(tmp_path / "t.csv", content))


@pytest.mark.parametrize("name", ["MZ", "ID3", "BZh", "OggS", "id", "<b>"])
def test_columns_may_be_called_as_other_files_begin(name, tmp_path):
    for encoding in ("utf-8", "utf-16"):
        assert list(read_table(written(tmp_path / "t.csv", f"{name},path\n1,2\n".encode(encoding)))) == [name, "path"]
