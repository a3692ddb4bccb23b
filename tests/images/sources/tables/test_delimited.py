"""The metadata table: read as written, or refused with the line and the cure."""

from __future__ import annotations

import os

import pandas as pd
import pytest

from biasaudit.errors import DataError, UsageError
from biasaudit.images.sources.matching.rows import join_rows, one_row_each
from biasaudit.images.sources.tables import read_table
from tests.hostile import save, written

TEXT = "path,sex,group\ncats/1.png,F,007\ndogs/é.png,,NA\n"
ROWS = [("cats/1.png", "F", "007"), ("dogs/é.png", None, "NA")]


def read(tmp_path, content: bytes | str) -> pd.DataFrame:
    raw = content.encode() if isinstance(content, str) else content
    return read_table(written(tmp_path / "table.csv", raw))


def tuples(frame: pd.DataFrame) -> list[tuple]:
    return list(frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None))


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(TEXT.encode(), id="utf-8"),
        pytest.param(TEXT.encode("utf-8-sig"), id="37 BOM"),
        pytest.param(TEXT.encode("utf-16"), id="37 UTF-16"),
        pytest.param(TEXT.encode("utf-16-be"), id="37 UTF-16 big-endian, unmarked"),
        pytest.param(TEXT.encode("utf-16-le"), id="37 UTF-16 little-endian, unmarked"),
        pytest.param(TEXT.replace(",", ";").encode(), id="37 semicolons"),
        pytest.param(TEXT.replace(",", ";").encode("utf-16"), id="37 semicolons in UTF-16"),
        pytest.param(TEXT.replace(",", "\t").encode(), id="37 tabs"),
        pytest.param(TEXT.replace(",", "|").encode(), id="37 bars"),
        pytest.param(TEXT.replace(",", ", ").encode(), id="spaces after commas"),
        pytest.param(TEXT.replace("\n", "\r\n").encode(), id="Windows lines"),
        pytest.param(TEXT.replace("\n", "\r").encode(), id="old Macintosh lines"),
        pytest.param(TEXT.rstrip("\n").encode(), id="no last newline"),
        pytest.param(TEXT.replace("\ndogs", "\n\n,,\ndogs").encode(), id="blank rows"),
        pytest.param(TEXT.replace("\n", ",\n").encode(), id="a comma ends each line"),
        pytest.param(TEXT.replace("cats/1.png", '"cats/1.png"').encode(), id="quoted"),
        pytest.param(TEXT.encode("cp1252"), id="Windows-1252"),
    ],
)
def test_37_dialects_read_alike(raw, tmp_path):
    frame = read(tmp_path, raw)
    assert list(frame.columns) == ["path", "sex", "group"]
    assert tuples(frame) == ROWS


@pytest.mark.parametrize(
    ("raw", "warned"), [(TEXT.encode(), False), (TEXT.encode("cp1252"), True), (f",{TEXT}".encode(), True)]
)
def test_what_was_guessed_is_said(raw, warned, tmp_path):
    raw = raw.replace(b"\ncats", b"\n0,cats").replace(b"\ndogs", b"\n1,dogs") if raw.startswith(b",") else raw
    frame = read(tmp_path, raw)
    assert tuples(frame) == ROWS
    assert bool(frame.attrs["warnings"]) is warned


@pytest.mark.parametrize(
    "value", ["NA", "None", "007", "nan", "NULL", "1e5", "=1+1", "$x^{$", "a\0b", " ", "</script>"]
)
def test_34_35_42_values_stay_the_text_they_are(value, tmp_path):
    frame = read(tmp_path, f"path,value\na.png,x{value}\nb.png,{value}\n")
    expected = value.strip() or None
    assert tuples(frame) == [("a.png", f"x{value}"), ("b.png", expected)]


def test_43_only_an_empty_cell_is_missing(tmp_path):
    frame = read(tmp_path, 'path,value\na.png,\nb.png,""\nc.png,NaN\n')
    assert frame["value"].isna().tolist() == [True, True, False]


