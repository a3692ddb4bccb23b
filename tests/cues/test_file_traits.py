"""Traits of files, read through `decode` from real small files: each fires, and its quiet twin does not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from biasaudit.cues.files import FILE_TRAITS
from biasaudit.images.decode import Unreadable, decode
from tests import hostile
from tests.cues.pictures import grainy_scene, photo
from tests.hostile import picture, save, written

CUES = {cue.id: cue for cue in FILE_TRAITS}
MAKE, MODEL, SOFTWARE, ORIENTATION = 0x010F, 0x0110, 0x0131, 0x0112
GREY = np.repeat(picture()[..., :1], 3, axis=2)
STEPS = [[7] * 64, [9] * 64]
"""Quantisation tables of nobody's."""


def word(cue: str, path: Path) -> str:
    return CUES[cue].measure(decode(path))


def exif(**tags: object) -> Image.Exif:
    found = Image.Exif()
    for name, value in tags.items():
        found[globals()[name]] = value
    return found


def mode(path: Path, to: str, rgb: np.ndarray | None = None, **options: object) -> Path:
    image = Image.fromarray(picture() if rgb is None else rgb)
    (image.quantize(16) if to == "P" else image.convert(to)).save(path, **options)
    return path


def described_png(path: Path) -> Path:
    text = PngImagePlugin.PngInfo()
    text.add_text("Software", "Scanner 3")
    text.add_text("Comment", "Jane Roe")
    return save(path, pnginfo=text)


FOUND = {
    "JPEG": ("file_format", "JPEG", lambda p: save(p / "a.jpg")),
    "PNG, whatever it is called": ("file_format", "PNG", lambda p: save(p / "a.jpg", format="PNG")),
    "colour": ("colour_mode", "colour", lambda p: save(p / "a.jpg")),
    "grey": ("colour_mode", "grey", lambda p: mode(p / "a.png", "L")),
    "grey as colour": ("colour_mode", "grey stored as colour", lambda p: save(p / "a.png", GREY)),
    "grey as colour in a JPEG": ("colour_mode", "grey stored as colour", lambda p: save(p / "a.jpg", GREY)),
    "16 bits": ("colour_mode", "grey, 16 bits", lambda p: save(p / "a.png", picture()[..., 0].astype(np.uint16))),
    "one bit": ("colour_mode", "black and white", lambda p: mode(p / "a.png", "1")),
    "palette": ("colour_mode", "palette", lambda p: mode(p / "a.png", "P")),
    "clear palette": ("colour_mode", "palette with transparency", lambda p: mode(p / "a.png", "P", transparency=0)),
    "alpha": ("colour_mode", "colour with transparency", lambda p: mode(p / "a.png", "RGBA")),
    "CMYK": ("colour_mode", "CMYK", lambda p: mode(p / "a.jpg", "CMYK")),
    "4:4:4": ("chroma_subsampling", "4:4:4", lambda p: save(p / "a.jpg", subsampling=0)),
    "4:2:2": ("chroma_subsampling", "4:2:2", lambda p: save(p / "a.jpg", subsampling=1)),
    "4:2:0": ("chroma_subsampling", "4:2:0", lambda p: save(p / "a.jpg", subsampling=2)),
    "no chroma": ("chroma_subsampling", "(none)", lambda p: mode(p / "a.jpg", "L")),
    "no JPEG": ("chroma_subsampling", "(none)", lambda p: save(p / "a.png")),
    "standard table": ("quantisation_table", "standard, quality 83", lambda p: save(p / "a.jpg", quality=83)),
    "standard and grey": ("quantisation_table", "standard, quality 40", lambda p: mode(p / "a.jpg", "L", quality=40)),
    "no table": ("quantisation_table", "(none)", lambda p: save(p / "a.png")),
    "make": ("camera_make", "Canon", lambda p: save(p / "a.jpg", exif=exif(MAKE="Canon", MODEL="EOS 5"))),
    "model": ("camera_model", "EOS 5", lambda p: save(p / "a.jpg", exif=exif(MAKE="Canon", MODEL="EOS 5"))),
    "no make": ("camera_make", "(none)", lambda p: save(p / "a.jpg", exif=exif(MODEL="EOS 5"))),
    "no EXIF": ("camera_model", "(none)", lambda p: save(p / "a.jpg")),
    "software": ("software", "GIMP 2.10", lambda p: save(p / "a.jpg", exif=exif(SOFTWARE="GIMP 2.10"))),
    "software of a PNG": ("software", "Scanner 3", lambda p: described_png(p / "a.png")),
    "software of a TIFF": ("software", "Fiji", lambda p: save(p / "a.tif", exif=exif(SOFTWARE="Fiji"))),
    "no software": ("software", "(none)", lambda p: save(p / "a.png")),
    "a long text": ("software", "x" * 40, lambda p: save(p / "a.jpg", exif=exif(SOFTWARE="x" * 5000))),
    "control characters": (
        "camera_make",
        "A [31mB",
        lambda p: save(p / "a.jpg", exif=exif(MAKE="\x07A\x1b[31mB\x00\r\n\x7f")),
    ),
    "only control characters": ("camera_make", "(none)", lambda p: save(p / "a.jpg", exif=exif(MAKE="\x01\x02 "))),
    "upright": ("orientation", "1", lambda p: save(p / "a.jpg", exif=exif(ORIENTATION=1))),
    "on its side": ("orientation", "6", lambda p: save(p / "a.jpg", exif=exif(ORIENTATION=6))),
    "a TIFF on its side": ("orientation", "8", lambda p: save(p / "a.tif", exif=exif(ORIENTATION=8))),
    "no orientation": ("orientation", "(none)", lambda p: save(p / "a.jpg", exif=exif(MAKE="Canon"))),
    "no such orientation": ("orientation", "(none)", lambda p: save(p / "a.jpg", exif=exif(ORIENTATION=77))),
}


