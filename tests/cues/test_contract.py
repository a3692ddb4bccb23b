"""What every cue keeps to, from one table. A cue that the table lacks is held to it all the same."""

from __future__ import annotations

import math
import pickle
import re
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pytest

from biasaudit.cues import BUILTIN
from biasaudit.cues.amounts import as_photo
from biasaudit.cues.cue import Cue
from biasaudit.cues.skin_tone import skin_tone
from biasaudit.evidence.measure.planting import step_of
from biasaudit.images.photo import WORKING_SIDE
from tests.cues.pictures import Ground, calm_tones, grainy_scene, photo, photograph, present, scene, skin, tones
from tests.cues.test_file_traits import FOUND
from tests.cues.test_properties import PLANTED

CUES = (*BUILTIN, skin_tone)
INSERTED = tuple(cue for cue in CUES if cue.insert is not None)
ARTEFACTS = tuple(cue for cue in CUES if cue.kind == "artefact")
MOVED = tuple(cue for cue in INSERTED if cue.kind == "property")
"""Cues that a change of pixels moves by an amount. A trait of a file is read from its header, and stays."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is peculiar to one cue."""

    ground: Ground = scene
    """What an artefact is put on."""
    found: float = 0.9
    """The share of an artefact's own drawings that is found, at least."""
    large: int = 4
    """How many large pictures it is put into."""
    drawn_mask: bool = False
    """Whether its mask says where was drawn, be anything to be seen or not."""
    amounts: tuple[float, ...] = ()
    """Changes of a property, in its unit; the first is large. None: two deviations among the pictures."""


TABLE = {
    "ruler": Case(ground=tones, found=0.95, drawn_mask=True),
    "ink_marking": Case(ground=skin, found=0.93),
    "colour_patch": Case(ground=skin, found=0.93),
    "hair": Case(drawn_mask=True),
    "dark_corner": Case(ground=skin),
    "gel_border": Case(ground=calm_tones, large=10),
    "gel_bubble": Case(ground=skin, drawn_mask=True),
    "text": Case(large=10),
    "date_stamp": Case(found=0.85),
    "watermark": Case(found=0.8),
    "brightness": Case(amounts=(25, -25)),
    "contrast": Case(amounts=(20, -20, 12)),
    "saturation": Case(amounts=(6, -6)),
    "colour_cast": Case(amounts=(8, -8)),
    "tint": Case(amounts=(8, -8)),
    "sharpness": Case(amounts=(-0.4, 0.1, -0.2)),
    "noise": Case(amounts=(8, 2, -1)),
    "clipped_exposure": Case(amounts=(0.3, 0.05)),
    "entropy": Case(amounts=(-0.6, -1.0, -0.3)),
    "texture": Case(amounts=(3, -0.5)),
    "background_texture": Case(amounts=(8, 2)),
    "border": Case(amounts=(12, -12)),
    "image_size": Case(amounts=(-2.0,)),
    "jpeg_quality": Case(amounts=(-60.0,)),
}


def case(cue: Cue) -> Case:
    return TABLE.get(cue.id, Case())


def amounts(cue: Cue) -> tuple[float, ...]:
    """What to insert: an artefact fully drawn, a property by clear amounts in its unit."""
    if cue.kind == "artefact":
        return (1.0,)
    if case(cue).amounts:
        return case(cue).amounts
    values = np.array([cue.measure(as_photo(grainy_scene(seed))) for seed in range(9)])
    return (step_of(cue, values),)