def test_a_value_may_span_lines(tmp_path):
    frame = read(tmp_path, 'path,value\na.png,"one\ntwo, ""three"""\nb.png,x\n')
    assert frame["value"].tolist() == ['one\ntwo, "three"', "x"]


GOOD = "path,value\na.png,1\nb.png,2\nc.png,3\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(GOOD.replace("b.png,2", "b.png,2,9"), "line 3: 3 fields", id="38 ragged, long"),
        pytest.param(GOOD.replace("b.png,2", "b.png"), "line 3: 1 fields", id="38 ragged, short"),
        pytest.param(GOOD.replace("b.png,2", 'b.png,"2'), "line 3: a quote opened", id="38 unclosed quote"),
        pytest.param(GOOD.replace("b.png,2", 'b.png,"2"x'), "line 3", id="38 text after a quote"),
        pytest.param('path,value\n"a\n1.png",1\nb.png\n', "line 4: 1 fields", id="38 ragged after a row of two lines"),
        pytest.param(GOOD.replace("value", "path"), "more than one column 'path'", id="two paths"),
        pytest.param("path,a,a\nx.png,1,2\n", "more than one column 'a'", id="two columns of one name"),
        pytest.param("", "has no header", id="empty"),
    ],
)
def test_38_faults_are_named_with_their_line(text, says, tmp_path):
    assert len(read(tmp_path, GOOD)) == 3
    with pytest.raises(UsageError) as caught:
        read(tmp_path, text)
    assert says in str(caught.value)
    assert "table.csv" in str(caught.value)
    assert caught.value.exit_code == 2


def test_38_an_unclosed_quote_in_a_large_file(tmp_path):
    rows = "".join(f"{i}.png,some text\n" for i in range(20_000))
    with pytest.raises(UsageError, match="line 2: a quote opened here is never closed"):
        read(tmp_path, 'path,value\n"x.png,1\n' + rows)


def test_no_csv_at_all(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    wrong = {
        tmp_path / "none.csv": "no file",
        tmp_path: "is a folder",
        tmp_path / "pipe": "no regular file",
        save(tmp_path / "a.png").rename(tmp_path / "a.csv"): "a picture",
        written(tmp_path / "a.xlsx", b"PK\x03\x04rest"): "Save the table as CSV",
        written(tmp_path / "b.csv", bytes(range(256))): "no text in UTF-8 or UTF-16",
        written(tmp_path / "c.csv", b"\xff\xfe\x00"): "no text in UTF-8 or UTF-16",
    }
    for path, says in wrong.items():
        with pytest.raises(UsageError, match=says):
            read_table(path)


def test_rows_without_a_path_are_left_out_and_said(tmp_path):
    found = join_rows(read(tmp_path, "path,value\na.png,1\n,2\n"), ["a.png"])
    assert tuples(found.frame) == [("a.png", "1")]
    assert "1 rows of the table name no image" in found.warnings[0]


def test_39_equal_rows_count_once():
    frame = pd.DataFrame({"id": ["a", "b", "a", "a"], "sex": ["F", None, "F", "F"]}, dtype="str")
    unique, dropped = one_row_each(frame, "id")
    assert unique["id"].tolist() == ["a", "b"]
    assert dropped == 2
    again, none_dropped = one_row_each(unique, "id")
    assert (len(again), none_dropped) == (2, 0)


@pytest.mark.parametrize("other", ["M", None])
def test_40_conflicting_rows_are_named(other):
    frame = pd.DataFrame(
        {"id": ["a.png", "b.png", "a.png"], "sex": ["F", "F", other], "age": ["1", "2", "1"]}, dtype="str"
    )
    with pytest.raises(DataError, match=r"a\.png\. They differ in 'sex'\.") as caught:
        one_row_each(frame, "id")
    assert caught.value.exit_code == 3
    assert "b.png" not in str(caught.value)


def test_the_sign_that_keeps_a_spreadsheet_from_running_a_text_is_no_part_of_it(tmp_path):
    frame = read(tmp_path, "path,'=note\n'=1.png,'-3\n'a.png,'+b'\n")
    assert list(frame.columns) == ["path", "=note"]
    assert tuples(frame) == [("=1.png", "-3"), ("'a.png", "'+b'")]