@pytest.mark.parametrize("name", FOUND)
def test_each_trait_is_read_from_the_file(name, tmp_path):
    cue, expected, build = FOUND[name]
    assert word(cue, build(tmp_path)) == expected


def test_tables_of_one_program_have_one_name_and_those_of_another_a_different_one(tmp_path):
    names = [
        word("quantisation_table", save(tmp_path / f"{place}.jpg", picture(place), qtables=tables))
        for place, tables in enumerate([STEPS, STEPS, [STEPS[0], [8] * 64]])
    ]
    assert names[0] == names[1] != names[2]
    assert names[0].startswith("table ")
    assert len(names[0]) == len("table a1b2c3")


def test_nothing_but_four_fields_is_kept(tmp_path):
    """Owner, serial number, artist, comment, place: not one byte of them in what is known of the file."""
    tags = exif(MAKE="Canon")
    secrets = {0x013B: "Jane Roe", 0x8298: "Roe 2020", 0x010E: "patient 17", 0x9286: "secret", 0xA431: "SN 4711"}
    for tag, value in secrets.items():
        tags[tag] = value
    tags.get_ifd(0x8825)[29] = "1815:12:10"
    tags.get_ifd(0x8769).update({0xA430: "Jane Roe", 0xA431: "SN 4711"})
    facts = repr(decode(save(tmp_path / "a.jpg", exif=tags, comment=b"Jane Roe")).file)
    facts += repr(decode(described_png(tmp_path / "b.png")).file)
    assert "Canon" in facts
    for secret in (*secrets.values(), "1815", "Jane", "4711"):
        assert secret not in facts


@pytest.mark.parametrize("content", [b"", b"II*\0", b"II*\0\xff\xff\xff\xffgarbage", b"MM\0*" + b"\xff" * 300])
def test_broken_exif_says_nothing_and_costs_nothing(content, tmp_path):
    path = hostile.png_with(tmp_path / "a.png", hostile.png_chunk(b"eXIf", content))
    for cue in ("camera_make", "camera_model", "software", "orientation"):
        assert word(cue, path) == "(none)"


