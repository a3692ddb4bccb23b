"""Arbitrary bytes, tables, folders and names: read or refused with a reason, and never anything else."""

from __future__ import annotations

import re
import shutil
import tempfile
from html.parser import HTMLParser
from pathlib import Path

import pytest

pytest.importorskip("hypothesis", reason="needs hypothesis")

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from biasaudit.errors import AuditError, UsageError
from biasaudit.images.reading import read_folder
from biasaudit.images.sources.folders.walk import walk
from biasaudit.images.sources.tables import read_table
from biasaudit.report.html import render
from biasaudit.results import Audit
from tests.benchmarks import fuzz, mutations
from tests.golden import HOSTILE, sample_audit
from tests.hostile import class_folder, written

few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
TEXT = some.text(some.characters(exclude_categories=["Cs"]), max_size=30)
NASTY = some.sampled_from((*HOSTILE, "' onload='x", "{{ 7*7 }}", "\0"))
ANY = TEXT | NASTY


def test_mutated_files_are_read_or_refused_and_never_crash_or_hang():
    """The short form of `python -m tests.benchmarks --only fuzz`."""
    found = fuzz.measure(500)
    assert found["files"] == 500
    for kind, row in found["rows"].items():
        assert (row["crashes"], row["hangs"], row["printed"]) == (0, 0, 0), kind
        assert row["peak_mb"] < 300


@few
@given(some.binary(max_size=400) | TEXT.map(lambda text: ("path,value\n" + text).encode()))
def test_any_bytes_are_a_table_or_a_usage_error(content):
    with tempfile.TemporaryDirectory() as place:
        try:
            frame = read_table(written(Path(place) / "m.csv", content))
        except UsageError:
            return
    assert all(isinstance(column, str) and column for column in frame.columns)
    assert set(map(str, frame.dtypes)) <= {"str"}


@few
@given(some.lists(some.tuples(ANY, ANY), min_size=1, max_size=6))
def test_any_values_come_out_of_the_reader_as_they_went_in(rows):
    import csv

    rows = [(f"{number}{path}".replace("\0", ""), value.replace("\0", "")) for number, (path, value) in enumerate(rows)]
    rows = [(path.strip(), value) for path, value in rows]
    with tempfile.TemporaryDirectory() as place:
        with open(Path(place) / "m.csv", "w", newline="", encoding="utf-8") as stream:
            csv.writer(stream, quoting=csv.QUOTE_ALL).writerows([("path", "value"), *rows])
        frame = read_table(Path(place) / "m.csv")
    assert list(zip(frame["path"], frame["value"].fillna(""), strict=True)) == rows


NAMES = some.binary(min_size=1, max_size=40).filter(lambda name: not re.search(rb"[/\0]", name))


@few
@given(some.lists(NAMES, min_size=1, max_size=5, unique=True), some.lists(TEXT, max_size=4))
def test_any_names_are_found_once_each_under_ids_that_are_text(names, paths):
    place = Path(tempfile.mkdtemp())
    try:
        class_folder(place / "data", cat=3, dog=3)
        for name in names:
            with open(bytes(place / "data" / "cat") + b"/" + b"x" + name, "wb") as stream:
                stream.write(b"anything")
        found = walk(place / "data")
        assert len(set(found.files.values())) == len(found.files)
        for id in found.files:
            id.encode("utf-8")
            assert (place / "data" / found.files[id]).is_file()
        cells = [path.replace('"', '""').replace("\0", "") for path in ("cat/0.png", *paths)]
        table = "path\n" + "\n".join(f'"{cell}"' for cell in cells)
        try:
            images = read_folder(place / "data", metadata=written(place / "m.csv", table.encode()), max_bad=1.0)
        except AuditError:
            return
        assert all(images.path(row).resolve().is_relative_to((place / "data").resolve()) for row in range(images.n))
    finally:
        shutil.rmtree(place)


class Elements(HTMLParser):
    """What a browser would make of a page: its scripts, and the attributes that could act."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.scripts, self.acting = 0, []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.scripts += tag in ("script", "iframe", "object", "embed")
        for name, value in attributes:
            if name.startswith("on") or (name in ("href", "src") and (value or "").strip().startswith("javascript:")):
                self.acting.append((tag, name, value))


PLAIN = Elements(render(sample_audit(), None, {}))


@settings(few, max_examples=15)
@given(ANY, ANY, ANY)
def test_any_names_and_values_leave_the_report_whole(name, label, title):
    record = sample_audit().model_dump(mode="json")
    record["headline"] = title
    record["dataset"] |= {"name": name, "excluded": [{"path": name, "reason": title, "label": label}]}
    for finding in record["findings"]:
        finding["title"], finding["label"] = title, label
        finding["examples"] = [name, *finding["examples"]]
    page = render(Audit.model_validate(record), None, {})
    found = Elements(page)
    assert (found.scripts, found.acting) == (PLAIN.scripts, PLAIN.acting)
    assert page.rstrip().endswith("</html>")


def test_mutated_audits_and_reviews_are_read_or_refused_by_name():
    """The short form of `python -m tests.benchmarks --only mutations`."""
    found = mutations.measure(150)
    assert found["faults"] == []
    assert min(found["ends"].get("read", 0), found["ends"].get("refused", 0)) > 20
    assert found["longest"] < 20
