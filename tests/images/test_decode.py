"""Every fault of a single file, beside its good twin. The numbers are those of the list of faults."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from biasaudit.images.decode import EXTENSIONS, Unreadable, content_hash, decode
from biasaudit.images.photo import WORKING_SIDE
from tests import hostile
from tests.hostile import picture, png_chunk, save, written


def reason(path: Path) -> str:
    with pytest.raises(Unreadable) as caught:
        decode(path)
    assert "\n" not in caught.value.reason
    assert str(path) not in caught.value.reason, "a reason is counted, so it must not name the file"
    return caught.value.reason


def nan_tiff(path: Path) -> Path:
    values = np.full((20, 20), np.nan, dtype=np.float32)
    return save(path, values)


SKIPPED = {
    "1 empty": ("a.png", lambda p: written(p, b""), "empty file"),
    "2 text": ("a.jpg", lambda p: written(p, b"not a picture"), "not an image but text"),
    "2 nothing known": ("a.jpg", lambda p: written(p, b"\x01\x02\x03\x04" * 30), "not a JPEG"),
    "4 truncated JPEG": ("a.jpg", lambda p: hostile.cut(save(p)), "truncated file"),
    "5 truncated PNG": ("a.png", lambda p: hostile.cut(save(p)), "truncated file"),
    "5 truncated WebP": ("a.webp", lambda p: hostile.cut(save(p)), "damaged"),
    "5 truncated GIF": ("a.gif", lambda p: hostile.cut(save(p)), "truncated file"),
    "5 truncated BMP": ("a.bmp", lambda p: hostile.cut(save(p)), "truncated file"),
    "5 header only": ("a.png", lambda p: hostile.cut(save(p), 0.01), "truncated file"),
    "6 bomb": ("a.png", lambda p: hostile.one_bit_png(p, 20_000, 20_000), "over 100 million pixels"),
    "6 half a bomb": ("a.png", lambda p: hostile.one_bit_png(p, 15_000, 10_000), "over 100 million pixels"),
    "7 line": ("a.png", lambda p: hostile.one_bit_png(p, 1, 100_000), "a side over"),
    "7 short line": ("a.png", lambda p: hostile.one_bit_png(p, 1_000, 2), "too narrow"),
    "15 NaN": ("a.tif", nan_tiff, "no fixed range"),
    "16 FITS": ("a.fits", lambda p: written(p, hostile.FITS), "a FITS file"),
    "16 EPS": ("a.eps", lambda p: written(p, hostile.EPS), "a PostScript drawing"),
    "16 EPS named JPEG": ("a.jpg", lambda p: written(p, hostile.EPS), "a PostScript drawing"),
    "16 SVG": ("a.svg", lambda p: written(p, hostile.SVG), "an SVG drawing"),
    "a folder": ("a.png", lambda p: p.mkdir() or p, "not a regular file"),
    "gone": ("a.png", lambda p: p, "No such file"),
}


@pytest.mark.parametrize("name", SKIPPED)
def test_skipped_with_a_reason(name, tmp_path):
    file_name, build, expected = SKIPPED[name]
    assert expected in reason(build(tmp_path / file_name))


WRITTEN_BY_PILLOW = [names[0] for kind, names in EXTENSIONS.items() if kind not in ("HEIC", "DICOM")]
"""The others are made in `tests/images/kinds`."""


@pytest.mark.parametrize("extension", WRITTEN_BY_PILLOW)
def test_a_good_file_is_read_without_a_note(extension, tmp_path):
    path = save(tmp_path / f"a{extension}")
    photo = decode(path)
    assert photo.rgb.dtype == np.uint8
    assert photo.rgb.shape == (48, 64, 3)
    assert photo.rgb.flags.c_contiguous
    assert extension in EXTENSIONS[photo.file.format]
    assert (photo.file.width, photo.file.height, photo.file.n_bytes) == (64, 48, path.stat().st_size)
    assert photo.file.notes == ()
    if extension in (".png", ".bmp", ".tif", ".jp2", ".ppm"):
        assert (photo.rgb == picture()).all()


@pytest.mark.parametrize(
    ("name", "note"),
    [("a.jpg", "content is PNG, name says otherwise"), ("a.PNG", None), ("a", None), ("a.dat", None)],
)
def test_3_content_decides_what_a_file_is(name, note, tmp_path):
    photo = decode(save(tmp_path / name, format="PNG"))
    assert photo.file.format == "PNG"
    assert photo.file.notes == ((note,) if note else ())


def test_6_a_bomb_costs_neither_time_nor_memory(tmp_path):
    path = hostile.one_bit_png(tmp_path / "bomb.png", 20_000, 20_000)
    assert path.stat().st_size < 60_000
    script = """
