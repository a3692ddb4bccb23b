"""The table of what is audited."""

from __future__ import annotations

import pytest

from biasaudit.images.reading import read_folder
from tests.hostile import class_folder


@pytest.fixture
def root(tmp_path):
    return class_folder(tmp_path / "data", cat=5, dog=5)


def test_subset_and_without(root):
    table = read_folder(root)
    assert table.subset([9, 0, 3]).ids.tolist() == table.ids[[0, 3, 9]].tolist()
    assert table.subset(table.labels == "dog").classes == ["dog"]
    assert table.subset([]).n == 0
    rest = table.without({9: "truncated file", 0: "empty file"})
    assert rest.n == 8
    assert [(e.path, e.reason, e.label) for e in rest.excluded] == [
        ("cat/0.png", "empty file", "cat"),
        ("dog/4.png", "truncated file", "dog"),
    ]
    assert len(rest.unreadable) == 2
    assert rest.path(0) == root / "cat" / "1.png"
    assert table.n == 10, "the first table stays as it was"
    assert table.without({}).n == 10
