"""DICOM: what a viewer shows, by the formulae of the standard worked by hand and by pydicom's own processing."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.pixels import apply_color_lut, apply_modality_lut, apply_voi_lut
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian, RLELossless

from biasaudit.images import words
from biasaudit.images.decode import Unreadable, decode
from biasaudit.images.kinds.dicom_tags import OF_PEOPLE, OF_THE_PICTURE
from biasaudit.images.kinds.kind import Scale
from biasaudit.images.reasons import Reason
from tests.dicom_files import dataset, lut, packed, saved, words_of
from tests.hostile import picture, written

SHIPPED = Path(pydicom.__file__).parent / "data" / "test_files"
RAMP = np.arange(4096, dtype=np.uint16).reshape(64, 64)
"""Every value of 12 bits once."""


def shown(path: Path, made: Dataset) -> np.ndarray:
    """uint8 (rows, columns), of a grey picture."""
    rgb = decode(saved(path, made)).rgb
    assert (rgb[..., 0] == rgb[..., 1]).all()
    assert (rgb[..., 0] == rgb[..., 2]).all()
    return rgb[..., 0]


def reason(path: Path, **options) -> str:
    with pytest.raises(Unreadable) as caught:
        decode(path, **options)
    for secret in words_of():
        assert secret not in caught.value.reason
    return caught.value.reason


def by_hand(x: float, center: float, width: float, function: str = "LINEAR") -> float:
    """PS3.3 C.11.2.1.2.1 and C.11.2.1.3, as the pseudo-code has them, for an output of 0 to 255."""
    low, high = 0, 255
    if function == "SIGMOID":
        return (high - low) / (1 + np.exp(min(700, -4 * (x - center) / width))) + low
    if function == "LINEAR_EXACT":
        if x <= center - width / 2:
            return low
        if x > center + width / 2:
            return high
        return ((x - center) / width + 0.5) * (high - low) + low
    if x <= center - 0.5 - (width - 1) / 2:
        return low
    if x > center - 0.5 + (width - 1) / 2:
        return high
    return ((x - (center - 0.5)) / (width - 1) + 0.5) * (high - low) + low


WINDOWS = [(2048, 4096), (1024, 500), (0, 1), (40, 400), (4000, 1.5), (-50, 300)]


@pytest.mark.parametrize("function", ["", "LINEAR", "LINEAR_EXACT", "SIGMOID"])
@pytest.mark.parametrize(("center", "width"), WINDOWS)
def test_a_window_shows_what_the_standard_says(center, width, function, tmp_path):
    tags = {"VOILUTFunction": function} if function else {}
    made = dataset(RAMP, bits=12, WindowCenter=center, WindowWidth=width, **tags)
    expected = [by_hand(float(x), center, width, function or "LINEAR") for x in RAMP.ravel()]
    assert np.abs(shown(tmp_path / "a.dcm", made).ravel() - np.array(expected)).max() <= 0.5 + 1e-9


@pytest.mark.parametrize(("slope", "intercept"), [(1, -1024), (0.5, 10), (-2, 3000)])
def test_the_modality_comes_before_the_window(slope, intercept, tmp_path):
    made = dataset(RAMP, bits=12, RescaleSlope=slope, RescaleIntercept=intercept, WindowCenter=300, WindowWidth=900)
    expected = [by_hand(x * slope + intercept, 300, 900) for x in RAMP.ravel().astype(float)]
    assert np.abs(shown(tmp_path / "a.dcm", made).ravel() - np.array(expected)).max() <= 0.5 + 1e-9


def test_monochrome1_is_dark_where_values_are_great(tmp_path):
    window = {"WindowCenter": 1000, "WindowWidth": 700}
    upright = shown(tmp_path / "a.dcm", dataset(RAMP, bits=12, **window))
    inverted = shown(tmp_path / "b.dcm", dataset(RAMP, bits=12, PhotometricInterpretation="MONOCHROME1", **window))
    assert np.abs(255 - upright.astype(int) - inverted).max() <= 1
    assert upright[0, 0] == 0
    assert inverted[0, 0] == 255


@pytest.mark.parametrize("signed", [False, True])
def test_without_a_window_the_whole_stored_range_is_shown_and_said(signed, tmp_path):
    low = -2048 if signed else 0
    values = (RAMP.astype(int) + low).astype(np.int16 if signed else np.uint16)
    photo = decode(saved(tmp_path / "a.dcm", dataset(values, bits=12)))
    assert np.abs(photo.rgb[..., 0] - RAMP * (255 / 4095)).max() <= 0.5 + 1e-9
    assert words.NO_WINDOW in photo.file.notes
    spanned = decode(tmp_path / "a.dcm", Scale(span=(low + 1000, low + 2000)))
    expected = np.clip((RAMP.astype(float) - 1000) / 1000, 0, 1) * 255
    assert np.abs(spanned.rgb[..., 0] - expected).max() <= 0.5 + 1e-9
    assert words.SHARED_WINDOW in spanned.file.notes
    windowed = decode(saved(tmp_path / "b.dcm", dataset(values, bits=12, WindowCenter=0, WindowWidth=100)))
    assert words.WINDOWED in windowed.file.notes


@pytest.mark.parametrize("entries", ["US", "OW"])
@pytest.mark.parametrize("syntax", [None, ImplicitVRLittleEndian])
def test_tables_are_looked_up(entries, syntax, tmp_path):
    table = [min(4095, 3 * step) for step in range(1000)]
    made = dataset(RAMP, bits=12, VOILUTSequence=[lut(table, 500, 12, entries)], WindowCenter=1, WindowWidth=2)
    if syntax:
        made.file_meta.TransferSyntaxUID = syntax
    expected = np.array(table)[np.clip(RAMP.astype(int) - 500, 0, 999)] * (255 / 4095)
    assert np.abs(shown(tmp_path / "a.dcm", made) - expected).max() <= 0.5 + 1e-9


def test_a_modality_table_below_zero_and_then_a_window(tmp_path):
    values = (RAMP.astype(int) - 2048).astype(np.int16)
    table = [(7 * step) % 4096 for step in range(4096)]
    made = dataset(values, bits=12, ModalityLUTSequence=[lut(table, -2048, 16)], WindowCenter=2000, WindowWidth=3000)
    expected = [by_hand(table[int(x)], 2000, 3000) for x in RAMP.ravel()]
    assert np.abs(shown(tmp_path / "a.dcm", made).ravel() - np.array(expected)).max() <= 0.5 + 1e-9


@pytest.mark.parametrize(
    ("tags", "sample"),
    [({"WindowWidth": 0.5}, "too narrow"), ({"WindowWidth": None}, "empty"), ({"WindowWidth": [300, 5]}, "several")],
)
def test_a_window_that_cannot_be_is_none_and_of_several_the_first_counts(tags, sample, tmp_path):
    made = dataset(RAMP, bits=12, **({"WindowCenter": 2048} | tags))
    values = shown(tmp_path / "a.dcm", made)
    expected = (
        [by_hand(float(x), 2048, 300) for x in RAMP.ravel()] if sample == "several" else RAMP.ravel() / 4095 * 255
    )
    assert np.abs(values.ravel() - np.array(expected)).max() <= 0.5 + 1e-9


def reference(path: Path) -> np.ndarray:
    """What pydicom's own functions make of a file, as float 0 to 255."""
    header = pydicom.dcmread(path)
    frames = int(header.get("NumberOfFrames") or 1)
    pixels = header.pixel_array[frames // 2] if frames > 1 else header.pixel_array
    if header.PhotometricInterpretation == "PALETTE COLOR":
        colours = apply_color_lut(pixels, header)
        return colours[..., :3] / (256 if colours.dtype == np.uint16 else 1)
    if pixels.ndim == 3:
        return pixels * (255 / (2**header.BitsStored - 1))
    meant = apply_modality_lut(pixels, header)
    found = apply_voi_lut(meant, header).astype(float)
    ends = np.array([0, 2**header.BitsStored - 1]) - header.PixelRepresentation * 2 ** (header.BitsStored - 1)
    low, high = apply_modality_lut(ends, header)
    return np.clip((found - low) / (high - low), 0, 1) * 255


READ = (
    *("CT_small.dcm", "MR_small.dcm", "MR_small_RLE.dcm", "MR_small_bigendian.dcm", "MR_small_implicit.dcm"),
    *("MR_small_jp2klossless.dcm", "693_J2KI.dcm", "J2K_pixelrep_mismatch.dcm", "GDCMJ2K_TextGBR.dcm"),
    *("examples_palette.dcm", "examples_rgb_color.dcm", "examples_ybr_color.dcm", "examples_overlay.dcm"),
    *("SC_rgb_rle_16bit_2frame.dcm", "SC_ybr_full_422_uncompressed.dcm", "SC_rgb_jpeg_dcmtk.dcm", "image_dfl.dcm"),
    *("SC_rgb_small_odd_big_endian.dcm", "liver_1frame.dcm", "SC_jpeg_no_color_transform_2.dcm", "ExplVR_BigEnd.dcm"),
)


@pytest.mark.parametrize("name", READ)
def test_files_that_pydicom_ships_look_as_pydicom_shows_them(name):
    photo = decode(SHIPPED / name)
    expected = reference(SHIPPED / name)
    expected = np.repeat(expected[..., None], 3, axis=2) if expected.ndim == 2 else expected
    if max(expected.shape) > 512:  # the working size: averages of areas
        import cv2

        expected = cv2.resize(expected, photo.rgb.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert photo.file.format == "DICOM"
    assert np.abs(photo.rgb - expected).max() <= 1.01


TOLD = {
    "MR_truncated.dcm": "truncated file",
    "SC_rgb_rle_32bit.dcm": "no fixed range",
    "test-SR.dcm": "without a picture",
    "waveform_ecg.dcm": "without a picture",
    "rtplan.dcm": "without a picture",
    "dicomdirtests/DICOMDIR": "without a picture",
    "ExplVR_LitEndNoMeta.dcm": "without the header of its file",
}


@pytest.mark.parametrize("name", TOLD)
def test_files_that_cannot_be_shown_are_told_as_what_they_are(name):
    assert TOLD[name] in reason(SHIPPED / name)


@pytest.mark.parametrize("name", ["JPGExtended.dcm", "MR_small_jpeg_ls_lossless.dcm", "SC_rgb_jpeg_gdcm.dcm"])
def test_a_compression_that_no_trusted_reader_knows_names_the_package(name, monkeypatch):
    """`gdcm` and `pyjpegls` end or hang the process over damaged frames: they are never asked, though they be there."""
    from pydicom.pixels.decoders.base import Decoder

    monkeypatch.setattr(Decoder, "available_plugins", ("gdcm", "pyjpegls", "pillow"))
    asked = []
    monkeypatch.setattr(Decoder, "as_array", lambda *_, **options: asked.append(options["decoding_plugin"]))
    assert "pip install pylibjpeg-libjpeg" in reason(SHIPPED / name)
    assert asked == []


def test_of_several_frames_the_middle_one_is_shown(tmp_path):
    film = np.stack([np.full((20, 30), 40 * frame, dtype=np.uint8) for frame in range(5)])
    photo = decode(saved(tmp_path / "a.dcm", dataset(film)))
    assert (photo.rgb == 80).all()
    assert words.SEVERAL_FRAMES in photo.file.notes
    assert words.SEVERAL_FRAMES not in decode(saved(tmp_path / "b.dcm", dataset(film[2]))).file.notes


def test_a_window_of_the_frame_comes_before_that_of_all(tmp_path):
    film = np.stack([RAMP] * 3)

    def groups(center: float) -> Dataset:
        window, item = Dataset(), Dataset()
        window.WindowCenter, window.WindowWidth = center, 400
        item.FrameVOILUTSequence = [window]
        return item

    frames = {"PerFrameFunctionalGroupsSequence": [groups(center) for center in (1, 1500, 3000)]}
    made = dataset(film, bits=12, SharedFunctionalGroupsSequence=[groups(2500)], **frames)
    expected = [by_hand(float(x), 1500, 400) for x in RAMP.ravel()]
    assert np.abs(shown(tmp_path / "a.dcm", made).ravel() - np.array(expected)).max() <= 0.5 + 1e-9


def test_a_compressed_frame_is_decoded(tmp_path):
    rgb = picture(1, 40, 60)
    stream = io.BytesIO()
    Image.fromarray(rgb).save(stream, "JPEG2000", no_jp2=True, irreversible=False)
    made = packed(dataset(rgb), "1.2.840.10008.1.2.4.90", stream.getvalue())
    assert (decode(saved(tmp_path / "a.dcm", made)).rgb == rgb).all()


def deflated(made: Dataset) -> bytes:
    """A file whose whole content after its header is deflated."""
    made.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    stream = io.BytesIO()
    made.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def hollow(rows: int, columns: int, frames: int, syntax: str | None = None) -> Dataset:
    """A header that promises pixels of which there are eight bytes."""
    made = dataset(np.zeros((2, 4), dtype=np.uint8), Rows=rows, Columns=columns, NumberOfFrames=frames)
    return made if syntax is None else packed(made, syntax, b"\xff\x4f\xff\x51" + bytes(40))


def j2k_of_another_size() -> Dataset:
    stream = io.BytesIO()
    Image.fromarray(picture(1, 40, 60)).save(stream, "JPEG2000", no_jp2=True)
    content = bytearray(stream.getvalue())
    struct.pack_into(">IIIIIIII", content, 8, 60_000, 60_000, 0, 0, 60_000, 60_000, 0, 0)
    return packed(dataset(picture(1, 40, 60)), "1.2.840.10008.1.2.4.90", bytes(content))


def rle_bomb() -> Dataset:
    """Eight megabytes of runs that would be half a gigabyte, for a picture of 60 x 40."""
    header = struct.pack("<16L", 1, 64, *[0] * 14)
    return packed(dataset(picture(1, 40, 60)[..., 0]), RLELossless, header + b"\x81\x07" * 4_000_000)


def bomb() -> bytes:
    """Half a gigabyte of zeros in the place of a data set, deflated to half a megabyte."""
    head = deflated(dataset(np.zeros((2, 4), dtype=np.uint8)))
    group_length = struct.unpack_from("<I", head, 140)[0]
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = squeeze.compress(bytes(1 << 20)) + squeeze.flush(zlib.Z_FULL_FLUSH)  # which may be said again
    return head[: 144 + group_length] + 500 * block + squeeze.flush()


HOSTILE = {
    "a million frames of 65535 x 65535": (lambda: hollow(65_535, 65_535, 10**6), "too large"),
    "a million frames": (lambda: hollow(2000, 2000, 10**6), "truncated file"),
    "a JPEG 2000 header without a picture": (lambda: hollow(2000, 2000, 1, "1.2.840.10008.1.2.4.90"), "damaged"),
    "a JPEG 2000 picture of another size": (j2k_of_another_size, "sizes disagree"),
    "runs without end": (rle_bomb, "damaged"),
    "no rows": (lambda: hollow(0, 10, 1), "no pixels"),
    "a video": (lambda: packed(dataset(RAMP), "1.2.840.10008.1.2.4.102", b"\0\0\1\xb3"), "MPEG-4"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_header_is_refused_before_its_pixels(name, tmp_path):
    build, expected = HOSTILE[name]
    path = saved(tmp_path / "a.dcm", build())
    assert expected in refused_within(path, 250)


def test_a_syntax_that_nobody_knows_is_not_named(tmp_path):
    made = packed(dataset(RAMP), "1.2.840.10008.1.2.4.102", bytes(8))
    content = (
        saved(tmp_path / "a.dcm", made).read_bytes().replace(b"1.2.840.10008.1.2.4.102", b"1.2.826.77777.1.2.4.102")
    )
    assert reason(written(tmp_path / "b.dcm", content)) == Reason.NO_DECODER.words("unknown")


def test_a_deflated_bomb_is_refused(tmp_path):
    path = written(tmp_path / "a.dcm", bomb())
    assert path.stat().st_size < 1_000_000
    assert "too large" in refused_within(path, 1000)


def refused_within(path: Path, megabytes: int) -> str:
    """The reason for which a child refuses a file, at no greater cost in memory."""
    script = """
import resource, sys
from pathlib import Path
import pydicom.pixels
from biasaudit.images.decode import Unreadable, decode
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    decode(Path(sys.argv[1]))
except Unreadable as error:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, error.reason)
"""
    root = Path(__file__).parents[3]
    child = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, cwd=root)
    assert child.stderr == ""
    more, _, told = child.stdout.partition(" ")
    assert int(more) < megabytes * 1024
    return told


@pytest.mark.parametrize("where", ["a sequence that nobody asked for", "a sequence of the picture"])
def test_a_header_without_end_is_given_up(where, tmp_path, monkeypatch):
    monkeypatch.setattr("biasaudit.images.kinds.dicom.MOST_READS", 20_000)
    content, items = saved(tmp_path / "a.dcm", dataset(RAMP, bits=12)).read_bytes(), b"\xfe\xff\x00\xe0\0\0\0\0"
    if where.endswith("for"):
        at = content.rindex(b"\x10\x00\x10\x00PN")
        more = b"\x09\x00\x10\x10SQ\0\0\xff\xff\xff\xff" + 10_000 * items + b"\xfe\xff\xdd\xe0\0\0\0\0"
    else:
        at = content.rindex(b"\xe0\x7f\x10\x00OW")
        more = struct.pack("<HH2sHL", 0x5200, 0x9230, b"SQ", 0, 300_000 * len(items)) + 300_000 * items
    assert reason(written(tmp_path / "b.dcm", content[:at] + more + content[at:])).startswith("damaged")


def test_a_length_of_gigabytes_makes_no_room(tmp_path):
    content = bytearray(saved(tmp_path / "a.dcm", dataset(RAMP, bits=12)).read_bytes())
    at = content.index(b"\xe0\x7f\x10\x00OW")
    struct.pack_into("<I", content, at + 8, 0xFFFFFFFE)
    photo = decode(written(tmp_path / "b.dcm", bytes(content)))
    assert photo.rgb.shape == (64, 64, 3)
    at = content.rindex(b"\x10\x00\x20\x00LO")
    content[at + 4 : at + 8] = b"UT\0\0"
    struct.pack_into("<I", content, at + 8, 0xFFFFFFFE)
    assert refused_within(written(tmp_path / "c.dcm", bytes(content)), 50)


def test_where_pydicom_is_not_installed_the_extra_is_named(tmp_path, monkeypatch):
    path = saved(tmp_path / "a.dcm", dataset(RAMP, bits=12))
    monkeypatch.setitem(sys.modules, "pydicom.pixels", None)
    assert reason(path).endswith("pip install 'biasaudit[dicom]'")


def test_a_folder_of_photographs_never_loads_pydicom(tmp_path):
    script = f"""
import sys
from pathlib import Path
from biasaudit.images.decode import decode
from tests.hostile import save
decode(save(Path({str(tmp_path)!r}) / "a.jpg"))
print([name for name in ("pydicom", "pillow_heif", "PIL.AvifImagePlugin") if name in sys.modules])
"""
    root = Path(__file__).parents[3]
    child = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=root)
    assert child.stdout.strip() == "[]", child.stderr


@pytest.mark.parametrize("syntax", [None, ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_tags_are_those_of_the_list_and_no_other(syntax, tmp_path):
    tags = {"Manufacturer": "Acme\x1b[31m Imaging", "ManufacturerModelName": "X" * 64, "ViewPosition": "pa"}
    tags |= {"BodyPartExamined": "CHEST", "KVP": "120.0", "Modality": "CR", "BurnedInAnnotation": "YES"}
    tags |= {"PatientSex": "F", "PatientAge": "058Y"}
    made = dataset(RAMP.astype(np.uint8), **tags)
    photo = decode(saved(tmp_path / "a.dcm", made))
    assert dict(photo.file.tags) == {
        "Modality": "CR",
        "Manufacturer": "Acme [31m Imaging",
        "ManufacturerModelName": "X" * 40,
        "BodyPartExamined": "CHEST",
        "ViewPosition": "PA",
        "KVP": "120",
        "Rows": "64",
        "Columns": "64",
        "BitsStored": "8",
        "PhotometricInterpretation": "MONOCHROME2",
        "BurnedInAnnotation": "YES",
        "PatientSex": "F",
        "PatientAge": "50 to 59",
    }
    assert set(photo.file.tags) == {*OF_THE_PICTURE, *OF_PEOPLE}
    for secret in words_of():
        assert secret not in repr(photo.file)


@pytest.mark.parametrize(
    ("keyword", "value", "expected"),
    [
        ("BodyPartExamined", "Jane Quibbleworth's lung", None),
        ("ViewPosition", "x" * 17, None),
        ("PatientSex", "Jane", None),
        ("PatientAge", "fifty", None),
        ("PatientAge", "097Y", "90 and over"),
        ("PatientAge", "011M", "0 to 9"),
        ("PatientAge", "130M", "10 to 19"),
        ("KVP", "", None),
        ("Manufacturer", "", None),
    ],
)
def test_a_value_that_is_no_code_is_left_out(keyword, value, expected, tmp_path):
    with pydicom.config.disable_value_validation():
        made = dataset(RAMP.astype(np.uint8), **{keyword: value})
        path = saved(tmp_path / "a.dcm", made)
    assert decode(path).file.tags.get(keyword) == expected


def test_damaged_files_give_a_reason_or_a_picture_and_nothing_else(tmp_path):
    stream = io.BytesIO()
    Image.fromarray(picture(1, 40, 60)).save(stream, "JPEG2000", no_jp2=True)
    j2k = packed(dataset(picture(1, 40, 60)), "1.2.840.10008.1.2.4.90", stream.getvalue())
    plain = dataset(RAMP, bits=12, VOILUTSequence=[lut([1, 2, 3], 0, 12)], RescaleSlope=1, RescaleIntercept=2)
    rng, refused = np.random.default_rng(0), 0
    for number, made in enumerate((plain, j2k)):
        good = np.frombuffer(saved(tmp_path / f"{number}.dcm", made).read_bytes(), dtype=np.uint8)
        for _ in range(60):
            damaged = good[: rng.integers(133, len(good))] if rng.random() < 0.3 else good.copy()
            damaged = damaged.copy()
            places = rng.integers(132, len(damaged), 6)
            damaged[places] ^= rng.integers(1, 256, 6, dtype=np.uint8)
            try:
                photo = decode(written(tmp_path / "b.dcm", damaged.tobytes()))
            except Unreadable:
                refused += 1
            else:
                assert photo.rgb.dtype == np.uint8
    assert refused > 20