def test_any_damage_to_the_exif_leaves_short_printable_words(tmp_path):
    tags = exif(MAKE="Canon", MODEL="EOS 5", SOFTWARE="GIMP", ORIENTATION=6)
    good = save(tmp_path / "a.jpg", exif=tags).read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(150):
        damaged = np.frombuffer(good, dtype=np.uint8).copy()
        damaged[rng.integers(30, 130, 5)] = rng.integers(0, 256, 5)
        try:
            photo = decode(written(tmp_path / "b.jpg", damaged.tobytes()))
        except Unreadable:
            continue
        for cue in ("camera_make", "camera_model", "software", "orientation", "file_name"):
            found = CUES[cue].measure(photo)
            assert found.isprintable()
            assert 0 < len(found) <= 40


NAMES = [
    ("cat/cat_001.jpg", "dog/dog_002.jpg", True),
    ("cats/cat_001.jpg", "dogs/Dog_2.jpg", True),
    ("apple_scab/AppleScab 7.jpg", "black_rot/Black-Rot 12.jpg", True),
    ("cat/cat_001.jpg", "dog/IMG_0002.jpg", False),
    ("a/IMG_20190501_1.jpg", "b/img_3_22.png", True),
    ("a/0261a6e4-21f8-481a-8827-b674e6955644.jpg", "b/dd7c2cbd-1c55-4a7e-a0bb-0c2aaf0b8e11.jpg", True),
    ("a/o4fjs12k3j4.jpg", "b/9ak2l0pq7.jpg", True),
    ("1/1_004.jpg", "2/2_017.jpg", True),
    ("cat/catalogue_1.jpg", "dog/dogma_1.jpg", False),
    ("n01440764/n01440764_12.jpg", "n02102040/n02102040_9.jpg", True),
    ("a/scan 12.jpg", "b/photo 12.jpg", False),
]


@pytest.mark.parametrize(("first", "second", "alike"), NAMES)
def test_names_of_one_pattern_are_alike_and_the_folder_does_not_count(first, second, alike, tmp_path):
    patterns = [word("file_name", save(tmp_path / name)) for name in (first, second)]
    assert (patterns[0] == patterns[1]) is alike


@pytest.mark.parametrize("name", ["\x07\x1b[31m.jpg", "x" * 200 + ".jpg", "\udcff\udcfe.jpg", " .jpg", "(((.jpg"])
def test_a_hostile_name_becomes_a_short_printable_word(name, tmp_path):
    found = word("file_name", save(tmp_path / "((a|b" / name))
    assert found.isprintable()
    assert 0 < len(found) <= 40


@pytest.mark.parametrize(("cue_id", "mild", "strong"), [("image_size", -1, -4), ("jpeg_quality", -20, -85)])
def test_inserts_of_file_traits_cost_detail_in_order(cue_id, mild, strong):
    insert = CUES[cue_id].insert
    for rgb in map(grainy_scene, range(5)):
        lost = [
            np.abs(insert(rgb, amount, np.random.default_rng(0))[0].astype(int) - rgb).mean()
            for amount in (mild, strong)
        ]
        assert 0 < lost[0] < lost[1]


def test_numbers_are_those_of_the_file():
    large = photo(grainy_scene(0), width=2000, height=1000, n_bytes=500_000, jpeg_quality=85.0)
    small = photo(grainy_scene(0), width=500, height=500, n_bytes=500_000)
    assert CUES["image_size"].measure(large) - CUES["image_size"].measure(small) == pytest.approx(3.0)
    assert CUES["aspect_ratio"].measure(large) == pytest.approx(1.0)
    assert CUES["aspect_ratio"].measure(small) == 0
    assert CUES["bytes_per_pixel"].measure(large) == pytest.approx(0.25)
    assert CUES["jpeg_quality"].measure(large) == 85
    assert np.isnan(CUES["jpeg_quality"].measure(small))
