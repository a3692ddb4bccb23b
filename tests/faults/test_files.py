"""Every fault of a single file in one folder, audited by one command: each is told, and costs nobody else anything."""

from __future__ import annotations

import os
import socket
import zlib

import numpy as np
import pytest
from PIL import Image

from biasaudit.images.decode import decode
from biasaudit.images.pixels import PixelStore
from biasaudit.report.thumbnails import save_thumbnail
from tests import hostile
from tests.faults.command import audited
from tests.hostile import picture, png_chunk, save, written
from tests.planted import plant

SECRET = "Jane Patient, born 1815"

SKIPPED = {
    "empty.png": (1, lambda p: written(p, b""), "empty file"),
    "text.jpg": (2, lambda p: written(p, b"not a picture"), "not an image but text"),
    "cut.jpg": (4, lambda p: hostile.cut(save(p)), "truncated file"),
    "cut.png": (5, lambda p: hostile.cut(save(p)), "truncated file"),
    "bomb.png": (6, lambda p: hostile.one_bit_png(p, 20_000, 20_000), "over 100 million pixels"),
    "line.png": (7, lambda p: hostile.one_bit_png(p, 1, 100_000), "a side over"),
    "nan.tif": (15, lambda p: save(p, np.full((20, 20), np.nan, dtype=np.float32)), "no fixed range"),
    "a.fits": (16, lambda p: written(p, hostile.FITS), "a FITS file"),
    "a.eps": (16, lambda p: written(p, hostile.EPS), "a PostScript drawing"),
    "a.svg": (16, lambda p: written(p, hostile.SVG), "an SVG drawing"),
    "text_bomb.png": (
        17,
        lambda p: hostile.png_with(p, png_chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(200_000_000), 1))),
        "damaged",
    ),
    "out.png": (24, lambda p: p.symlink_to("/etc/passwd"), "link outside the folder"),
    "loop": (25, lambda p: p.symlink_to(".."), "link to a folder"),
    "self": (25, lambda p: p.symlink_to("self"), "broken link"),
}
"""File: its fault, what makes it, and the reason that the report must give."""


def moving(path):
    frames = [Image.new("RGB", (30, 20), colour) for colour in ("red", "blue")]
    frames[0].save(path, save_all=True, append_images=frames[1:], lossless=True)


def see_through(path):
    image = Image.fromarray(np.repeat(np.arange(2, dtype=np.uint8), 20)[None].repeat(30, axis=0), mode="P")
    image.putpalette([255, 0, 0, 0, 0, 0])
    image.save(path, transparency=1)


DEEP = np.random.default_rng(0).integers(0, 65_536, (60, 60), dtype=np.uint16)

