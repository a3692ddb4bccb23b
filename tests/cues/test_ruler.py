"""Rulers found beside clean twins: the same picture, with and without."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from biasaudit.cues.amounts import as_photo
from biasaudit.cues.artefacts.ruler import ruler
from biasaudit.cues.artefacts.ruler.frame_scale import scale_along_the_frame

DATA = Path(__file__).parents[2].parent / "shared" / "data"


def measured(rgb: np.ndarray) -> float:
    return ruler.measure(as_photo(rgb))


def ground(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Blotchy skin: a smooth field of tones with fine noise."""
    tones = cv2.resize(rng.uniform(120, 215, (5, 5, 3)).astype(np.float32), (width, height))
    return np.clip(tones + rng.normal(0, 3, tones.shape), 0, 255).astype(np.uint8)


def hairy(rng: np.random.Generator, side: int = 512) -> np.ndarray:
    image = ground(rng, side, side)
    for _ in range(10):
        knots = rng.uniform(-0.2, 1.2, (3, 2)) * side
        t = np.linspace(0, 1, 40)[:, None]
        curve = (1 - t) ** 2 * knots[0] + 2 * t * (1 - t) * knots[1] + t**2 * knots[2]
        cv2.polylines(image, [np.rint(curve).astype(np.int32)], False, (70, 45, 30), 2, cv2.LINE_AA)
    return image


