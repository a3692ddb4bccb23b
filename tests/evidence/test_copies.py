"""Copies of one picture: planted ones are found whatever was done to them, and their clean twins are quiet."""

import cv2
import numpy as np
import pandas as pd
import pytest

from biasaudit.demo import make_demo
from biasaudit.detectors.copies import copies
from biasaudit.evidence.copies.duplicates import KINDS, LEAST_TOLD, RELATED, copies_among, joined, one_picture
from biasaudit.evidence.copies.views import VIEWS as VIEWS_OF_A_SQUARE
from biasaudit.evidence.copies.views import in_any_view, viewed
from biasaudit.evidence.measure.survey import survey
from biasaudit.images.reading import read_folder
from biasaudit.images.small import SmallStore, small_of, smalls
from biasaudit.model.folds import assign_folds
from biasaudit.output.provenance import dataset_record
from biasaudit.runtime.cache import Cache
from biasaudit.runtime.progress import Progress
from tests.benchmarks.copies import CHANGES, changed
from tests.benchmarks.scenes import scene
from tests.benchmarks.variants import BESIDE, COPIES, NEAR_MISSES, cut
from tests.planted import photograph, plant


def pairs_of(pictures, hashes=None, side=None):
    greys = [cv2.cvtColor(np.ascontiguousarray(each), cv2.COLOR_RGB2GRAY) for each in pictures]
    rows = smalls(small_of(each.astype(np.float32)) for each in greys)
    hashes = np.array([str(n) for n in range(len(rows))] if hashes is None else hashes, dtype=object)
    sides = np.array([side or min(each.shape) for each in greys], dtype=int)
    return copies_among(rows, hashes, sides, greys.__getitem__)


def surveyed(folder, tmp_path, **choices):
    images, cache = read_folder(folder, **choices), Cache(tmp_path / "cache")
    return survey(images, (), store=None, jobs=1, cache=cache, progress=Progress(quiet=True))


def leaks(found):
    return {finding.id: finding for finding in copies.function(images=found.images, survey=found)}


def add(folder, name, rgb):
    cv2.imwrite(str(folder / name), rgb[:, :, ::-1])


def picture(folder, name):
    return cv2.imread(str(folder / name))[:, :, ::-1]


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.default_rng(0)
    return [photograph(rng, upright=bool(number % 2), side=192) for number in range(120)]


@pytest.mark.parametrize("change", CHANGES)
def test_every_kind_of_copy_is_found_and_its_clean_twin_is_quiet(drawn, change):
    rng = np.random.default_rng(1)
    again = [changed(drawn[number], change, rng) for number in range(20)]
    found = {(one, other) for one, other, _ in pairs_of(drawn + again).itertuples(index=False)}
    assert sum((number, 120 + number) in found for number in range(20)) >= 18
    assert all(other == 120 + one for one, other in found)
    twins = [photograph(rng, upright=bool(number % 2), side=192) for number in range(20)]
    assert not len(pairs_of(drawn + twins))


