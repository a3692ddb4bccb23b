"""Procedural photographs with a known truth: what `biasaudit demo` draws and audits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd

from biasaudit.cues.artefacts.ruler import ruler
from biasaudit.runtime.cache import write_bytes, write_text

SIDE = 224
IMAGES = 400
DOTS = 8
"""Dots in a lesion; where they lie is the true content of the skin demos."""
APART = 12.0
"""Pixels between the middles of two dots where there is room: merged dots would be fewer and larger."""
GRAIN = (1.5, 6.0)
"""Range of the noise in skin photographs: cameras differ more among themselves than a drawn ruler changes one."""
RULER_SHARE = {"malignant": 0.92, "benign": 0.08}
"""Share of each class with a ruler in the demo `ruler`."""

Drawn = tuple[str, np.ndarray, int, dict[str, str]]
"""Label, uint8 (height, width, 3), JPEG quality, metadata."""


def _clouds(rng: np.random.Generator, shape: tuple[int, int], cells: int) -> np.ndarray:
    """Smooth noise, float32 `shape`, mean 0, standard deviation 1."""
    coarse = rng.standard_normal((cells, cells)).astype(np.float32)
    field = cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC)
    return (field - field.mean()) / max(float(field.std()), 1e-6)


def _skin(rng: np.random.Generator, tone: np.ndarray) -> np.ndarray:
    """Skin of mean colour `tone` in L*a*b*, float32 (SIDE, SIDE, 3), before any lesion."""
    skin = np.broadcast_to(tone.astype(np.float32), (SIDE, SIDE, 3)).copy()
    skin[..., 0] += 2.0 * _clouds(rng, (SIDE, SIDE), 4) + 1.0 * _clouds(rng, (SIDE, SIDE), 40)
    skin[..., 1] += 1.2 * _clouds(rng, (SIDE, SIDE), 12)
    return skin


def _lesion(rng: np.random.Generator, at_the_rim: float) -> tuple[np.ndarray, np.ndarray]:
    """Opacity 0 to 1 of the lesion and depth 0 to 1 of the dots in it, float32 (SIDE, SIDE).

    `at_the_rim` is the share of dots near the outline, the others lie near the middle. Number, size and depth of
    the dots, outline and area do not depend on it, so that no cue can tell the classes.
    """
    rows, columns = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    middle = SIDE / 2 + rng.uniform(-18, 18, 2)
    across, down = columns - middle[0], rows - middle[1]
    waves = [(rng.normal() / k, k, rng.uniform(0, 2 * np.pi)) for k in range(2, 7)]

    def outline(angle: Any) -> Any:
        return 1 + 0.14 * np.clip(sum(size * np.cos(k * angle + phase) for size, k, phase in waves), -2, 2)

    radius = rng.uniform(42, 58)
    distance = np.hypot(across, down) / (radius * outline(np.arctan2(down, across)))
    opacity = 1 / (1 + np.exp((distance - 1) * 14))
    dots = np.zeros((SIDE, SIDE), dtype=np.float32)
    spots: list[np.ndarray] = []
    apart = APART
    while len(spots) < DOTS:
        angle = rng.uniform(0, 2 * np.pi)
        reach = rng.uniform(0.66, 0.84) if len(spots) < round(at_the_rim * DOTS) else 0.56 * np.sqrt(rng.uniform())
        spot = reach * radius * outline(angle) * np.array([np.cos(angle), np.sin(angle)])
        if any(np.hypot(*(spot - other)) < apart for other in spots):
            apart *= 0.97
            continue
        spots.append(spot)
        squared = (across - spot[0]) ** 2 + (down - spot[1]) ** 2
        dots = np.maximum(dots, np.exp(-squared / (2 * rng.uniform(2.0, 2.8) ** 2)))
    return opacity, dots


def _dermoscopy(rng: np.random.Generator, label: str, tone: np.ndarray, grain: float) -> np.ndarray:
    """A lesion on skin. The dots of malignant ones lie mostly near the outline, of benign ones near the middle."""
    opacity, dots = _lesion(rng, rng.beta(6, 2) if label == "malignant" else rng.beta(2, 6))
    image = _skin(rng, tone)
    shade = rng.normal(26, 4) + 3 * _clouds(rng, (SIDE, SIDE), 14)
    image[..., 0] -= opacity * shade + rng.normal(14, 2) * dots
    image[..., 1] += opacity * rng.normal(4, 1.5)
    image[..., 2] += opacity * rng.normal(3, 1.5) - 4 * dots
    rgb = cv2.cvtColor(image, cv2.COLOR_LAB2RGB) * 255 + rng.normal(0, grain, image.shape)
    return np.clip(np.rint(rgb), 0, 255).astype(np.uint8)


def _skin_demo(shares: dict[str, float]) -> Callable[[np.random.Generator, int], Iterator[Drawn]]:
    def draw(rng: np.random.Generator, n: int) -> Iterator[Drawn]:
        count = n // 2
        tones = rng.normal((74, 14, 19), (4, 2, 2.5), size=(count, 3))
        grains = rng.uniform(*GRAIN, size=count)
        for label in ("benign", "malignant"):
            dealt = rng.permuted(tones, axis=0)  # both classes have the same tones: not even chance ties colour to them
            grainy = rng.permutation(grains)
            with_ruler = rng.permutation(count) < round(shares[label] * count)
            for place in range(count):
                rgb = _dermoscopy(rng, label, dealt[place], grainy[place])
                if with_ruler[place] and ruler.insert is not None:
                    rgb, _ = ruler.insert(rgb, 1.0, rng)
                person = {"sex": str(rng.choice(["female", "male"])), "age": str(rng.integers(20, 90))}
                yield label, rgb, 92, person

    return draw


def _portrait(rng: np.random.Generator, shape: tuple[int, int], background: np.ndarray) -> np.ndarray:
    """Head and shoulders before a background, float32 (height, width, 3) 0 to 255."""
    height, width = shape
    image = background.copy()
    clothes, face = rng.uniform(30, 200, 3), np.array([200, 160, 135]) * rng.uniform(0.5, 1.1)
    centre = (int(width * rng.uniform(0.45, 0.55)), int(height * rng.uniform(0.36, 0.44)))
    shoulders = (centre[0], int(height * 1.02)), (int(width * 0.4), int(height * 0.36))
    cv2.ellipse(image, *shoulders, 0, 0, 360, clothes.tolist(), -1, cv2.LINE_AA)
    cv2.ellipse(image, centre, (int(width * 0.16), int(height * 0.19)), 0, 0, 360, face.tolist(), -1, cv2.LINE_AA)
    hair = (centre[0], centre[1] - int(height * 0.08))
    cv2.ellipse(image, hair, (int(width * 0.17), int(height * 0.13)), 0, 180, 360, (40, 30, 25), -1, cv2.LINE_AA)
    return image


def _two_sources(rng: np.random.Generator, n: int) -> Iterator[Drawn]:
    """Each class from a source of its own: a register's grey, small, much compressed scans; a magazine's prints."""
    for place in range(n):
        if place % 2:
            shape = 250, 200
            wall = np.full((*shape, 3), rng.normal(150, 8)) + 3 * _clouds(rng, shape, 5)[..., None]
            image = cv2.GaussianBlur(_portrait(rng, shape, wall.astype(np.float32)), (0, 0), 1.4)
            image = 0.7 * image.mean(axis=2, keepdims=True) + 0.3 * image
            label, quality, source = "listed", 60, "register"
        else:
            shape = 400, 320
            scene = np.stack([_clouds(rng, shape, 4) for _ in range(3)], axis=-1) * 16 + rng.uniform(90, 190, 3)
            image = _portrait(rng, shape, np.clip(scene, 0, 255).astype(np.float32))
            label, quality, source = "unlisted", 94, "magazine"
        image = np.clip(np.rint(image + rng.normal(0, 2.0, image.shape)), 0, 255).astype(np.uint8)
        yield label, image, quality, {"source": source, "sex": str(rng.choice(["female", "male"]))}


DEMOS: dict[str, Callable[[np.random.Generator, int], Iterator[Drawn]]] = {
    "ruler": _skin_demo(RULER_SHARE),
    "two-sources": _two_sources,
    "clean": _skin_demo({"malignant": 0.0, "benign": 0.0}),
}


def make_demo(name: str, folder: Path, *, seed: int = 0, n: int = IMAGES) -> Path:
    """Draw demo `name` (a key of DEMOS) into `folder` as class sub-folders of JPEG files.

    Writes nothing outside `folder`; one seed gives the same bytes. Returns the path of its metadata.csv.
    Raises EnvironmentFault where the folder cannot be written.
    """
    rows = []
    for place, (label, rgb, quality, person) in enumerate(DEMOS[name](np.random.default_rng(seed), n)):
        path = folder / label / f"{label}-{place:04d}.jpg"
        _, encoded = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
        write_bytes(path, encoded.tobytes())
        rows.append({"path": f"{label}/{path.name}", "label": label, **person})
    table = pd.DataFrame(rows).to_csv(index=False)
    return write_text(folder / "metadata.csv", table)
