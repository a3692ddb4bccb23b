"""Classes and groups that cannot be compared: said with a code, or without a figure."""

from __future__ import annotations

import numpy as np

from tests.faults.command import audited
from tests.hostile import class_folder, written
from tests.planted import VIEWS, plant


def test_46_a_column_of_a_thousand_levels_is_taken_for_an_id(tmp_path, seen):
    folder = class_folder(tmp_path / "data", cat=30, dog=30)
    rows = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.png"))]
    table = "path,number\n" + "".join(f"{row},case {n * 17}\n" for n, row in enumerate(rows))
    ended = audited("scan", folder, "--metadata", written(tmp_path / "m.csv", table.encode()))
    finding = ended.finding("metadata-number")
    assert finding["verdict"] == "untested"
    assert "treated as an id" in finding["title"]
    assert "case 170" not in ended.page
    seen(46, "untested: treated as an id")


def test_47_one_class_cannot_be_audited(tmp_path, seen):
    ended = audited("scan", class_folder(tmp_path / "data", cat=8))
    assert ended.code == 3
    assert "only one: 'cat'" in ended.err
    seen(47, "exit 3: only one")


def test_48_a_class_of_one_image_ends_the_run_or_is_dropped(tmp_path, seen):
    folder = class_folder(tmp_path / "data", cat=8, dog=8, fish=1)
    ended = audited("scan", folder)
    assert ended.code == 3
    assert "--drop-small" in ended.err
    ended = audited("scan", folder, "--drop-small")
    assert ended.code == 0
    assert ended.record["dataset"]["classes"].keys() == {"cat", "dog"}
    seen(48, "exit 3; left out with --drop-small")


def test_49_an_empty_class_is_said_and_an_empty_folder_ends_the_run(tmp_path, seen):
    folder = class_folder(tmp_path / "data", cat=8, dog=8)
    (folder / "bird").mkdir()
    ended = audited("scan", folder)
    assert ended.code == 0
    assert "class folder bird holds no image" in ended.record["dataset"]["warnings"]
    assert "class folder bird holds no image" in ended.page
    (tmp_path / "empty").mkdir()
    assert audited("scan", tmp_path / "empty").code == 3
    seen(49, "said; exit 3")


def test_44_a_level_that_the_test_part_lacks_gets_no_figure_there(tmp_path, stub_network, seen):
    frame = plant(tmp_path / "data", n=120)
    test = np.arange(120) >= 80
    site = np.where(test, "a", np.where(np.arange(120) % 3 == 0, "b", "a"))
    frame[["path"]].assign(part=np.where(test, "test", "train"), site=site).to_csv(tmp_path / "m.csv", index=False)
    options = ["--metadata", tmp_path / "m.csv", "--split", "part", "--without", ",".join(VIEWS)]
    ended = audited("run", tmp_path / "data", *options)
    assert ended.code in (0, 4)
    estimate = ended.finding("metadata-site")["rungs"]["disparity"]["estimate"]
    assert estimate is None or estimate["n"] == 120  # of all images, each held out once: never of the test part alone
    seen(44, "no figure of the test part alone")
