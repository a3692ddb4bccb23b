"""Numbers of pictures and files: each found where planted in another way than its own, quiet on the clean twin."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from biasaudit.cues import BUILTIN
from biasaudit.cues.amounts import as_photo
from biasaudit.images.photo import FileFacts, Photo
from tests.cues.pictures import grainy_scene

CUES = {cue.id: cue for cue in BUILTIN}
SCENES = [grainy_scene(seed) for seed in range(60)]
HALF = np.arange(len(SCENES)) % 2 == 1
"""Those in which something is planted."""


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


@pytest.fixture(scope="module")
def clean() -> list[Photo]:
    return [as_jpeg(rgb) for rgb in SCENES]


def told_apart(cue_id: str, photos: list[Photo]) -> float:
    """How well the cue alone tells the planted half, 0.5 (not at all) to 1."""
    auc = roc_auc_score(HALF, [CUES[cue_id].measure(photo) for photo in photos])
    return max(auc, 1 - auc)


@pytest.mark.parametrize("cue_id", PLANTED)
def test_found_where_planted_and_quiet_on_the_clean_twin(cue_id, clean):
    planted = [PLANTED[cue_id](rgb) if on else photo for rgb, photo, on in zip(SCENES, clean, HALF, strict=True)]
    assert told_apart(cue_id, planted) > 0.9
    assert told_apart(cue_id, clean) < 0.65


def test_contrast_is_not_sharpness_and_a_small_label_is_neither():
    moved = []
    for rgb in SCENES[:15]:
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


def test_a_pattern_behind_the_subject_is_its_own_cue(clean):
    """Not the noise, the texture of the subject, the tones or the edges."""
    photos = [before_stripes(rgb) if on else photo for rgb, photo, on in zip(SCENES, clean, HALF, strict=True)]
    rivals = ("noise", "texture", "entropy", "sharpness", "contrast", "border")
    assert told_apart("background_texture", photos) > max(told_apart(rival, photos) for rival in rivals)


def test_things_cut_by_the_edge_and_soft_vignettes_are_hardly_a_border_or_a_background():
    rows, columns = np.mgrid[-1:1:128j, -1:1:160j]
    falloff = (1 - 0.2 * (rows**2 + columns**2))[..., None]
    for rgb in SCENES[:10]:
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
