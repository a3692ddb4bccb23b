"""HEIC, AVIF, JPEG 2000 and Netpbm: each by its content, its twin in PNG beside it, and damaged ones."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, features

from biasaudit.images import words
from biasaudit.images.decode import Unreadable, decode
from biasaudit.images.kinds import EXTENSIONS, kind_of
from biasaudit.images.kinds import pillow as pillow_kinds
from tests import hostile
from tests.hostile import picture, save, written


def heic(path: Path, rgb: np.ndarray, *more: np.ndarray, **options) -> Path:
    """A HEIC file without loss, made as telephones make it."""
    import pillow_heif

    made = pillow_heif.from_pillow(Image.fromarray(rgb))
    for each in more:
        made.add_from_pillow(Image.fromarray(each))
    made.save(path, quality=-1, chroma=444, matrix_coefficients=0, save_all=bool(more), **options)
    return path


def reason(path: Path) -> str:
    with pytest.raises(Unreadable) as caught:
        decode(path)
    return caught.value.reason


def test_heic_is_read(tmp_path):
    photo = decode(heic(tmp_path / "a.heic", picture()))
    assert photo.file.format == "HEIC"
    assert (photo.file.width, photo.file.height, photo.file.notes) == (64, 48, ())
    assert np.abs(photo.rgb.astype(int) - picture()).max() <= 1
    wrong = decode(heic(tmp_path / "b.jpg", picture()))
    assert wrong.file.notes == ("content is HEIC, name says otherwise",)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_heic_is_upright_and_tells_how_it_lay(orientation, tmp_path):
    stored = hostile.turned(picture(), orientation)
    photo = decode(heic(tmp_path / "a.heic", stored, exif=hostile.exif(orientation).tobytes()))
    assert np.abs(photo.rgb.astype(int) - picture()).max() <= 1
    assert (photo.file.width, photo.file.height) == (64, 48)
    assert photo.file.orientation == (None if orientation == 1 else orientation)  # libheif does not tell the two apart


def test_of_several_pictures_in_one_heic_the_main_one_is_read(tmp_path):
    photo = decode(heic(tmp_path / "a.heic", picture(), picture(1, 30, 40), primary_index=0))
    assert np.abs(photo.rgb.astype(int) - picture()).max() <= 1
    assert photo.file.notes == (words.SEVERAL_PICTURES,)


def test_where_the_reader_is_not_installed_the_extra_is_named(tmp_path, monkeypatch):
    path = heic(tmp_path / "a.heic", picture())
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    assert reason(path).endswith("pip install 'biasaudit[heif]'")
    monkeypatch.setattr(features, "check", lambda name: False)
    assert reason(save(tmp_path / "a.avif")).endswith("pip install --upgrade pillow")


def test_avif_is_turned_as_its_exif_says(tmp_path):
    path = save(
        tmp_path / "a.avif", hostile.turned(picture(), 6), exif=hostile.exif(6), quality=100, subsampling="4:4:4"
    )
    photo = decode(path)
    assert np.abs(photo.rgb.astype(int) - picture()).max() <= 8
    assert (photo.file.width, photo.file.height, photo.file.orientation) == (64, 48, 6)


def netpbm(path: Path, form: str, values: np.ndarray, largest: int) -> Path:
    """values: int (h, w) or (h, w, 3); form P1 to P6."""
    height, width = values.shape[:2]
    head = f"{form} # a comment\n{width} {height}\n" + ("" if form in ("P1", "P4") else f"{largest}\n")
    if form in ("P1", "P2", "P3"):
        return written(path, (head + " ".join(map(str, values.ravel()))).encode())
    if form == "P4":
        return written(path, head.encode() + np.packbits(values, axis=1).tobytes())
    return written(path, head.encode() + values.astype(">u2" if largest > 255 else "u1").tobytes())


@pytest.mark.parametrize("largest", [1, 100, 255, 1023, 4095, 65_535])
@pytest.mark.parametrize("form", ["P2", "P3", "P5", "P6"])
def test_netpbm_is_scaled_by_the_largest_value_that_it_names(form, largest, tmp_path):
    shape = (20, 30, 3) if form in ("P3", "P6") else (20, 30)
    values = np.random.default_rng(0).integers(0, largest + 1, shape)
    photo = decode(netpbm(tmp_path / "a.ppm", form, values, largest))
    expected = values * (255 / largest)
    expected = expected if values.ndim == 3 else np.repeat(expected[..., None], 3, axis=2)
    assert np.abs(photo.rgb - expected).max() <= 0.6
    assert photo.file.format == "PPM"


@pytest.mark.parametrize("form", ["P1", "P4"])
def test_a_bitmap_is_black_where_it_is_set(form, tmp_path):
    bits = np.random.default_rng(0).integers(0, 2, (20, 30))
    photo = decode(netpbm(tmp_path / "a.pbm", form, bits, 1))
    assert (photo.rgb[..., 0] == 255 * (1 - bits)).all()


def test_netpbm_in_parts_or_out_of_bounds_is_refused(tmp_path):
    values = np.random.default_rng(0).integers(0, 4096, (20, 30))
    for form, largest in (("P5", 4095), ("P6", 4095), ("P5", 255), ("P2", 255)):
        shaped = values if form != "P6" else np.repeat(values[..., None], 3, axis=2)
        good = netpbm(tmp_path / "a.pgm", form, np.minimum(shaped, largest), largest)
        assert "truncated" in reason(hostile.cut(good, 0.6)) or "damaged" in reason(good)
    assert "too large" in reason(written(tmp_path / "b.pgm", b"P2\n9999 9999\n255\n1 2 3"))
    assert "too large" in reason(written(tmp_path / "c.pgm", b"P5\n99999 9999\n255\n"))
    assert "no fixed range" in reason(written(tmp_path / "d.pfm", b"Pf\n2 2\n-1.0\n" + bytes(16)))
    assert "damaged" in reason(written(tmp_path / "e.pgm", b"P5\nof a text that is none\n"))


def test_jpeg_2000_of_16_bits_and_transparency(tmp_path):
    deep = np.random.default_rng(0).integers(0, 65_536, (40, 50), dtype=np.uint16)
    photo = decode(save(tmp_path / "a.jp2", deep))
    assert np.abs(photo.rgb[..., 0] - deep / 257).max() <= 0.51
    assert photo.file.notes == (words.SIXTEEN_BITS,)
    clear = decode(save(tmp_path / "b.jp2", hostile.rgba(picture(), 0)))
    assert (clear.rgb == 255).all()


@pytest.mark.parametrize("extension", ["heic", "avif", "jp2", "j2k"])
def test_damaged_files_give_a_reason_or_a_picture_and_nothing_else(extension, tmp_path, capfd):
    path = tmp_path / f"a.{extension}"
    good = np.frombuffer((heic(path, picture()) if extension == "heic" else save(path)).read_bytes(), dtype=np.uint8)
    rng, refused = np.random.default_rng(0), 0
    for _ in range(40):
        damaged = (good[: rng.integers(20, len(good))] if rng.random() < 0.4 else good).copy()
        places = rng.integers(12, len(damaged), 5)
        damaged[places] ^= rng.integers(1, 256, 5, dtype=np.uint8)
        try:
            photo = decode(written(tmp_path / f"b.{extension}", damaged.tobytes()))
        except Unreadable:
            refused += 1
        else:
            assert photo.rgb.dtype == np.uint8
    assert refused > 5
    assert capfd.readouterr() == ("", "")


def test_no_reader_sees_what_was_not_meant_for_it(tmp_path, monkeypatch):
    """EPS, FITS and SVG, under the name of any kind: Pillow is never asked."""
    monkeypatch.setattr(pillow_kinds.Image, "open", lambda *_, **__: pytest.fail("a parser saw it"))
    for content in (hostile.EPS, hostile.FITS, hostile.SVG, b"\xd7\xcd\xc6\x9a" + bytes(40), b"not a picture"):
        for names in EXTENSIONS.values():
            assert reason(written(tmp_path / f"a{names[0]}", content)).startswith("not a")
        assert kind_of(content) is None


BEGINNINGS = {
    b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif": "AVIF",
    b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic": "HEIC",
    b"\0\0\0\x18ftypheic\0\0\0\0mif1heic": "HEIC",
    b"\0\0\0\x14ftypmif1\0\0\0\0mif1": "HEIC",
    b"\0\0\0\x18ftypisom\0\0\0\0isommp42": None,
    b"RIFF\0\0\0\0WEBPVP8 ": "WEBP",
    b"RIFF\0\0\0\0AVI LIST": None,
    b"P7\nWIDTH 3": None,
    b"Patient": None,
}


@pytest.mark.parametrize("head", BEGINNINGS)
def test_a_kind_is_known_by_its_beginning(head):
    kind = kind_of(head)
    assert (kind and kind.name) == BEGINNINGS[head]
