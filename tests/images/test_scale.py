"""12 bits in 16: one answer for all files of a data set, and none that a single picture's brightness decides."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from biasaudit.images import words
from biasaudit.images.decode import decode
from biasaudit.images.kinds.kind import AS_STORED, Scale
from biasaudit.images.reading import read_folder
from biasaudit.images.scale import scale_of
from tests.dicom_files import dataset, saved
from tests.hostile import picture, save, written


def deep(limit: int, seed: int = 0, side: int = 30) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, limit, (side, side), dtype=np.uint16)


def folder(root: Path, *limits: int, extension: str = "png") -> list[Path]:
    """A file a limit, in two classes by turns."""
    return [
        save(root / ("cat", "dog")[number % 2] / f"{number}.{extension}", deep(limit, number))
        for number, limit in enumerate(limits)
    ]


@pytest.mark.parametrize("extension", ["png", "tif"])
def test_a_data_set_of_12_bits_is_stretched_and_that_is_said(extension, tmp_path):
    paths = folder(tmp_path, 4096, 900, 4000, 100, extension=extension)
    table = read_folder(tmp_path)
    assert table.scale == Scale(white=4095)
    for row in range(table.n):
        photo, values = (
            table.photo(row),
            deep([4096, 900, 4000, 100][int(table.path(row).stem)], int(table.path(row).stem)),
        )
        assert np.abs(photo.rgb[..., 0] - values * (255 / 4095)).max() <= 0.51
        assert photo.file.notes == ("12 bits in 16: stretched to the whole range",)
    assert len(paths) == table.n


def test_where_one_picture_needs_more_bits_none_is_stretched(tmp_path):
    """The twin: pale pictures keep their place beside bright ones, whatever their own greatest value is."""
    folder(tmp_path, 4096, 900, 65_536, 4000)
    table = read_folder(tmp_path)
    assert table.scale == AS_STORED
    for row in range(table.n):
        assert table.photo(row).file.notes == (words.SIXTEEN_BITS,)


@pytest.mark.parametrize(("limit", "white"), [(4096, 4095), (4097, 16_383), (16_384, 16_383), (16_385, 65_535)])
def test_the_fewest_bits_that_hold_all(limit, white, tmp_path):
    values = deep(limit)
    values[0, 0] = limit - 1
    path = save(tmp_path / "a.png", values)
    assert scale_of(1, lambda _: path).white == white


def test_what_is_brighter_than_the_sample_is_cut_off_and_said(tmp_path):
    values = deep(4096)
    values[0, 0] = 9000
    photo = decode(save(tmp_path / "a.png", values), Scale(white=4095))
    assert photo.rgb[0, 0, 0] == 255
    assert words.CUT_OFF in photo.file.notes


def test_other_files_tell_nothing(tmp_path):
    save(tmp_path / "a.jpg")
    save(tmp_path / "b.png")
    written(tmp_path / "c.png", b"\x89PNG\r\n\x1a\nbroken")
    written(tmp_path / "d.png", b"")
    paths = sorted(tmp_path.iterdir())
    assert scale_of(len(paths), lambda row: paths[row]) == AS_STORED
    assert scale_of(0, lambda row: paths[row]) == AS_STORED
    assert (decode(paths[1], Scale(white=4095)).rgb == picture()).all()


def test_a_large_data_set_is_sampled_all_over(tmp_path):
    path, asked = save(tmp_path / "a.jpg"), []
    scale_of(100_000, lambda row: asked.append(row) or path)
    assert len(asked) == 200
    assert (asked[0], asked[-1]) == (0, 99_999)


def test_a_tiff_of_12_bits_says_so_itself(tmp_path):
    values = deep(4096, side=32)
    pairs = values.reshape(-1, 2).astype(np.uint32)
    bits = np.stack([pairs[:, 0] >> 4, (pairs[:, 0] & 15) << 4 | pairs[:, 1] >> 8, pairs[:, 1] & 255], axis=1)
    strip = bits.astype(np.uint8).tobytes()
    tags = {256: 32, 257: 32, 258: 12, 259: 1, 262: 1, 273: 8 + 2 + 12 * 9 + 4, 277: 1, 278: 32, 279: len(strip)}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    head = struct.pack("<2sHIH", b"II", 42, 8, len(tags)) + entries + bytes(4)
    path = written(tmp_path / "a.tif", head + strip)
    photo = decode(path)
    assert np.abs(photo.rgb[..., 0] - values * (255 / 4095)).max() <= 0.51
    assert scale_of(1, lambda _: path) == AS_STORED


def test_dicom_without_a_window_is_shown_by_the_range_of_all(tmp_path):
    for number, (low, high) in enumerate([(0, 500), (100, 3000), (200, 900), (0, 50)]):
        values = np.linspace(low, high, 400).astype(np.int16).reshape(20, 20)
        made = dataset(values, RescaleSlope=1, RescaleIntercept=-1000)
        saved(tmp_path / ("cat", "dog")[number % 2] / f"{number}.dcm", made)
    table = read_folder(tmp_path)
    assert table.scale == Scale(span=(-1000, 2000))
    for row in range(table.n):
        photo = table.photo(row)
        assert words.SHARED_WINDOW in photo.file.notes
        low, high = [(0, 500), (100, 3000), (200, 900), (0, 50)][int(table.path(row).stem)]
        assert photo.rgb.min() == pytest.approx(low / 3000 * 255, abs=1)
        assert photo.rgb.max() == pytest.approx(high / 3000 * 255, abs=1)
