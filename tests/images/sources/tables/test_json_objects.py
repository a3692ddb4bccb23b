"""One JSON object that is a table is read where it is plain what it says; what is none is told with what was seen."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from biasaudit.errors import DataError, UsageError
from biasaudit.images.sources.matching.rows import join_rows
from biasaudit.images.sources.tables.json_text import json_text

FRAME = pd.DataFrame({"path": ["a.png", "b.png"], "label": ["cat", "dog"]})
ROWS = [("a.png", "cat"), ("b.png", "dog")]
OBJECTS = FRAME.to_dict("records")


def read(whole: object) -> pd.DataFrame:
    frame = json_text(whole if isinstance(whole, str) else json.dumps(whole), "table.json")
    assert frame is not None
    return frame


@pytest.mark.parametrize(
    "whole",
    [
        pytest.param(dict(ROWS), id="file and label"),
        pytest.param({"labels": ROWS}, id="pairs under a name"),
        pytest.param(ROWS, id="pairs"),
        pytest.param({"data": OBJECTS}, id="a list under a name"),
        pytest.param({"info": {"year": 2020}, "version": 1, "annotations": OBJECTS, "licenses": []}, id="and more"),
        pytest.param({"a.png": {"label": "cat"}, "b.png": {"label": "dog"}}, id="file and object"),
        pytest.param({"cat": ["a.png"], "dog": ["b.png"]}, id="classes"),
        pytest.param({"label": dict(ROWS)}, id="a column of files"),
        pytest.param(FRAME.to_dict("list"), id="columns"),
        pytest.param({"images": ["a.png", "b.png"], "labels": ["cat", "dog"]}, id="columns called as in COCO"),
        pytest.param(FRAME.to_json(), id="pandas: columns"),
        pytest.param(FRAME.to_json(orient="index"), id="pandas: index"),
        pytest.param(FRAME.to_json(orient="split"), id="pandas: split"),
        pytest.param(FRAME[["path", "label"]].to_json(orient="table", index=False), id="pandas: table"),
        pytest.param(FRAME.to_json(orient="records", lines=True), id="a line each, as ever"),
        pytest.param(json.dumps(OBJECTS[:1] + OBJECTS[1:], indent=1), id="a list of objects, as ever"),
    ],
)
def test_a_table_however_it_is_nested(whole):
    frame = read(whole)
    assert list(frame.itertuples(index=False, name=None)) == ROWS


def test_parts_of_a_split_are_no_classes():
    for whole in ({"train": ["a.png"], "test": ["b.png"]}, {"train": {"a.png": 1}, "test": {"b.png": 2}}):
        frame = read(whole)
        assert frame["split"].tolist() == ["train", "test"]
        assert ("label" in frame) is isinstance(whole["train"], dict)


def test_one_object_that_is_a_row_is_one():
    assert read({"path": "a.png", "label": "cat", "box": [1]}).to_dict("records") == [OBJECTS[0]]


def test_several_labels_and_none():
    frame = read({"a.png": ["cat", "dog"], "b.png": None, "c.png": 3, "d.png": True})
    assert frame["label"].astype(object).where(frame["label"].notna(), None).tolist() == ["cat|dog", None, "3", "1"]


def test_a_file_that_stands_there_twice_is_told():
    assert len(join_rows(read('{"a.png": 1, "a.png": 1}'), ["a.png"]).frame) == 1
    with pytest.raises(DataError, match="conflicting rows"):
        join_rows(read('{"a.png": 1, "a.png": 2}'), ["a.png"])


@pytest.mark.parametrize(
    "whole",
    [
        pytest.param({"info": {"a": 1}, "version": "2"}, id="no table"),
        pytest.param({}, id="empty"),
        pytest.param({"labels": None}, id="no labels"),
        pytest.param({"annotations": [{"image_id": 1}], "categories": [{"id": 1}]}, id="two lists"),
        pytest.param({"a": [1, 2], "b": [1]}, id="columns without files"),
        pytest.param('{"a": ' * 50 + "1" + "}" * 50, id="nested"),
        pytest.param('{"a": ' * 200_000, id="nested without end"),
        pytest.param('{"a.png": ' + "9" * 10_000 + "}", id="a number of ten thousand digits"),
        pytest.param({"labels": [["a.png"], []]}, id="pairs of one"),
    ],
)
def test_what_is_no_table_is_told(whole):
    with pytest.raises(UsageError, match="JSON object"):
        read(whole)
