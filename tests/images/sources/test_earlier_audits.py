"""What an audit wrote is not audited, and nothing else is taken for it: no class is lost to two names."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

import biasaudit as ba
from biasaudit.errors import EnvironmentFault, UsageError
from biasaudit.images.sources.folders.walk import walk
from biasaudit.output.result import read_audit
from tests.planted import ARTEFACTS, brighter, plant


def scan(folder, out):
    return ba.audit(folder, out=out, scan=True, jobs=1, quiet=True, without=ARTEFACTS)


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    root = tmp_path_factory.mktemp("audited")
    plant(root / "photos", brighter, n=60)
    scan(root / "photos", root / "out")
    return root


def pictures(folder, n=3):
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(n):
        Image.fromarray(np.full((8, 8, 3), number, np.uint8)).save(folder / f"{number}.png")


@pytest.mark.parametrize("names", [("audit.json", "report.html"), ("cache", "split.csv"), ("cache", "selftest.json")])
def test_names_alone_take_no_class_away(tmp_path, names):
    for label in ("a", "b/patient"):
        pictures(tmp_path / label)
    for name in names:
        if name == "cache":
            (tmp_path / "b" / name).mkdir()
        else:
            (tmp_path / "b" / name).write_text("{}")
    assert [name.split("/")[0] for name in walk(tmp_path).files] == list("aaabbb")


def test_an_audit_in_the_folder_is_passed_over_and_its_thumbnails_too_where_it_lies_among_a_class(audited, tmp_path):
    shutil.copytree(audited / "photos", tmp_path / "photos")
    shutil.copytree(audited / "out", tmp_path / "photos" / "earlier")
    assert len(list((audited / "out" / "evidence").glob("*.webp"))) > 0
    assert len(walk(tmp_path / "photos").files) == 60
    for each in (audited / "out").iterdir():
        copy = shutil.copytree if each.is_dir() else shutil.copy
        copy(each, tmp_path / "photos" / "lying" / each.name)
    assert len(walk(tmp_path / "photos").files) == 60


def test_a_picture_that_was_saved_beside_a_report_is_told_of_and_makes_no_class(audited, tmp_path):
    shutil.copytree(audited / "photos", tmp_path / "photos")
    out = tmp_path / "photos" / "reports" / "one"
    for place in (out, out, out.with_name("two")):
        result = scan(tmp_path / "photos", place)
        assert result.record.dataset.n == 60
        pictures(out, 1)
    assert any("reports/one holds an earlier audit" in str(each) for each in result.record.dataset.warnings)


@pytest.mark.parametrize("files", [("1", "2"), ("evidence/1.png",), ("p1/1.png",)])
def test_no_folder_of_images_is_a_place_for_the_report_whatever_they_are_called(audited, tmp_path, files):
    shutil.copytree(audited / "photos", tmp_path / "photos")
    for name in files:
        (tmp_path / "photos" / "third" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(audited / "photos" / "lying" / "0000.jpg", tmp_path / "photos" / "third" / name)
    with pytest.raises(UsageError, match="--out"):
        scan(tmp_path / "photos", tmp_path / "photos" / "third")


def test_reports_within_reports_take_no_longer_than_there_are_folders(tmp_path):
    place = tmp_path / "a"
    for _ in range(40):
        pictures(place, 6)
        (place / "audit.json").write_text('{"schema_version": "1.0", "dataset": {}, "findings": []}')
        (place / "report.html").touch()
        place = place / "b"
    assert len(walk(tmp_path).files) == 240


def test_a_folder_of_the_data_is_no_place_for_the_report(audited, tmp_path):
    shutil.copytree(audited / "photos", tmp_path / "photos")
    with pytest.raises(UsageError, match=r"--out .*lying.* holds 30 image\(s\)"):
        scan(tmp_path / "photos", tmp_path / "photos" / "lying")
    assert not (tmp_path / "photos" / "lying" / "audit.json").exists()
    for _ in range(2):
        assert scan(tmp_path / "photos", tmp_path / "photos" / "reports" / "one").record.dataset.n == 60


@pytest.mark.parametrize("name", ["cache", "evidence"])
def test_no_report_is_drawn_through_a_link(audited, tmp_path, name):
    shutil.copytree(audited / "out", tmp_path / "sent")
    shutil.rmtree(tmp_path / "sent" / name)
    (tmp_path / "victim").mkdir()
    (tmp_path / "victim" / "salt").write_text("important")
    (tmp_path / "sent" / name).symlink_to(tmp_path / "victim")
    with pytest.raises(EnvironmentFault, match=f"{name} in .* is a link"):
        read_audit(tmp_path / "sent")
    assert (tmp_path / "victim" / "salt").read_text() == "important"


def test_a_salt_that_came_along_is_not_used(audited, tmp_path):
    first = read_audit(audited / "out").save_redacted(tmp_path / "one.html")[1].read_text()
    again = read_audit(audited / "out").save_redacted(tmp_path / "two.html")[1].read_text()
    assert first == again
    shutil.copytree(audited / "out", tmp_path / "sent")
    drawn = json.loads((tmp_path / "sent" / "cache" / "salt").read_text())["salt"]
    assert first != read_audit(tmp_path / "sent").save_redacted(tmp_path / "three.html")[1].read_text()
    read_audit(tmp_path / "sent").save_redacted(tmp_path / "three.html")
    assert json.loads((tmp_path / "sent" / "cache" / "salt").read_text())["salt"] != drawn
