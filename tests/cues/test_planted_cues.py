"""Cues in JPEG files: each found where planted, quiet on the clean twin, and inserted by the amount asked."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from biasaudit.cues import BUILTIN
from biasaudit.cues.amounts import as_photo
from biasaudit.images.photo import FileFacts, Photo

CUES = {cue.id: cue for cue in BUILTIN}
AMOUNTS = [
    ("brightness", 25),
    ("brightness", -25),
    ("contrast", 20),
    ("contrast", -20),
    ("saturation", 6),
    ("saturation", -6),
    ("colour_cast", 8),
    ("colour_cast", -8),
    ("sharpness", 0.1),
    ("sharpness", -0.2),
    ("noise", 2),
    ("noise", 8),
    ("tint", 8),
    ("tint", -8),
    ("clipped_exposure", 0.05),
    ("clipped_exposure", 0.3),
    ("entropy", -1.0),
    ("entropy", -0.3),
    ("texture", 3),
    ("texture", -0.5),
    ("background_texture", 2),
    ("background_texture", 8),
    ("border", 12),
    ("border", -12),
]


def scene(rng: np.random.Generator, height: int = 128, width: int = 160) -> np.ndarray:
    """A blotchy coloured ground with ellipses in focus and a little grain, none of it tied to anything."""
    coarse = rng.uniform(60, 190, (4, 5, 3)).astype(np.float32)
    image = np.ascontiguousarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC))
    for _ in range(8):
        centre = (int(rng.uniform(0.15, 0.85) * width), int(rng.uniform(0.15, 0.85) * height))
        axes = (int(rng.uniform(6, 25)), int(rng.uniform(6, 25)))
        colour = rng.uniform(30, 220, 3).tolist()
        cv2.ellipse(image, centre, axes, rng.uniform(0, 180), 0, 360, colour, -1, cv2.LINE_AA)
    image = image + rng.normal(0, rng.uniform(1, 2.5), image.shape)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def as_jpeg(rgb: np.ndarray, quality: int = 90) -> Photo:
    """The image as it is read back from a JPEG file."""
    _, data = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    height, width = rgb.shape[:2]
    facts = FileFacts(
        width=width, height=height, n_bytes=data.size, format="JPEG", mode="RGB", jpeg_quality=float(quality)
    )
    return Photo(np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1]), facts)


def lighter(rgb: np.ndarray) -> Photo:
    return as_jpeg(cv2.add(rgb, (35.0, 35.0, 35.0, 0.0)))


def flatter(rgb: np.ndarray) -> Photo:
    return as_jpeg(cv2.addWeighted(rgb, 0.6, np.full_like(rgb, 120), 0.4, 0))


def paler(rgb: np.ndarray) -> Photo:
    grey = np.repeat(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    return as_jpeg(cv2.addWeighted(rgb, 0.5, grey, 0.5, 0))


def warmer(rgb: np.ndarray) -> Photo:
    return as_jpeg(np.clip(rgb * np.array([1.15, 1.0, 0.8]), 0, 255).astype(np.uint8))


def softer(rgb: np.ndarray) -> Photo:
    return as_jpeg(cv2.GaussianBlur(rgb, (0, 0), 1.2))


def grainier(rgb: np.ndarray) -> Photo:
    grain = np.random.default_rng(int(rgb.sum())).normal(0, 8, rgb.shape)
    return as_jpeg(np.clip(rgb + grain, 0, 255).astype(np.uint8))


def greener(rgb: np.ndarray) -> Photo:
    return as_jpeg(np.clip(rgb * np.array([0.9, 1.1, 0.95]), 0, 255).astype(np.uint8))


def burnt_out(rgb: np.ndarray) -> Photo:
    return as_jpeg(cv2.addWeighted(rgb, 2.2, rgb, 0, 0))


def posterised(rgb: np.ndarray) -> Photo:
    few = rgb // 32 * 32 + 16
    height, width = rgb.shape[:2]
    return Photo(few, FileFacts(width=width, height=height, n_bytes=1, format="PNG", mode="RGB"))


def scratched(rgb: np.ndarray) -> Photo:
    """Fine strokes at all angles over the middle."""
    rng, marked = np.random.default_rng(int(rgb.sum())), rgb.copy()
    for _ in range(90):
        start = rng.uniform(0.22, 0.78, 2) * rgb.shape[1::-1]
        end = start + rng.uniform(-10, 10, 2)
        line = [tuple(int(v) for v in point) for point in (start, end)]
        cv2.line(marked, *line, rng.uniform(60, 200, 3).tolist(), 1, cv2.LINE_AA)
    return as_jpeg(marked)


def before_stripes(rgb: np.ndarray) -> Photo:
    """Hard diagonal stripes of a few levels everywhere but on a rectangle in the middle."""
    rows, columns = np.indices(rgb.shape[:2])
    stripes = np.where((rows + columns) % 8 < 4, 5, -5)
    stripes[len(rgb) // 4 : -len(rgb) // 4, 40:-40] = 0
    return as_jpeg(np.clip(rgb.astype(int) + stripes[..., None], 0, 255).astype(np.uint8))


def with_dark_margin(rgb: np.ndarray) -> Photo:
    dark = cv2.addWeighted(rgb, 0.85, rgb, 0, 0)
    dark[8:-8, 8:-8] = rgb[8:-8, 8:-8]
    return as_jpeg(dark)


def smaller(rgb: np.ndarray) -> Photo:
    return as_jpeg(np.ascontiguousarray(rgb[:96, :120]))


def upright(rgb: np.ndarray) -> Photo:
    return as_jpeg(np.ascontiguousarray(rgb.transpose(1, 0, 2)))


def compressed(rgb: np.ndarray) -> Photo:
    return as_jpeg(rgb, quality=50)


def letterboxed(rgb: np.ndarray) -> Photo:
    barred = rgb.copy()
    barred[:9] = barred[-9:] = 0
    return as_jpeg(barred)


PLANTED = {
    "brightness": lighter,
    "contrast": flatter,
    "saturation": paler,
    "colour_cast": warmer,
    "sharpness": softer,
    "noise": grainier,
    "tint": greener,
    "clipped_exposure": burnt_out,
    "entropy": posterised,
    "texture": scratched,
    "background_texture": before_stripes,
    "border": with_dark_margin,
    "image_size": smaller,
    "aspect_ratio": upright,
    "bytes_per_pixel": compressed,
    "jpeg_quality": compressed,
    "frame": letterboxed,
}


def told_apart(cue_id: str, photos: list[Photo], planted: np.ndarray) -> float:
    """How well the cue alone tells the planted half, 0.5 (not at all) to 1."""
    auc = roc_auc_score(planted, [CUES[cue_id].measure(photo) for photo in photos])
    return max(auc, 1 - auc)


@pytest.fixture(scope="module")
def scenes() -> list[np.ndarray]:
    return [scene(np.random.default_rng(seed)) for seed in range(60)]


@pytest.mark.parametrize("cue_id", PLANTED)
def test_found_where_planted_and_quiet_on_the_clean_twin(cue_id, scenes):
    half = np.arange(len(scenes)) % 2 == 1
    planted = [PLANTED[cue_id](rgb) if on else as_jpeg(rgb) for rgb, on in zip(scenes, half, strict=True)]
    clean = [as_jpeg(rgb) for rgb in scenes]
    assert told_apart(cue_id, planted, half) > 0.9
    assert told_apart(cue_id, clean, half) < 0.65


@pytest.mark.parametrize(("cue_id", "amount"), AMOUNTS)
def test_insert_moves_the_value_by_about_the_amount(cue_id, amount, scenes):
    cue = CUES[cue_id]
    moved = []
    for seed, rgb in enumerate(scenes[:15]):
        inserted, _ = cue.insert(rgb, amount, np.random.default_rng(seed))
        moved.append(cue.measure(as_photo(inserted)) - cue.measure(as_photo(rgb)))
    assert np.median(moved) == pytest.approx(amount, rel=0.1)
    assert np.sign(amount) in cue.directions


@pytest.mark.parametrize(("cue_id", "mild", "strong"), [("image_size", -1, -4), ("jpeg_quality", -20, -85)])
def test_inserts_of_file_traits_cost_detail_in_order(cue_id, mild, strong, scenes):
    insert = CUES[cue_id].insert
    for rgb in scenes[:5]:
        lost = [
            np.abs(insert(rgb, amount, np.random.default_rng(0))[0].astype(int) - rgb).mean()
            for amount in (mild, strong)
        ]
        assert 0 < lost[0] < lost[1]


@pytest.mark.parametrize("cue_id", [cue_id for cue_id, _ in AMOUNTS[::2]])
def test_inserting_nothing_changes_nothing(cue_id, scenes):
    inserted, mask = CUES[cue_id].insert(scenes[0], 0.0, np.random.default_rng(0))
    assert np.array_equal(inserted, scenes[0])
    assert not mask.any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (3, 3), (64, 64)])
@pytest.mark.parametrize("level", [0, 77, 255])
@pytest.mark.parametrize("cue_id", PLANTED)
def test_inserts_and_placebos_are_safe_in_tiny_and_plain_images(cue_id, level, shape):
    rgb = np.full((*shape, 3), level, np.uint8)
    cue = CUES[cue_id]
    value = cue.measure(as_photo(rgb))
    assert isinstance(value, float)
    assert not math.isinf(value)
    if cue.insert is not None:
        for direction in cue.directions:
            inserted, mask = cue.insert(rgb, 0.2 * direction, np.random.default_rng(0))
            assert inserted.shape == cue.placebo(rgb, inserted, mask, np.random.default_rng(0)).shape == rgb.shape


def test_contrast_is_not_sharpness_and_a_small_label_is_neither(scenes):
    moved = []
    for rgb in scenes[:15]:
        labelled = rgb.copy()
        labelled[4:16, 4:50] = 255
        cv2.putText(labelled, "A 12", (6, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0, 0, 0), 1)
        sharpness, contrast = CUES["sharpness"].measure, CUES["contrast"].measure
        plain, flat = as_photo(rgb), as_photo(cv2.addWeighted(rgb, 0.6, np.full_like(rgb, 120), 0.4, 0))
        moved.append(
            (
                sharpness(flat) - sharpness(plain),
                sharpness(as_photo(labelled)) - sharpness(plain),
                (contrast(as_photo(labelled)) - contrast(plain)) / contrast(plain),
            )
        )
    assert np.all(np.abs(np.median(moved, axis=0)) < (0.02, 0.1, 0.1))


def test_a_plain_background_is_no_frame():
    studio = np.full((120, 120, 3), 250, np.uint8)
    cv2.circle(studio, (60, 60), 35, (60, 40, 120), -1)
    framed = studio.copy()
    framed[:10] = framed[-10:] = framed[:, :10] = framed[:, -10:] = 0
    assert CUES["frame"].measure(as_photo(studio)) == 0
    assert CUES["frame"].measure(as_photo(framed)) == pytest.approx(1 - (100 / 120) ** 2)


def test_grain_is_not_read_from_blown_out_ground():
    rng = np.random.default_rng(0)
    page = np.full((120, 120, 3), 255, np.uint8)
    page[30:90, 30:90] = np.clip(120 + rng.normal(0, 6, (60, 60, 1)), 0, 255).astype(np.uint8)
    assert CUES["noise"].measure(as_photo(page)) == pytest.approx(6, rel=0.1)


def test_a_pattern_behind_the_subject_is_its_own_cue(scenes):
    """Not the noise, the texture of the subject, the tones or the edges."""
    half = np.arange(len(scenes)) % 2 == 1
    photos = [before_stripes(rgb) if on else as_jpeg(rgb) for rgb, on in zip(scenes, half, strict=True)]
    rivals = ("noise", "texture", "entropy", "sharpness", "contrast", "border")
    assert told_apart("background_texture", photos, half) > max(told_apart(rival, photos, half) for rival in rivals)


def test_things_cut_by_the_edge_and_soft_vignettes_are_hardly_a_border_or_a_background(scenes):
    rows, columns = np.mgrid[-1:1:128j, -1:1:160j]
    falloff = (1 - 0.2 * (rows**2 + columns**2))[..., None]
    for rgb in scenes[:10]:
        cut = rgb.copy()
        cv2.circle(cut, (0, 64), 25, (250, 250, 250), -1)
        cv2.circle(cut, (80, 127), 20, (10, 10, 10), -1)
        assert (
            abs(CUES["background_texture"].measure(as_photo(cut)) - CUES["background_texture"].measure(as_photo(rgb)))
            < 1
        )
        assert abs(CUES["border"].measure(as_photo(cut)) - CUES["border"].measure(as_photo(rgb))) < 4
        dim = as_photo(np.rint(rgb * falloff).astype(np.uint8))
        assert abs(CUES["border"].measure(dim) - CUES["border"].measure(as_photo(rgb))) < 3


COLOURS = {
    "black": (8, 8, 8), "grey": (128, 126, 130), "white": (250, 250, 248), "red": (200, 20, 30),
    "orange": (255, 140, 0), "brown": (120, 70, 30), "yellow": (245, 220, 40), "green": (40, 130, 50),
    "cyan": (40, 210, 220), "blue": (30, 80, 200), "violet": (120, 50, 190), "pink": (250, 170, 190),
}  # fmt: skip


@pytest.mark.parametrize("name", COLOURS)
def test_a_background_has_a_name_whatever_stands_before_it(name):
    rng = np.random.default_rng(0)
    image = np.full((100, 130, 3), COLOURS[name], np.float32) + rng.normal(0, 5, (100, 130, 3))
    cv2.circle(image, (60, 50), 35, (90, 200, 60), -1)
    cv2.rectangle(image, (40, 60), (70, 100), (200, 60, 90), -1)
    assert CUES["background_colour"].measure(as_photo(np.clip(image, 0, 255).astype(np.uint8))) == name


def test_a_background_of_many_colours_is_mixed():
    quarters = np.zeros((100, 100, 3), np.uint8)
    quarters[:50, :50], quarters[:50, 50:], quarters[50:, :50] = (220, 30, 30), (30, 60, 200), (240, 240, 240)
    assert CUES["background_colour"].measure(as_photo(quarters)) == "mixed"