def lesion(rng: np.random.Generator, side: int = 512) -> np.ndarray:
    image = ground(rng, side, side)
    cv2.ellipse(image, (side // 2, side // 2), (side // 4, side // 6), 30, 0, 360, (90, 50, 40), -1)
    return cv2.GaussianBlur(image, (0, 0), 2)


def wall(rng: np.random.Generator, side: int = 512) -> np.ndarray:
    """Bricks from edge to edge: even steps, but strokes that run on."""
    image = ground(rng, side, side)
    for row, y in enumerate(range(0, side, 20)):
        cv2.line(image, (0, y), (side, y), (230, 230, 230), 2)
        for x in range(20 * (row % 2), side, 40):
            cv2.line(image, (x, y), (x, y + 20), (230, 230, 230), 2)
    return image


def railing(rng: np.random.Generator, side: int = 512) -> np.ndarray:
    image = ground(rng, side, side)
    for x in range(10, side, 24):
        cv2.line(image, (x, side // 4), (x, 3 * side // 4), (40, 40, 40), 3)
    return image


def text(rng: np.random.Generator, side: int = 512) -> np.ndarray:
    image = np.full((side, side, 3), 245, np.uint8)
    for y in range(40, side, 36):
        line = "".join(rng.choice(list("abcdefghijklmnopqrstuvwxyz    "), 48))
        cv2.putText(image, line, (10, y), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (20, 20, 20), 1, cv2.LINE_AA)
    return image


@pytest.mark.parametrize("scene", [lesion, hairy])
def test_it_finds_rulers_beside_a_lesion_and_among_hairs(scene):
    found = alarms = 0
    for seed in range(8):
        rng = np.random.default_rng(seed)
        clean = scene(rng)
        found += measured(ruler.insert(clean, 1.0, rng)[0]) >= ruler.threshold
        alarms += measured(clean) >= ruler.threshold
    assert found >= 7
    assert alarms == 0


@pytest.mark.parametrize("scene", [wall, railing, text])
def test_other_even_strokes_do_not_count(scene):
    assert measured(scene(np.random.default_rng(0))) < ruler.threshold


def test_half_opaque_rulers_are_found_and_invisible_ones_are_not():
    clean = lesion(np.random.default_rng(5))
    values = [measured(ruler.insert(clean, opacity, np.random.default_rng(6))[0]) for opacity in (0.0, 0.5, 1.0)]
    assert values[0] == measured(clean) < ruler.threshold
    assert min(values[1:]) > ruler.threshold


def test_loose_marks_at_the_frame_count_once_they_are_even():
    clean = lesion(np.random.default_rng(7))
    marked, scattered = clean.copy(), clean.copy()
    for i in range(5):
        cv2.line(marked, (60 + 45 * i, 490), (60 + 45 * i, 511), (10, 10, 10), 2)
    for i, (x, y) in enumerate([(40, 470), (160, 490), (480, 60), (30, 200), (350, 30)]):
        tip = (round(x + 20 * np.cos(i)), round(y + 20 * np.sin(i)))
        cv2.line(scattered, (x, y), tip, (10, 10, 10), 2)
    assert measured(marked) > ruler.threshold
    assert measured(scattered) < ruler.threshold
    assert measured(clean) < ruler.threshold


def chest(rng: np.random.Generator, side: int = 224) -> np.ndarray:
    """As an X-ray: a bright body before a dark ground, with ribs across it, and a letter."""
    image = ground(rng, side, side) // 6
    cv2.ellipse(image, (side // 2, side // 2), (side // 3, side), 0, 0, 360, (150, 150, 150), -1)
    for y in rng.integers(0, side, 7):
        middle = (side // 2 + int(rng.integers(-9, 9)), int(y))
        cv2.ellipse(image, middle, (int(rng.integers(50, 80)), 30), 0, 190, 350, (170, 170, 170), 4)
    cv2.putText(image, "R", (12, 30), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (240, 240, 240), 1)
    return cv2.GaussianBlur(image, (0, 0), 1)


def slats(rng: np.random.Generator, side: int = 224) -> np.ndarray:
    """Even strokes that run off the frame aslant, and on inside."""
    image = ground(rng, side, side)
    for y in range(-60, side + 60, 14):
        cv2.line(image, (0, y), (side, y + 40), (60, 60, 60), 2, cv2.LINE_AA)
    return image


@pytest.mark.parametrize("edge", range(4))
@pytest.mark.parametrize("ink", [12, -12])
def test_a_faint_scale_along_the_frame_is_found_and_what_runs_off_it_is_not(edge, ink):
    clean = chest(np.random.default_rng(edge))
    marked = np.ascontiguousarray(np.rot90(clean, edge)).astype(int)
    for at in range(9, 224, 19):
        marked[:3, at] += ink
    marked = np.rot90(np.clip(marked, 0, 255).astype(np.uint8), -edge)
    assert measured(np.ascontiguousarray(marked)) >= ruler.threshold > measured(clean)
    assert scale_along_the_frame(as_photo(slats(np.random.default_rng(edge))).luma) == 0


@pytest.mark.real
def test_the_scale_along_the_frame_of_chest_x_rays():
    """By a rough count, checked by eye, about 69% of those with pneumonia have it, and 2 to 3% of the normal ones."""
    from biasaudit.images.decode import decode

    if not (DATA / "xray").exists():
        pytest.skip("no photographs in ../shared/data/xray")
    share = {
        name: np.mean([ruler.measure(decode(path)) >= ruler.threshold for path in (DATA / "xray" / name).iterdir()])
        for name in ("PNEUMONIA", "NORMAL")
    }
    assert 0.5 < share["PNEUMONIA"] < 0.8
    assert share["NORMAL"] < 0.05


@pytest.mark.parametrize("turn", [0, 17, 45, 90, 123])
@pytest.mark.parametrize("ink", [15, 250])
def test_any_rotation_and_dark_or_light_ink(turn, ink):
    clean = lesion(np.random.default_rng(turn))
    drawn = np.zeros(clean.shape[:2], np.uint8)
    for i in range(14):
        cv2.line(drawn, (113 + 22 * i, 440), (113 + 22 * i, 424 if i % 5 else 416), 255, 2)
    turned = cv2.warpAffine(drawn, cv2.getRotationMatrix2D((256, 256), turn, 1.0), (512, 512)) / 255
    image = clean + turned[..., None] * (ink - clean.astype(float))
    assert measured(image.astype(np.uint8)) > ruler.threshold > measured(clean)


@pytest.mark.real
def test_it_agrees_with_peoples_labels_of_skin_photographs():
    pd = pytest.importorskip("pandas")
    from sklearn.metrics import roc_auc_score

    from biasaudit.images.decode import decode

    if not (DATA / "skin" / "metadata.csv").exists():
        pytest.skip("no photographs in ../shared/data/skin")
    table = pd.read_csv(DATA / "skin" / "metadata.csv").sample(300, random_state=0)
    values = np.array([ruler.measure(decode(DATA / "skin" / path)) for path in table["path"]])
    labels = table["ruler"].to_numpy()
    assert roc_auc_score(labels, values) > 0.90
    assert labels[np.argsort(-values)[:10]].sum() >= 9
    assert (values[labels == 0] >= ruler.threshold).mean() < 0.03