ACCEPTED = {
    "png.jpg": (3, lambda p: save(p, picture(3), format="PNG"), "content is PNG, name says otherwise"),
    "dot.png": (8, lambda p: save(p, picture(4, 1, 1)), "smaller than 8 pixels"),
    "deep.png": (9, lambda p: save(p, DEEP), "16 bits reduced to 8"),
    "cmyk.jpg": (10, lambda p: Image.fromarray(picture(5)).convert("CMYK").save(p), "CMYK converted to RGB"),
    "clear.png": (11, lambda p: save(p, hostile.rgba(picture(6), 0)), "hidden pixels under transparency"),
    "palette.gif": (12, see_through, None),
    "moving.gif": (13, moving, "animated: first frame used"),
    "moving.webp": (13, moving, "animated: first frame used"),
    "moving.png": (13, moving, "animated: first frame used"),
    "bulky.jpg": (17, lambda p: hostile.jpeg_with_exif_segments(p, 2_000_000), None),
    "named.jpg": (18, lambda p: save(p, picture(8), exif=hostile.exif(6, SECRET)), None),
    "plain.png": (21, lambda p: save(p, np.full((30, 40, 3), 7, dtype=np.uint8)), "one colour only"),
}
"""File: its fault, what makes it, and the note that the report must count it under."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """80 good photographs, and every fault among those of one class."""
    folder = tmp_path_factory.mktemp("files") / "data"
    plant(folder, n=80)
    for name, (_, build, _) in (SKIPPED | ACCEPTED).items():
        build(folder / "upright" / name)
    os.mkfifo(folder / "lying" / "pipe.png")
    here = os.getcwd()
    os.chdir(folder / "lying")  # a socket's name may have 107 bytes only
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.png")
    os.chdir(here)
    return folder


@pytest.fixture(scope="module")
def ended(folder):
    return audited("scan", folder, "--max-bad", "0.5")


@pytest.mark.fault(1, 2, 4, 5, 6, 7, 15, 16, 17, 24, 25)
@pytest.mark.parametrize("name", SKIPPED)
def test_what_cannot_be_read_is_skipped_listed_and_counted_by_class(ended, seen, name):
    number, _, reason = SKIPPED[name]
    told = ended.excluded[f"upright/{name}"]
    assert reason in told
    assert told in ended.page.replace("&#39;", "'")
    assert f"upright/{name}" not in ended.images.index
    seen(number, f"skipped: {told}")


@pytest.mark.fault(3, 8, 9, 10, 11, 12, 13, 17, 18, 21)
@pytest.mark.parametrize("name", ACCEPTED)
def test_what_can_be_read_is_audited_and_noted(ended, folder, seen, name):
    number, _, note = ACCEPTED[name]
    measured = ended.images.loc[f"upright/{name}"]
    photo = decode(folder / "upright" / name)
    assert measured["brightness"] == pytest.approx(photo.gray.mean(), abs=1e-3)
    if note:
        assert ended.notes[note] >= 1
        assert note in photo.file.notes
        assert note in ended.page
    seen(number, f"audited{': ' + note if note else ''}")


def test_9_sixteen_bits_keep_their_mean(ended, seen):
    error = abs(ended.images.loc["upright/deep.png", "brightness"] - DEEP.mean() / 257)
    assert error < 1
    seen(9, f"mean within {error:.2f} of 255")


def test_18_nothing_of_the_exif_is_in_any_byte_that_is_written(ended, folder, seen):
    written = [path for path in ended.folder.rglob("*") if path.is_file()]
    assert SECRET.encode() in (folder / "upright" / "named.jpg").read_bytes()
    assert len(written) > 5
    assert not [path for path in written if SECRET.encode() in path.read_bytes()]
    seen(18, f"not in {len(written)} files written")


def test_26_pipes_and_sockets_are_counted_and_never_opened(ended, seen):
    assert ended.notes["not a regular file: never opened"] == 2
    seen(26, "2 never opened, counted")


@pytest.mark.fault(1, 15)
def test_one_messy_class_ends_well_and_is_a_finding(ended, seen):
    assert ended.code == 0
    assert ended.finding("file-unreadable")["label"] == "upright"


def test_14_every_orientation_is_the_same_in_cues_model_and_report(tmp_path, seen):
    """Eight files of each of eight pictures, stored in eight ways: as many rows of equal values."""
    for number in range(8):
        for label in ("cat", "dog"):
            upright = picture(number + 8 * (label == "dog"))
            for way in range(1, 9):
                stored = hostile.turned(upright, way)
                save(tmp_path / "data" / label / f"{number}_{way}.png", stored, exif=hostile.exif(way))
    ended = audited("scan", tmp_path / "data")
    assert ended.code == 0
    images = ended.images
    for cue in ("brightness", "contrast", "sharpness"):
        spread = images[cue].groupby(images.index.str.split("_").str[0]).agg(np.ptp)
        assert spread.max() < 1e-9
    paths = [tmp_path / "data" / "cat" / f"0_{way}.png" for way in range(1, 9)]
    store = PixelStore.create(tmp_path / "pixels.raw", 8, 56)
    for row, path in enumerate(paths):
        store.take(row, decode(path).rgb)
    pixels = store.read(np.arange(8))
    assert (pixels == pixels[0]).all()
    drawn = {save_thumbnail(tmp_path, path.name, decode(path).rgb).read_bytes() for path in paths}
    assert len(drawn) == 1
    seen(14, "equal in 8 ways: cues, model, report")


def test_27_no_read_permission_is_skipped(tmp_path, monkeypatch, seen):
    """As the system says it: the tests may run as root, who may read everything."""
    from biasaudit.images.sources.folders import walk

    hostile.class_folder(tmp_path / "data", cat=8, dog=8)
    may = os.access
    monkeypatch.setattr(walk.os, "access", lambda path, mode: not str(path).endswith("cat/0.png") and may(path, mode))
    ended = audited("scan", tmp_path / "data")
    assert ended.excluded == {"cat/0.png": "no read permission"}
    seen(27, "skipped: no read permission")
