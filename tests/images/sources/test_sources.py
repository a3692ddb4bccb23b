"""A source of another kind is one function: nothing else is touched."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from biasaudit.errors import UsageError
from biasaudit.images.decode import decode
from biasaudit.images.reading import read_folder
from biasaudit.images.reasons import LeftOut, Reason
from biasaudit.images.sources import SOURCES, Listing, Options
from tests.hostile import class_folder, save


def listed_in_text(root: Path, options: Options) -> Listing | None:
    """A folder with a file `images.txt`: name, label, patient and camera a line; "-" for what is not known."""
    lines = root / "images.txt"
    if not lines.is_file():
        return None
    rows = [line.split() for line in lines.read_text().splitlines()]
    told = pd.DataFrame(rows, columns=["id", "label", "group", "camera"], dtype="str").replace("-", None)
    there = [(root / name).is_file() for name in told["id"]]
    gone = told["id"][[not each for each in there]]
    told = told[there].reset_index(drop=True)
    return Listing(
        files={name: name for name in told["id"]},
        images=told[["id", "label", "group"]],
        columns=told[["camera"]],
        grouped=True,
        excluded=tuple(LeftOut(path=name, reason=Reason.NO_FILE) for name in gone),
        notes={"lines read": len(rows)},
        warnings=("read from images.txt",),
    )


@pytest.fixture
def flat(tmp_path):
    """Six pictures in one folder, of which five have a label."""
    root = tmp_path / "flat"
    for name in "fedcba":
        save(root / f"{name}.png")
    (root / "images.txt").write_text(
        "c.png rose p2 K\nb.png rose p1 N\na.png rose p1 K\n"
        "e.png oak - -\nd.png oak p3 N\nf.png - p3 N\ng.png oak p9 N\n"
    )
    return root


def test_a_source_of_another_kind_gives_a_table_of_images(flat):
    table = read_folder(flat, sources=(listed_in_text, *SOURCES), allow_missing=True)
    assert table.ids.tolist() == ["a.png", "b.png", "c.png", "d.png", "e.png"]
    assert table.labels.tolist() == ["rose"] * 3 + ["oak"] * 2
    assert table.groups.tolist() == ["p1", "p1", "p2", "p3", "e.png"]
    assert table.grouped
    assert table.frame["split"].isna().all()
    assert table.metadata_columns == ("camera",)
    assert table.frame["meta_camera"].iloc[:4].tolist() == ["K", "N", "K", "N"]
    assert table.frame["meta_camera"].isna().tolist() == [False] * 4 + [True]
    assert set(map(str, table.frame.dtypes)) == {"str"}
    assert [(each.path, each.reason) for each in table.excluded] == [
        ("g.png", "named in the table, no such file"),
        ("f.png", "no class folder"),
    ]
    assert table.notes == {"lines read": 7, "no group given: the image is its own group": 1}
    assert table.warnings == ("read from images.txt",)
    assert decode(table.path(4)).rgb.size


def test_a_folder_of_the_usual_kind_is_left_to_the_others(tmp_path):
    root = class_folder(tmp_path / "data", cat=2, dog=2)
    table = read_folder(root, sources=(listed_in_text, *SOURCES))
    assert table.frame.equals(read_folder(root).frame)
    assert (table.notes, table.warnings) == ({}, ())


def test_data_that_no_source_takes_are_refused(tmp_path):
    root = class_folder(tmp_path / "data", cat=2, dog=2)
    with pytest.raises(UsageError, match="in no way that is known"):
        read_folder(root, sources=(listed_in_text,))


def test_a_listing_may_leave_out_what_it_does_not_know(flat):
    def bare(root: Path, options: Options) -> Listing:
        ids = [f"{name}.png" for name in "abcd"]
        return Listing(
            files={id: id for id in ids},
            images=pd.DataFrame({"id": ids, "label": ["x", "x", "y", "y"]}),
        )

    table = read_folder(flat, sources=(bare,))
    assert list(table.frame.columns) == ["id", "label", "split", "group"]
    assert table.groups.tolist() == table.ids.tolist()
    assert not table.grouped
