"""A folder of hostile names and secrets, end to end: everything is shown, nothing acts, nothing leaks."""

import re

import cv2
import numpy as np
import pandas as pd
import pytest
from PIL import Image

import biasaudit as ba
from tests.planted import brighter, photograph

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
    return folder, ba.audit(folder / "data", out=folder / "out", scan=True, jobs=1)


def test_fault_28_29_30_every_file_is_audited_and_named_safely(hostile):
    folder, result = hostile
    assert result.record.dataset.n == 81
    ids = pd.read_parquet(folder / "out" / "images.parquet")["id"]
    assert ids.is_unique
    assert ids.str.contains("caf\\\\xe9").sum() == 1


def test_fault_31_32_nothing_acts_in_the_report(hostile):
    folder, result = hostile
    page = (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert result.verdict == "suspect"
    assert "<img src=x" not in page
    assert len(re.findall(r"<script", page)) <= 1
    assert "alert(1)" in page  # shown, as text
    assert "\u202ereversed" not in page


def test_fault_17_18_no_exif_in_any_byte_that_is_written(hostile):
    folder, _ = hostile
    written = [path for path in (folder / "out").rglob("*") if path.is_file()]
    assert written
    assert any(SECRET.encode() in path.read_bytes() for path in (folder / "data").rglob("*.jpg"))
    assert not [path.name for path in written if SECRET.encode() in path.read_bytes() or b"Exif" in path.read_bytes()]


def test_fault_36_the_csv_cannot_reach_outside_the_folder(hostile, tmp_path):
    folder, _ = hostile
    ids = [id for id in pd.read_parquet(folder / "out" / "images.parquet")["id"] if "\n" not in id]
    rows = ["../../../../../../etc/passwd", "/etc/passwd", *ids]
    pd.DataFrame({"path": rows}).to_csv(tmp_path / "m.csv", index=False)
    again = ba.audit(folder / "data", metadata=tmp_path / "m.csv", out=tmp_path / "out", scan=True, jobs=1)
    reasons = {file.path: file.reason for file in again.record.dataset.excluded}
    assert sum("outside" in reason for reason in reasons.values()) == 2
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file() and b"root:x" in path.read_bytes()]