import resource, sys, time
from pathlib import Path
from biasaudit.images.decode import Unreadable, decode
before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
try:
    decode(Path(sys.argv[1]))
except Unreadable:
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(time.perf_counter() - start, more // 1024, "tensorflow" in sys.modules)
"""
    root = Path(__file__).parents[2]
    result = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, cwd=root)
    seconds, more_mb, tensorflow = result.stdout.split()
    assert float(seconds) < 1
    assert int(more_mb) < 200
    assert tensorflow == "False"
    assert result.stderr == ""


@pytest.mark.parametrize(("side", "small"), [(1, True), (7, True), (8, False)])
def test_8_tiny_is_accepted_and_noted(side, small, tmp_path):
    photo = decode(save(tmp_path / "a.png", picture(0, side, side)))
    assert photo.rgb.shape == (side, side, 3)
    assert ("smaller than 8 pixels" in photo.file.notes) is small


@pytest.mark.parametrize("extension", ["png", "tif"])
@pytest.mark.parametrize(("low", "high"), [(0, 65_536), (0, 4_096), (60_000, 65_536)])
@pytest.mark.parametrize("side", [60, 700])
def test_9_sixteen_bits_keep_their_scale(extension, low, high, side, tmp_path):
    values = np.random.default_rng(0).integers(low, high, (side, side), dtype=np.uint16)
    photo = decode(save(tmp_path / f"a.{extension}", values))
    assert abs(photo.rgb.mean() - values.mean() / 257) < 1
    assert photo.file.notes == ("16 bits reduced to 8",)
    eight = decode(save(tmp_path / f"b.{extension}", np.round(values / 257).astype(np.uint8)))
    assert np.abs(photo.rgb.astype(int) - eight.rgb).max() <= 1
    assert eight.file.notes == ()


def test_10_cmyk_becomes_rgb(tmp_path):
    plain = decode(save(tmp_path / "rgb.jpg", quality=95))
    path = tmp_path / "cmyk.jpg"
    Image.fromarray(picture()).convert("CMYK").save(path, quality=95)
    photo = decode(path)
    assert np.abs(photo.rgb.mean(axis=(0, 1)) - plain.rgb.mean(axis=(0, 1))).max() < 1
    assert photo.file.mode == "CMYK"
    assert photo.file.notes == ("CMYK converted to RGB",)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize("content", ["picture", "black"])
def test_11_full_transparency_is_white_and_what_it_hides_is_noted(mode, content, tmp_path):
    colour = picture() if content == "picture" else np.zeros((48, 64, 3), dtype=np.uint8)
    path = tmp_path / "a.png"
    Image.fromarray(hostile.rgba(colour, 0)).convert(mode).save(path)
    photo = decode(path)
    assert (photo.rgb == 255).all()
    assert ("hidden pixels under transparency" in photo.file.notes) is (content == "picture")


def test_11_half_transparency_is_half_white(tmp_path):
    photo = decode(save(tmp_path / "a.png", hostile.rgba(picture(), 128)))
    expected = picture() * (128 / 255) + 255 * (127 / 255)
    assert np.abs(photo.rgb - expected).max() <= 1
    assert photo.file.notes == ()


def test_12_palette_with_transparency(tmp_path):
    """The palette's colours come through, and its transparent entry is white, whatever colour it has."""
    indices = np.repeat(np.arange(3, dtype=np.uint8), 20)[None, :].repeat(30, axis=0)
    image = Image.fromarray(indices, mode="P")
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    image.save(tmp_path / "opaque.png")
    image.save(tmp_path / "clear.png", transparency=1)
    image.save(tmp_path / "clear.gif", transparency=1)
    opaque = decode(tmp_path / "opaque.png").rgb[0, ::20].tolist()
    assert opaque == [[255, 0, 0], [0, 255, 0], [0, 0, 255]]
    for name in ("clear.png", "clear.gif"):
        photo = decode(tmp_path / name)
        assert photo.rgb[0, ::20].tolist() == [[255, 0, 0], [255, 255, 255], [0, 0, 255]]
        assert photo.file.mode == "P"
        assert photo.file.notes == ()


@pytest.mark.parametrize(
    ("extension", "note"),
    [
        ("gif", "animated: first frame used"),
        ("webp", "animated: first frame used"),
        ("png", "animated: first frame used"),
        ("tif", "several pages: first one used"),
    ],
)
def test_13_the_first_frame_stands_for_an_animation(extension, note, tmp_path):
    frames = [Image.new("RGB", (30, 20), colour) for colour in ("red", "blue", "green")]
    frames[0].save(tmp_path / f"still.{extension}")
    frames[0].save(tmp_path / f"moving.{extension}", save_all=True, append_images=frames[1:], lossless=True)
    still, moving = decode(tmp_path / f"still.{extension}"), decode(tmp_path / f"moving.{extension}")
    assert np.abs(moving.rgb.astype(int) - [255, 0, 0]).max() <= 2
    assert note in moving.file.notes
    assert note not in still.file.notes


@pytest.mark.parametrize("extension", ["jpg", "png", "webp", "tif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_14_every_orientation_gives_the_same_upright_pixels(extension, orientation, tmp_path):
    upright = picture()
    path = tmp_path / f"a.{extension}"
    options = {"jpg": {"quality": 100, "subsampling": 0}, "webp": {"lossless": True}}.get(extension, {})
    stored = hostile.turned(upright, orientation)
    photo = decode(save(path, stored, exif=hostile.exif(orientation), **options))
    assert np.abs(photo.rgb.astype(int) - upright).max() <= (4 if extension == "jpg" else 0)
    assert (photo.file.width, photo.file.height) == (64, 48)


def test_14_a_large_photograph_is_turned_as_well(tmp_path):
    upright = picture(0, 1300, 3000)
    stored = hostile.turned(upright, 6)
    photo = decode(save(tmp_path / "a.jpg", stored, exif=hostile.exif(6)))
    plain = decode(save(tmp_path / "b.png", upright))
    assert photo.rgb.shape == plain.rgb.shape == (222, 512, 3)
    assert (photo.file.width, photo.file.height) == (3000, 1300)
    assert np.abs(photo.rgb.astype(int) - plain.rgb).mean() < 2


def test_14_broken_exif_loses_no_pixels(tmp_path):
    broken = hostile.png_with(tmp_path / "a.png", hostile.png_chunk(b"eXIf", b"II*\0\xff\xff\xff\xffgarbage"))
    assert (decode(broken).rgb == picture()).all()
    wrong = save(tmp_path / "b.png", exif=hostile.exif(77))
    assert (decode(wrong).rgb == picture()).all()


BULKY = {
    "EXIF": png_chunk(b"eXIf", b"II*\0" + bytes(2_000_000)),
    "text": png_chunk(b"tEXt", b"k\0" + b"x" * 2_000_000),
    "text bomb": png_chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(200_000_000), 1)),
}


@pytest.mark.parametrize("name", ["EXIF in JPEG", *BULKY])
def test_17_bulky_metadata_is_bounded(name, tmp_path):
    if name in BULKY:
        path = hostile.png_with(tmp_path / "a.png", BULKY[name])
    else:
        path = hostile.jpeg_with_exif_segments(tmp_path / "a.jpg", 2_000_000)
    tracemalloc.start()
    if name == "text bomb":
        assert reason(path).startswith("damaged")
    else:
        assert decode(path).rgb.shape == (48, 64, 3)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40_000_000


@pytest.mark.parametrize("extension", ["jpg", "png", "webp", "tif"])
def test_18_nothing_of_the_exif_is_kept(extension, tmp_path):
    named = save(tmp_path / f"a.{extension}", exif=hostile.exif(1, "Jane Roe, born 1815"))
    assert b"Jane Roe" in named.read_bytes()
    plain = save(tmp_path / f"b.{extension}", exif=hostile.exif(1))
    first, second = decode(named), decode(plain)
    assert (first.rgb == second.rgb).all()
    assert "Jane" not in repr(first.file)
    assert "1815" not in repr(first.file)


def test_21_one_colour_is_noted(tmp_path):
    flat = decode(save(tmp_path / "flat.png", np.full((30, 40, 3), 7, dtype=np.uint8)))
    assert flat.file.notes == ("one colour only",)
    assert decode(save(tmp_path / "good.png")).file.notes == ()


def test_26_a_pipe_is_never_opened(tmp_path):
    os.mkfifo(tmp_path / "a.png")
    assert reason(tmp_path / "a.png") == "not a regular file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_27_no_permission(tmp_path):
    path = save(tmp_path / "a.png")
    path.chmod(0)
    try:
        assert reason(path) == "no read permission"
    finally:
        path.chmod(0o644)


@pytest.mark.parametrize("quality", [1, 10, 35, 50, 75, 90, 95, 100])
def test_jpeg_quality_is_what_the_file_was_saved_with(quality, tmp_path):
    assert decode(save(tmp_path / "a.jpg", quality=quality)).file.jpeg_quality == quality
    assert decode(save(tmp_path / "a.png")).file.jpeg_quality is None


@pytest.mark.parametrize("extension", ["jpg", "png"])
@pytest.mark.parametrize(("height", "width"), [(512, 300), (513, 300), (600, 700), (2500, 1100), (1030, 4000)])
def test_reduced_to_the_working_size_by_averages(extension, height, width, tmp_path):
    rgb = picture(1, height, width)
    photo = decode(save(tmp_path / f"a.{extension}", rgb))
    ratio = min(1.0, WORKING_SIDE / max(height, width))
    assert photo.rgb.shape == (round(height * ratio), round(width * ratio), 3)
    assert (photo.file.height, photo.file.width) == (height, width)
    assert np.abs(photo.rgb.mean(axis=(0, 1)) - rgb.mean(axis=(0, 1))).max() < 1


def test_no_warning_escapes_and_no_log_line_is_printed(tmp_path, capfd):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in SKIPPED:
            file_name, build, _ = SKIPPED[name]
            folder = tmp_path / name
            folder.mkdir()
            reason(build(folder / file_name))
    assert capfd.readouterr() == ("", "")


def test_content_hash_tells_files_apart_by_their_bytes(tmp_path):
    first, second = save(tmp_path / "a.png"), save(tmp_path / "b.png")
    other = save(tmp_path / "c.png", picture(1))
    assert content_hash(first) == content_hash(second) != content_hash(other)
    assert len(content_hash(first)) == 64


def test_4_a_damaged_tiff_prints_nothing(tmp_path, capfd):
    """libtiff writes what it thinks of a file to the terminal, past Python."""
    path = save(tmp_path / "a.tif", compression="tiff_lzw")
    assert (decode(path).rgb == picture()).all()
    content = bytearray(path.read_bytes())
    middle = len(content) // 3
    content[middle : middle + 40] = b"\xff" * 40
    written(path, bytes(content))
    assert reason(path).startswith("damaged")
    assert capfd.readouterr() == ("", "")
