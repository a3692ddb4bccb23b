"""A folder of hostile names and secrets, end to end: everything is shown, nothing acts, nothing leaks."""

import re

import cv2
import numpy as np
import pandas as pd
import pytest
from PIL import Image

import biasaudit as ba
from tests.faults.command import audited
from tests.hostile import class_folder, save
from tests.planted import ARTEFACTS, brighter, photograph, plant

SECRET = "Jane Patient 1970"
NAMES = [
    '"><img src=x onerror=alert(1)>', "new\nline", "\u202ereversed", "😀", "x" * 240, "javascript:alert(1)",
    "cafe\u0301", "caf\u00e9", "=cmd|' C calc'!A0", "$x^{$",
]  # fmt: skip


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """An audit of images whose names attack and whose EXIF names a patient and a place."""
    folder, rng = tmp_path_factory.mktemp("hostile"), np.random.default_rng(0)
    exif = Image.Exif()
    exif[0x010E] = SECRET
    exif.get_ifd(0x8825)[1] = "N"
    for label in ("</script><script>alert(1)", "=1+1"):
        place = folder / "data" / label.replace("/", "\u2215")
        place.mkdir(parents=True)
        for number in range(40):
            image = photograph(rng, upright=True, side=64)
            if label == "=1+1":
                image = brighter(image, rng)
            path = place / f"{NAMES[number % len(NAMES)]}{number}.jpg"
            if len(path.name.encode()) > 250:
                path = place / f"{NAMES[number % len(NAMES)][:230]}{number}.jpg"
            Image.fromarray(image).save(path, exif=exif.tobytes())
    bad = bytes(place) + b"/caf\xe9.jpg"
    with open(bad, "wb") as stream:
        stream.write(cv2.imencode(".jpg", image)[1].tobytes())
    return folder, ba.audit(folder / "data", out=folder / "out", scan=True, jobs=1, without=ARTEFACTS)


@pytest.mark.fault(28, 29)
def test_every_file_is_audited_and_named_safely(hostile, seen):
    folder, result = hostile
    assert result.record.dataset.n == 81
    ids = pd.read_parquet(folder / "out" / "images.parquet")["id"]
    assert ids.is_unique
    assert ids.str.contains("caf\\\\xe9").sum() == 1
    assert {name for name in NAMES[:6] if ids.str.contains(name, regex=False).any()} == set(NAMES[:6])
    seen(28, "audited as caf\\\\xe9.jpg")
    seen(29, "81 of 81 audited")


@pytest.mark.fault(29, 31, 32)
def test_nothing_acts_in_the_report(hostile, seen):
    folder, result = hostile
    page = (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert result.record.findings[0].verdict in ("suspect", "unidentifiable")
    assert "<img src=x" not in page
    assert len(re.findall(r"<script", page)) <= 1
    assert "alert(1)" in page  # shown, as text
    assert "\u202ereversed" not in page
    seen(31, "text on the page")
    seen(32, "text on the page")


@pytest.mark.fault(18)
def test_no_exif_in_any_byte_that_is_written(hostile):
    folder, _ = hostile
    written = [path for path in (folder / "out").rglob("*") if path.is_file()]
    assert written
    assert any(SECRET.encode() in path.read_bytes() for path in (folder / "data").rglob("*.jpg"))
    assert not [path.name for path in written if SECRET.encode() in path.read_bytes() or b"Exif" in path.read_bytes()]


@pytest.mark.fault(36)
def test_the_csv_cannot_reach_outside_the_folder(hostile, tmp_path, seen):
    folder, _ = hostile
    ids = [id for id in pd.read_parquet(folder / "out" / "images.parquet")["id"] if "\n" not in id]
    rows = ["../../../../../../etc/passwd", "/etc/passwd", *ids]
    pd.DataFrame({"path": rows}).to_csv(tmp_path / "m.csv", index=False)
    again = ba.audit(
        folder / "data", metadata=tmp_path / "m.csv", out=tmp_path / "out", scan=True, jobs=1, without=ARTEFACTS
    )
    reasons = {file.path: file.reason for file in again.record.dataset.excluded}
    assert sum("outside" in reason for reason in reasons.values()) == 2
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file() and b"root:x" in path.read_bytes()]
    seen(36, "2 rows refused, no byte of it written")


@pytest.mark.fault(30)
def test_unicode_twins_are_two_files_with_a_warning(tmp_path, seen):
    class_folder(tmp_path / "data", cat=4, dog=4)
    for form in ("cafe\u0301.png", "caf\u00e9.png"):
        save(tmp_path / "data" / "cat" / form)
    ended = audited("scan", tmp_path / "data")
    assert {"cat/cafe\u0301.png", "cat/caf\u00e9.png"} <= set(ended.images.index)
    warning = next(text for text in ended.record["dataset"]["warnings"] if "Unicode" in text)
    assert warning in ended.page
    seen(30, "two files, one warning")


@pytest.mark.fault(33, 34, 35)
def test_values_and_headers_that_attack_stay_text(tmp_path, seen):
    """Each is tied to the class, so that it is told in a title, in a value and in every output."""
    frame = plant(tmp_path / "data", n=80)
    first = (frame["label"] == "upright").to_numpy()
    columns = {
        "link": np.where(first, "javascript:alert(1)", "\"'><svg onload=alert(2)>"),
        "group": np.where(first, "$x^{$", "a\0b"),
        "</script><script>alert(3)</script>": np.where(first, "=1+1", "+2"),
        "=cmd|' /C calc'!A0": np.where(first, "@SUM(1)", "-3"),
        "\ttab": np.where(first, "\ta", "b"),
    }
    frame[["path"]].assign(**columns).to_csv(tmp_path / "m.csv", index=False)
    ended = audited("scan", tmp_path / "data", "--metadata", tmp_path / "m.csv")
    assert ended.code == 0
    page = ended.page
    assert "javascript:alert(1)" in page
    assert not re.search(r"(href|src)=[\"']?\s*javascript:", page)
    assert "<svg onload" not in page
    assert "<script>alert" not in page
    assert len(re.findall(r"<script", page)) <= 1
    seen(33, "text on the page")
    assert "$x^{$" in page
    assert "\0" not in page
    assert "a\0b" in set(ended.images["meta_group"])
    seen(34, "text on the page, NUL written out")
    table = pd.read_csv(ended.folder / "findings.csv", dtype=str, keep_default_na=False)
    cells = [cell for name in table for cell in (name, *table[name])]
    assert "'=cmd|' /C calc'!A0" in cells
    attacks = [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "-")) and not is_number(cell)]
    assert attacks == []
    assert pd.to_numeric(table["association_value"].replace("", None)).notna().any()
    seen(35, "quoted; numbers are numbers")


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