def of_each(cues: tuple[Cue, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("cue", cues, ids=[cue.id for cue in cues])


def inserted(cue: Cue, before: np.ndarray, amount: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The picture with the cue, where it was touched, and the picture with the placebo."""
    rng = np.random.default_rng(seed)
    after, mask = cue.insert(before, amount, rng)
    return after, mask, cue.placebo(before, after, mask, rng)


class Trial(NamedTuple):
    """What is measured in one picture as it is, with the cue, and with its placebo."""

    clean: float
    own: float
    sham: float = math.nan
    energy: float = math.nan
    """Of the placebo, as a share of the cue's: the root mean squares of the changes."""


@cache
def trial(cue: Cue, amount: float, ground: Ground, seed: int, *shape: int, placebo: bool = False) -> Trial:
    before, rng = ground(seed, *shape), np.random.default_rng(seed)
    after, mask = cue.insert(before, amount, rng)
    found = Trial(cue.measure(as_photo(before)), cue.measure(as_photo(after)))
    if not placebo:
        return found
    sham = cue.placebo(before, after, mask, rng)
    energies = [math.sqrt(((rgb.astype(float) - before) ** 2).mean()) for rgb in (sham, after)]
    return found._replace(sham=cue.measure(as_photo(sham)), energy=energies[0] / energies[1])


def trials(cue: Cue, amount: float) -> list[Trial]:
    if cue.kind == "artefact":
        return [trial(cue, amount, case(cue).ground, seed, 224, 224, placebo=True) for seed in range(8)]
    return [trial(cue, amount, grainy_scene, seed, placebo=True) for seed in range(8)]


# What it says of itself


@of_each(CUES)
def test_it_explains_itself(cue):
    assert cue.question.endswith("?")
    assert cue.unit
    for part in ("Why it matters", "How it is measured", "What it cannot show", "References"):
        assert part in cue.rationale
    assert (cue.threshold is not None) == (cue.kind == "artefact")
    assert (cue.smallest_side > 0) == (cue.kind == "artefact")
    assert f"Smallest picture: {cue.smallest_side} pixels" in cue.rationale or not cue.smallest_side
    assert (cue.insert is None) == (cue.placebo is None)


@of_each(CUES)
def test_it_travels_to_other_processes_by_name(cue):
    assert pickle.loads(pickle.dumps(cue)) is cue


# What it measures

SHAPES = [(1, 1), (1, 60), (60, 1), (2, 3), (3, 3), (2, 40), (7, 7), (26, 26), (33, 32), (64, 64), (100, 512),
          (512, 26), (40, 3000)]  # fmt: skip
LEVELS = (0, 77, 128, 255)


@cache
def odd_pictures() -> dict[str, np.ndarray]:
    """Tiny, thin, plain, grey and noisy pictures, by what they are."""
    pictures = {}
    for shape in SHAPES:
        name, rng = "x".join(map(str, shape)), np.random.default_rng(0)
        pictures |= {f"{name}, all {level}": np.full((*shape, 3), level, np.uint8) for level in LEVELS}
        pictures[f"{name}, noise"] = rng.integers(0, 256, (*shape, 3), dtype=np.uint8)
        pictures[f"{name}, grey noise"] = np.repeat(rng.integers(0, 256, (*shape, 1), dtype=np.uint8), 3, axis=2)
    return pictures


def documented_range(cue: Cue) -> tuple[float, float]:
    """The ends that the unit names ("luma, 0 to 255"); "about" leaves a tenth more."""
    found = re.search(r"(-?\d+) to (about )?(-?\d+)", cue.unit)
    if found is None:
        return -math.inf, math.inf
    return float(found[1]), float(found[3]) * (1.1 if found[2] else 1)


def assert_is_a_value_of(cue: Cue, value: object, of: str) -> None:
    if cue.words:
        assert isinstance(value, str), of
        assert value, of
        assert value.isprintable(), of
    else:
        assert isinstance(value, float), of
        low, high = documented_range(cue)
        assert low - 1e-9 <= value <= high + 1e-9 or (math.isnan(value) and "NaN" in cue.rationale), (of, value)
        assert not math.isinf(value), of


@of_each(CUES)
def test_odd_pictures_have_a_value_in_its_range(cue):
    for name, rgb in odd_pictures().items():
        value = cue.measure(photo(rgb))
        assert_is_a_value_of(cue, value, name)
        if cue.kind == "artefact" and "all" in name:
            assert value == 0, f"{name}: nothing is on it"


def elsewhere(rgb: np.ndarray, offset: int) -> np.ndarray:
    """The same picture so many bytes further on in memory."""
    room = np.empty(rgb.size + offset, np.uint8)
    moved = room[offset:].reshape(rgb.shape)
    moved[:] = rgb
    return moved


@of_each(CUES)
def test_measured_again_in_other_memory_it_gives_the_same_bits_and_leaves_the_picture_alone(cue):
    for ground, shape in ((scene, (224, 224)), (grainy_scene, (61, 83))):
        rgb, held, values = ground(0, *shape), [], set()
        for offset in (0, 1, 2, 3, 17):
            again = photo(elsewhere(rgb, offset))
            held += [bytearray(24 + 16 * offset) for _ in range(40)]  # so that what comes next lies elsewhere too
            value = cue.measure(again)
            values.add(value if cue.words else np.float64(value).tobytes())
            fresh = photo(rgb)
            for plane in ("rgb", "luma", "gray", "lab"):
                assert np.array_equal(getattr(again, plane), getattr(fresh, plane)), plane
        assert len(values) == 1


# What it puts in


@of_each(INSERTED)
def test_inserting_repeats_itself_and_touches_what_it_says(cue):
    seen = 0
    for seed, before in enumerate((scene(1), grainy_scene(2), photograph(3))):
        kept, amount = before.copy(), amounts(cue)[0]
        after, mask, sham = inserted(cue, before, amount, seed)
        for one, other in zip((after, mask, sham), inserted(cue, before, amount, seed), strict=True):
            assert np.array_equal(one, other)
        assert np.array_equal(before, kept)
        assert after.shape == sham.shape == before.shape
        assert after.dtype == sham.dtype == np.uint8
        assert mask.shape == before.shape[:2]
        assert mask.dtype == bool
        changed = (after != before).any(axis=2)
        assert not (changed & ~mask).any()
        seen += changed.any()
    assert seen >= 2


@of_each((*ARTEFACTS, *MOVED))
def test_inserting_nothing_changes_nothing(cue):
    for before in (scene(1), grainy_scene(2)):
        after, mask = cue.insert(before, 0.0, np.random.default_rng(0))
        assert np.array_equal(after, before)
        assert case(cue).drawn_mask or not mask.any()


@of_each(INSERTED)
def test_odd_pictures_take_the_cue_and_its_placebo(cue):
    small = product(("1x1", "1x60", "60x1", "3x3", "7x7", "33x32"), ("all 77", "all 255", "noise"))
    for shape, what in (*small, ("100x512", "noise"), ("512x26", "noise")):
        name = f"{shape}, {what}"
        before = odd_pictures()[name]
        for direction in cue.directions:
            after, mask, sham = inserted(cue, before, direction * abs(amounts(cue)[0]), 0)
            assert after.shape == sham.shape == before.shape, name
            assert after.dtype == sham.dtype == np.uint8, name
            assert mask.shape == before.shape[:2], name
            assert_is_a_value_of(cue, cue.measure(photo(after)), name)


@of_each(MOVED)
def test_inserting_moves_the_measure_by_about_the_amount(cue):
    for amount in amounts(cue):
        more = [trial(cue, amount, grainy_scene, seed) for seed in range(8, 13)]
        moved = [each.own - each.clean for each in (*trials(cue, amount), *more)]
        assert np.median(moved) == pytest.approx(amount, rel=0.1)
        assert np.sign(amount) in cue.directions


@of_each(ARTEFACTS)
@pytest.mark.parametrize("where", ["middle", "large", "photograph"])
def test_an_artefact_is_present_where_it_is_put_in_and_absent_on_the_clean_twin(cue, where):
    ground = case(cue).ground
    made = {
        "middle": lambda: trials(cue, 1.0),
        "large": lambda: [trial(cue, 1.0, ground, seed, 512, 384) for seed in range(case(cue).large)],
        "photograph": lambda: [trial(cue, 1.0, photograph, seed, 160, 160) for seed in range(10)],
    }[where]()
    found = 0.7 if where == "photograph" else case(cue).found
    assert np.mean([each.own >= cue.threshold for each in made]) >= found
    assert not any(each.clean >= cue.threshold for each in made)


@of_each(ARTEFACTS)
def test_at_the_smallest_side_that_it_states_most_are_found_drawn_there_or_reduced_to_it(cue):
    ground, side = case(cue).ground, cue.smallest_side
    small = [ground(seed, side, side) for seed in range(10)]
    large = [ground(seed, WORKING_SIDE, WORKING_SIDE) for seed in range(10)]
    drawn_there = [inserted(cue, rgb, 1.0, seed)[0] for seed, rgb in enumerate(small)]
    drawn_large = [inserted(cue, rgb, 1.0, seed)[0] for seed, rgb in enumerate(large)]
    for with_it, without in ((drawn_there, small), (reduced(drawn_large, side), reduced(large, side))):
        assert np.mean([present(cue, rgb) for rgb in with_it]) >= 0.7
        assert sum(present(cue, rgb) for rgb in without) <= 1


def reduced(pictures: list[np.ndarray], side: int) -> list[np.ndarray]:
    return [cv2.resize(rgb, (side, side), interpolation=cv2.INTER_AREA) for rgb in pictures]


# What its placebo is


@of_each(INSERTED)
def test_a_placebo_has_the_energy_of_its_cue_and_moves_the_measure_far_less(cue):
    made = trials(cue, amounts(cue)[0])
    assert 0.6 < np.mean([each.energy for each in made]) < 1.3
    if cue.kind == "artefact":
        assert not any(each.sham >= cue.threshold for each in made)
    if cue.kind != "file":  # what the header says stays as it is
        clean, own, sham = np.mean([each[:3] for each in made], axis=0)
        assert abs(sham - clean) < 0.5 * abs(own - clean)


# That each is planted


def test_every_cue_is_planted_in_some_test():
    """Where others draw it, so that a measure and an insert that are wrong together are seen."""
    of_files = {id for id, *_ in FOUND.values()}
    with_a_test = {cue.id for cue in CUES if Path(__file__).with_name(f"test_{cue.id}.py").exists()}
    assert {cue.id for cue in CUES} == set(PLANTED) | of_files | with_a_test | {"file_name"}
