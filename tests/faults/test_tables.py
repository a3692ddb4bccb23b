"""Faults of the CSV: read as it is meant, or the command ends and says which line to mend."""

from __future__ import annotations

import codecs

import pytest

from tests.faults.command import audited
from tests.hostile import class_folder, written


@pytest.fixture
def folder(tmp_path):
    return class_folder(tmp_path / "data", cat=8, dog=8)


ROWS = [f"{label}/{number}.png" for label in ("cat", "dog") for number in range(8)]


def scan(folder, content: str | bytes, *options):
    content = content if isinstance(content, bytes) else content.encode()
    table = written(folder.parent / "m.csv", content)
    return audited("scan", folder, "--metadata", table, *options)


def csv(header="path,site", separator=",", **values) -> str:
    lines = [header.replace(",", separator), *(f"{row}{separator}{'xy'[n % 2]}" for n, row in enumerate(ROWS))]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("path", ["../../../../etc/passwd", "/etc/passwd"])
def test_36_a_path_out_of_the_folder_is_refused(folder, path, seen):
    ended = scan(folder, csv() + f"{path},x\n")
    assert ended.code == 0
    assert list(ended.excluded.values()) == ["outside the folder"]
    assert not [p for p in ended.folder.rglob("*") if p.is_file() and b"root:" in p.read_bytes()]
    seen(36, "refused: outside the folder")


ENCODED = {
    "UTF-8": csv().encode(),
    "UTF-16": csv().encode("utf-16"),
    "BOM": codecs.BOM_UTF8 + csv().encode(),
    ";": csv(separator=";").encode(),
}


@pytest.mark.parametrize("name", ENCODED)
def test_37_other_ways_to_write_a_csv_are_read(folder, name, seen):
    ended = scan(folder, ENCODED[name])
    assert ended.code == 0
    assert set(ended.images["meta_site"]) == {"x", "y"}
    seen(37, f"{name} read")


def test_37_what_is_no_csv_ends_with_the_fix(folder):
    ended = scan(folder, b"PK\x03\x04rest")
    assert ended.code == 2
    assert "Save the table as CSV (UTF-8)" in ended.err


@pytest.mark.parametrize(
    ("line", "says"), [("cat/0.png,x,y", "line 18: 3 fields"), ('cat/0.png,"x', "line 18: a quote opened")]
)
def test_38_a_ragged_row_and_an_open_quote_are_named_by_their_line(folder, line, says, seen):
    ended = scan(folder, csv() + line + "\n")
    assert ended.code == 2
    assert says in ended.err
    seen(38, f"exit 2: {says}")


def test_39_equal_rows_count_once(folder, seen):
    ended = scan(folder, csv() + "cat/0.png,x\n./cat/0.png,x\n")
    assert ended.code == 0
    assert ended.notes["rows of the table equal to an earlier one, counted once"] == 2
    seen(39, "2 counted once")


def test_40_rows_that_conflict_end_the_run(folder, seen):
    ended = scan(folder, csv() + "cat/0.png,other\n")
    assert ended.code == 3
    assert "cat/0.png" in ended.err
    assert not (ended.folder / "audit.json").exists()
    seen(40, "exit 3, cat/0.png named")


def test_41_rows_without_file_and_files_without_row_are_counted(folder, seen):
    lines = csv().splitlines()
    few = "\n".join(line for line in lines if not line.startswith("dog/7"))
    ended = scan(folder, few + "\ncat/none.png,x\n")
    assert ended.code == 0
    assert ended.notes["rows of the table that name no file of the folder"] == 1
    assert ended.notes["files without a row in the table, not audited"] == 1
    lost = scan(folder, csv() + "".join(f"cat/none{n}.png,x\n" for n in range(9)))
    assert lost.code == 3
    assert "9 of 25 rows of the table name no file" in lost.err
    seen(41, "1 and 1 counted; exit 3 at 9 of 25")


def test_42_43_values_are_text_and_an_empty_one_is_missing(tmp_path, seen):
    folder = class_folder(tmp_path / "data", cat=48, dog=48)
    rows = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.png"))]
    values = ["NA", "None", "007", ""]
    table = "path,site\n" + "".join(f"{row},{values[n % 4]}\n" for n, row in enumerate(rows))
    ended = scan(folder, table, "--sensitive", "site")
    assert set(ended.images["meta_site"].dropna()) == {"NA", "None", "007"}
    assert ended.images["meta_site"].isna().sum() == 24
    groups = ended.record["subgroups"][0]["groups"]
    assert {group["name"] for group in groups} == {"NA", "None", "007", "(missing)"}
    seen(42, "kept as text")
    seen(43, "the group (missing)")