def kinds_of_pairs(side, changes, n=3):
    """What each change's pictures are called beside the one that they were made of: change -> kinds, "" where none."""
    rng = np.random.default_rng(4)
    pool, of = [], []
    for change in changes:
        for _ in range(n):
            one = scene(rng, side)
            pool += cut(one, 0.6, rng) if change == BESIDE else (one, {**COPIES, **NEAR_MISSES}[change](one, rng))
            of.append(change)
    pairs = pairs_of(pool)
    assert (pairs["first"] // 2 == pairs["second"] // 2).all()  # no two scenes are one
    kind = dict(zip(pairs["first"] // 2, pairs["kind"], strict=True))
    return {change: [kind.get(k, "") for k, each in enumerate(of) if each == change] for change in changes}


@pytest.mark.parametrize("side", [96, 200])
def test_copies_are_one_picture_and_near_misses_are_not(side):
    copied = kinds_of_pairs(side, COPIES)
    assert sum(kind in KINDS for kinds in copied.values() for kind in kinds) >= 3 * len(COPIES) - 2, copied
    near = kinds_of_pairs(side, (*NEAR_MISSES, BESIDE))
    assert not {change: kinds for change, kinds in near.items() if set(kinds) & set(KINDS)}
    drawn = [kind for change, kinds in near.items() if change.startswith("drawn") for kind in kinds]
    assert drawn.count("edited") > len(drawn) / 3


def test_of_very_small_pictures_only_equal_pixels_are_one_picture():
    rng = np.random.default_rng(0)
    scenes = [scene(rng, LEAST_TOLD - 1) for _ in range(20)]
    again = [scenes[0], scenes[1][:, ::-1], COPIES["saved again"](scenes[2], rng)]
    assert pairs_of(scenes + again).to_numpy().tolist() == [
        [0, 20, "saved again"], [1, 21, "mirrored"], [2, 22, "alike"],
    ]  # fmt: skip
    larger = [scene(rng, LEAST_TOLD) for _ in range(20)]
    assert pairs_of([*larger, COPIES["saved again"](larger[2], rng)])["kind"].tolist() == ["saved again"]


def test_files_are_read_again_only_where_small_pictures_say_so(drawn):
    pictures = [*drawn, changed(drawn[7], "recompressed", np.random.default_rng(2))]
    greys = [cv2.cvtColor(np.ascontiguousarray(each), cv2.COLOR_RGB2GRAY) for each in pictures]
    rows, read = smalls(small_of(each.astype(np.float32)) for each in greys), []
    hashes = np.array([str(number) for number in range(len(rows))], dtype=object)
    copies_among(rows, hashes, np.full(len(rows), 192), lambda row: read.append(row) or greys[row])
    assert {7, 120} <= set(read)
    assert len(read) < len(pictures) / 4


def test_among_very_many_pictures_copies_are_found_in_cells_and_their_clean_twins_are_quiet(drawn, monkeypatch):
    rng = np.random.default_rng(1)
    again = [changed(drawn[number], list(CHANGES)[number % len(CHANGES)], rng) for number in range(40)]
    whole = pairs_of(drawn + again)
    monkeypatch.setattr("biasaudit.evidence.copies.lookalikes.COMPARED", 0)
    monkeypatch.setattr("biasaudit.evidence.copies.neighbourhoods.PIECE", 16)
    pd.testing.assert_frame_equal(pairs_of(drawn + again), whole)
    assert not len(pairs_of(drawn))


def test_many_equal_looking_pictures_are_connected_in_cells_too(drawn, monkeypatch):
    monkeypatch.setattr("biasaudit.evidence.copies.lookalikes.COMPARED", 0)
    rng = np.random.default_rng(2)
    again = [changed(drawn[0], "recompressed", rng) for _ in range(30)]
    code = joined(150, pairs_of(drawn + again)[["first", "second"]].to_numpy())
    assert len(set(code[[0, *range(120, 150)]])) == 1


def test_small_pictures_on_disk_are_read_as_they_were_written(tmp_path):
    pictures = np.random.default_rng(0).integers(0, 256, (5, 48, 48), dtype=np.uint8)
    store = SmallStore.create(tmp_path / "small.bin", 5)
    assert store.whole
    store.write(2, pictures[2:].tobytes())
    store.write(0, pictures[:2].tobytes())
    np.testing.assert_array_equal(store[np.array([4, 0])], pictures[[4, 0]])
    some = store.of(np.array([True, False, True, True, False]))
    np.testing.assert_array_equal(some[1:], pictures[[2, 3]])
    store.path.write_bytes(b"cut short")
    assert not store.whole


@pytest.mark.parametrize(
    ("change", "kind"), [("resized", "saved again"), ("recompressed", "saved again"), ("cropped", "cropped"),
                         ("mirrored", "mirrored")],
)  # fmt: skip
def test_what_was_done_is_told(drawn, change, kind):
    pairs = pairs_of([*drawn, changed(drawn[7], change, np.random.default_rng(2))])
    assert pairs.to_numpy().tolist() == [[7, 120, kind]]


VIEWS = {
    "saved again": ((0, False),),
    "mirrored": ((0, True),),
    "turned": ((1, False), (3, False)),
    "turned round": ((2, False),),
    "mirrored top to bottom": ((2, True),),
    "mirrored and turned": ((1, True), (3, True)),
}
"""Kind of copy -> quarter turns, and whether the picture was mirrored then."""


@pytest.mark.parametrize(("kind", "quarters", "mirror"), [(kind, *view) for kind in VIEWS for view in VIEWS[kind]])
def test_a_copy_is_found_in_each_of_its_eight_views_and_which_is_told(drawn, kind, quarters, mirror):
    turned = np.rot90(drawn[7], quarters)
    copy = changed(turned[:, ::-1] if mirror else turned, "recompressed", np.random.default_rng(2))
    assert pairs_of([*drawn, copy]).to_numpy().tolist() == [[7, 120, kind]]
    cut = copy[10:, : len(copy) - 10]  # the edge that was cut off is looked for on the side to which it was turned
    assert pairs_of([*drawn, cut])[["first", "second"]].to_numpy().tolist() == [[7, 120]]


def test_what_is_the_same_in_all_views_is_so_and_bounds_their_likeness(drawn):
    rows = np.random.default_rng(0).normal(size=(50, 16, 16)).astype(np.float32)
    flat = rows.reshape(50, -1)
    likest = np.full((50, 50), -np.inf)
    for view in range(VIEWS_OF_A_SQUARE):
        turned = viewed(rows, view).reshape(50, -1)
        np.testing.assert_array_equal(in_any_view(turned, 16), in_any_view(flat, 16))
        likest = np.maximum(likest, turned @ flat.T)
    assert len({viewed(rows[:1], view).tobytes() for view in range(VIEWS_OF_A_SQUARE)}) == 8
    assert (in_any_view(flat, 16) @ in_any_view(flat, 16).T >= likest - 1e-3).all()


def test_subjects_that_look_the_same_however_they_are_turned_are_not_copies_of_one_another():
    def lesion(rng):
        y, x = np.mgrid[-1:1:192j, -1:1:192j]
        far = np.hypot(x, y)[..., None]
        picture = np.where(far < rng.uniform(0.5, 0.6), (130, 80, 60), (225, 180, 165)) - 30 * far
        return np.clip(picture + cv2.GaussianBlur(rng.normal(0, 80, (192, 192, 3)), (0, 0), 3), 0, 255).astype(np.uint8)

    rng = np.random.default_rng(0)
    lesions = [lesion(rng) for _ in range(80)]
    assert not len(pairs_of(lesions))
    assert pairs_of([*lesions, np.rot90(lesions[5])]).to_numpy().tolist() == [[5, 80, "turned"]]


def test_turned_copies_of_one_picture_are_all_connected(drawn):
    rng = np.random.default_rng(2)
    again = [changed(drawn[0], "turned, mirrored" if number % 2 else "turned", rng) for number in range(40)]
    code = joined(160, pairs_of(drawn + again)[["first", "second"]].to_numpy())
    assert len(set(code[[0, *range(120, 160)]])) == 1
    assert len(set(code)) == 120


def test_plain_pictures_are_not_copies_of_one_another():
    rng = np.random.default_rng(0)
    black = [np.zeros((30 + number, 40, 3), np.uint8) for number in range(60)]
    flat = [np.full((40, 40, 3), number, np.uint8) for number in range(60)]
    pixels = [rng.integers(0, 255, (1, 1, 3)).astype(np.uint8) for _ in range(60)]
    discs = []
    for _ in range(60):
        disc = np.full((96, 96, 3), 230, np.uint8)
        place = tuple(int(at) for at in rng.integers(40, 56, 2))
        discs.append(cv2.circle(disc, place, int(rng.integers(20, 30)), (40, 40, 40), -1))
    assert not len(pairs_of(black + flat + pixels + discs))
    assert not len(pairs_of([]))


def test_portraits_to_one_plan_are_not_copies_though_their_outlines_agree(tmp_path):
    make_demo("two-sources", tmp_path, n=200)
    portraits = [cv2.imread(str(path))[:, :, ::-1] for path in sorted(tmp_path.rglob("*.jpg"))]
    assert not len(pairs_of(portraits))
    again = [changed(portraits[number], "recompressed", np.random.default_rng(0)) for number in range(100, 120)]
    found = {(one, other) for one, other, _ in pairs_of(portraits + again).itertuples(index=False)}
    assert len(found & {(100 + number, 200 + number) for number in range(20)}) >= 15


def test_pictures_of_a_few_pixels_cannot_be_told_apart(drawn):
    twice = [drawn[0], drawn[0]]
    assert len(pairs_of(twice, side=24)) == 1
    assert not len(pairs_of(twice, side=23))


def test_one_picture_saved_two_hundred_times_is_one_picture(drawn):
    rng = np.random.default_rng(0)
    again = [changed(drawn[0], "brightened", rng) for _ in range(200)]
    pairs = pairs_of(again + drawn[1:20])
    linked = {0}
    for _ in range(200):
        touching = pairs[pairs["first"].isin(linked) | pairs["second"].isin(linked)]
        linked |= set(touching["first"]) | set(touching["second"])
    assert linked == set(range(200))
    equal = pairs_of(again[:1] * 200 + drawn[1:20], ["same"] * 200 + [str(number) for number in range(19)])
    assert (len(equal), set(equal["kind"])) == (199, {"equal"})


def test_copies_in_one_class_are_a_note_and_no_finding(tmp_path):
    folder = tmp_path / "data"
    plant(folder, n=60)
    assert not leaks(surveyed(folder, tmp_path))
    add(
        folder, "upright/mirror.png", changed(picture(folder, "upright/0001.jpg"), "mirrored", np.random.default_rng(0))
    )
    (folder / "upright" / "again.jpg").write_bytes((folder / "upright" / "0003.jpg").read_bytes())
    found = surveyed(folder, tmp_path)
    assert not leaks(found)
    assert found.images.notes["copy of a picture of the same class: mirrored"] == 1
    assert found.images.notes["copy of a picture of the same class: equal byte for byte"] == 1


def test_near_copies_across_splits_labels_and_patients_are_found_beside_a_clean_twin(tmp_path):
    folder, rng = tmp_path / "data", np.random.default_rng(0)
    frame = plant(folder, n=60).drop(columns="planted")
    frame["part"] = np.where(np.arange(60) < 40, "train", "test")
    frame["patient"] = [f"p{number // 4}" for number in range(60)]
    table = tmp_path / "m.csv"
    frame.to_csv(table, index=False)
    choices = {"metadata": table, "split": "part", "group_by": "patient"}
    assert not leaks(surveyed(folder, tmp_path, **choices))
    new = {"upright/a.png": ("upright/0001.jpg", "cropped"), "lying/b.png": ("upright/0003.jpg", "recompressed")}
    for name, (source, change) in new.items():
        add(folder, name, changed(picture(folder, source), change, rng))
    added = pd.DataFrame([(name, name.split("/")[0], "test", f"new{name[-5]}") for name in new], columns=frame.columns)
    pd.concat([frame, added]).to_csv(table, index=False)
    found = surveyed(folder, tmp_path, **choices)
    told = leaks(found)
    assert set(told) == {"leakage-across-splits", "leakage-label-conflict", "leakage-across-groups"}
    across = told["leakage-across-splits"]
    assert across.title == (
        "2 pictures are in more than one part of the split, in 2 pairs of files: "
        "1 resized or saved again, 1 cropped. "
        "Of the 22 images of the test part 2 have a copy outside it."
    )
    assert set(across.examples[:2]) in ({"upright/a.png", "upright/0001.jpg"}, {"lying/b.png", "upright/0003.jpg"})
    assert "Remove 2 files" in across.recommendation
    assert told["leakage-label-conflict"].examples == ("lying/b.png", "upright/0003.jpg")
    assert dataset_record(folder, found).groups == 17


def test_a_picture_that_was_drawn_on_is_one_scene_and_no_wrong_label(tmp_path):
    folder, rng = tmp_path / "data", np.random.default_rng(0)
    frame = plant(folder, n=60).drop(columns="planted")
    original = picture(folder, "upright/0001.jpg")
    add(folder, "lying/b.png", NEAR_MISSES["drawn on: logo"](original, rng))
    found = surveyed(folder, tmp_path)
    assert found.copies.to_numpy().tolist() == [["lying/b.png", "upright/0001.jpg", "edited"]]
    assert not len(one_picture(found.copies))
    told = leaks(found)
    assert set(told) == {"leakage-one-scene"}
    assert told["leakage-one-scene"].verdict == "clear"
    assert told["leakage-one-scene"].title == (
        "One scene stands in two splits or classes, in 1 pair of files that are no copies: "
        "1 changed or drawn on in some part."
    )
    groups = dict(zip(found.images.ids, found.images.groups, strict=True))
    assert groups["lying/b.png"] == groups["upright/0001.jpg"]
    assert len(set(found.images.groups)) == len(frame)
    add(folder, "lying/b.png", changed(original, "recompressed", rng))
    assert set(leaks(surveyed(folder, tmp_path / "again"))) == {"leakage-label-conflict"}


def test_one_scene_in_one_class_is_a_note(tmp_path):
    folder = tmp_path / "data"
    plant(folder, n=60)
    logo = NEAR_MISSES["drawn on: logo"](picture(folder, "upright/0001.jpg"), np.random.default_rng(0))
    add(folder, "upright/b.png", logo)
    found = surveyed(folder, tmp_path)
    assert not leaks(found)
    note = f"one scene as another picture of the same class: {RELATED['edited']}"
    assert found.images.notes[note] == 1


def test_folds_keep_copies_and_the_groups_that_they_connect_together(tmp_path):
    folder, rng = tmp_path / "data", np.random.default_rng(0)
    frame = plant(folder, n=60).drop(columns="planted")
    for number in range(12):
        source = frame["path"][number]
        add(folder, source.replace(".jpg", "x.png"), changed(picture(folder, source), "cropped", rng))
    images = surveyed(folder, tmp_path).images
    of = dict(zip(images.ids, images.groups, strict=True))
    assert images.frame["own_group"].nunique() == 72
    assert len(set(images.groups)) == 60
    for seed in range(3):
        fold = dict(zip(images.ids, assign_folds(images, 5, seed), strict=True))
        for path in frame["path"][:12]:
            copy = path.replace(".jpg", "x.png")
            assert (of[path], fold[path]) == (of[copy], fold[copy])


def test_an_earlier_run_is_used_again_with_its_copies(tmp_path):
    folder = tmp_path / "data"
    plant(folder, n=40)
    add(folder, "lying/b.png", changed(picture(folder, "lying/0000.jpg"), "mirrored", np.random.default_rng(0)))
    first, second = surveyed(folder, tmp_path), surveyed(folder, tmp_path)
    assert first.copies.to_numpy().tolist() == second.copies.to_numpy().tolist()
    assert first.copies.to_numpy().tolist() == [["lying/0000.jpg", "lying/b.png", "mirrored"]]
    assert "small" not in second.values
    rest = second.of(second.images.subset(np.flatnonzero(second.images.ids != "lying/b.png")))
    assert not len(rest.copies)
