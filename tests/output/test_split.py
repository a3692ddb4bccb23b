"""A split to use: patients and copies whole, classes and cues in their shares, and what that did not allow is told."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from biasaudit.auditing import split_folder
from biasaudit.conclude.balanced_cues import leading
from biasaudit.conclude.parts import deal, shares_of
from biasaudit.detectors.copies import copies
from biasaudit.errors import DataError, UsageError
from biasaudit.evidence.measure.survey import survey
from biasaudit.evidence.named.cue_values import CueValues
from biasaudit.images.reading import read_folder
from biasaudit.images.table import ImageTable
from biasaudit.output.splitting.shortfalls import shortfalls
from biasaudit.output.splitting.split_file import split_frame, write_split
from biasaudit.output.tables import FORMULA
from biasaudit.results import say
from biasaudit.runtime.cache import Cache
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings
from tests.planted import ARTEFACTS, brighter, photograph

SHARES = {"train": 0.7, "val": 0.15, "test": 0.15}


def split(folder, out, **choices):
    told = split_folder(folder, out=out, **{"jobs": 1, "without": ARTEFACTS, **choices})
    return told, pd.read_csv(out / "split.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def patients(tmp_path_factory):
    """40 patients with 1 to 9 pictures each, of one class each; some have a lamp that makes most of theirs brighter.

    Two have a picture in common, and one is a quarter turn of another's.
    """
    root, rng = tmp_path_factory.mktemp("patients"), np.random.default_rng(0)
    rows = []
    for patient in range(40):
        label = "upright" if patient % 2 else "lying"
        lamp = rng.random() < (0.7 if label == "upright" else 0.2)
        for number in range(rng.integers(1, 10)):
            picture = photograph(rng, upright=label == "upright")
            bright = bool(rng.random() < (0.9 if lamp else 0.1))
            name = f"{label}/p{patient}_{number}.jpg"
            save(root / "photos" / name, brighter(picture, rng) if bright else picture)
            rows.append((name, f"p{patient}", "North" if rng.random() < 0.5 else "South", bright))
    for source, copy, turn in (("lying/p0_0.jpg", "lying/p2_x.jpg", 0), ("upright/p1_0.jpg", "upright/p7_x.jpg", 1)):
        picture = cv2.imread(str(root / "photos" / source))[:, :, ::-1]
        save(root / "photos" / copy, np.rot90(picture, turn))
        rows.append((copy, copy[-8:-6], "North", False))
    frame = pd.DataFrame(rows, columns=["path", "patient", "hospital", "bright"])
    frame.drop(columns="bright").to_csv(root / "m.csv", index=False)
    split(root / "photos", root / "out", metadata=root / "m.csv", group_by="patient")
    return root, frame


def save(path: Path, rgb: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    how = [cv2.IMWRITE_JPEG_QUALITY, 95] if path.suffix == ".jpg" else []
    cv2.imwrite(str(path), np.ascontiguousarray(rgb[:, :, ::-1]), how)


def measured(root, out):
    """An output folder that has the cache of the first run."""
    shutil.copytree(root / "out" / "cache", out / "cache")
    return out


def off(frame, part):
    """By how many images a part is off its share of the bright ones of either class, at most."""
    label = frame["path"].str.split("/").str[0]
    gaps = []
    for each in label.unique():
        rows = (label == each).to_numpy()
        bright, inside = frame["bright"].to_numpy()[rows], part.to_numpy()[rows]
        gaps += [abs(bright[inside == name].sum() - bright.mean() * (inside == name).sum()) for name in SHARES]
    return max(gaps)


def test_patients_and_copies_stay_whole_and_classes_and_a_planted_cue_are_in_their_shares(patients):
    root, frame = patients
    table = pd.read_csv(root / "out" / "split.csv").set_index("path").loc[frame["path"]]
    part = table["split"]
    assert list(table.columns) == ["split", "label", "patient", "hospital"]
    assert (table.groupby("patient")["split"].nunique() == 1).all()
    assert part["lying/p0_0.jpg"] == part["lying/p2_x.jpg"]
    assert part["upright/p1_0.jpg"] == part["upright/p7_x.jpg"]
    n = len(frame)
    for name, share in SHARES.items():
        assert abs((part == name).sum() - share * n) <= max(1, 0.1 * share * n)
        assert abs((table["label"][part == name] == "upright").mean() - (table["label"] == "upright").mean()) < 0.06
    assert off(frame, part) <= 1.5
    # The naive twin deals patients at random: whole, and the lamp where it falls.
    rng, by_chance = np.random.default_rng(0), []
    for _ in range(20):
        of = dict(zip(frame["patient"].unique(), rng.choice(list(SHARES), 40, p=list(SHARES.values())), strict=True))
        by_chance.append(off(frame, frame["patient"].map(of)))
    assert np.median(by_chance) > 2.5


def test_an_audit_takes_the_split_and_finds_no_leak_beside_a_split_by_image_that_leaks(patients, tmp_path):
    root, _ = patients
    table = pd.read_csv(root / "out" / "split.csv")
    table.assign(split=table["split"].sample(frac=1, random_state=0).to_numpy()).to_csv(tmp_path / "m.csv", index=False)
    leaks = []
    for file in (root / "out" / "split.csv", tmp_path / "m.csv"):
        images = read_folder(root / "photos", metadata=file, split="split", group_by="patient")
        assert set(images.frame["split"]) == set(SHARES)
        cache = Cache(tmp_path / "cache")
        found = survey(images, (), store=None, jobs=1, cache=cache, progress=Progress(quiet=True))
        findings = copies.function(images=found.images, survey=found)
        leaks.append({finding.id for finding in findings if finding.id.endswith("-splits")})
    assert leaks == [set(), {"leakage-across-splits", "leakage-groups-across-splits"}]


def test_what_is_said_names_the_shares_the_file_and_the_command(patients, tmp_path):
    root, frame = patients
    out = measured(root, tmp_path / "out")
    told, _ = split(root / "photos", out, metadata=root / "m.csv", group_by="patient", parts=("train=80", "test=20"))
    text = "\n".join(told)
    assert told[0] == f"{len(frame)} images of 40 groups"
    assert "4 of them are copies of one another" in told[1]
    assert told[2].split() == ["all", "train", "test"]
    assert "more brightness, in upright" in text
    assert told[-2] == str(out / "split.csv")
    assert told[-1].endswith(f"--metadata {out / 'split.csv'} --split split --group-by patient")
    assert sorted(p.name for p in out.iterdir()) == ["cache", "split.csv"]


def test_the_same_seed_gives_the_same_file_and_named_columns_are_kept_instead(patients, tmp_path):
    root, _ = patients
    choices = {"metadata": root / "m.csv", "group_by": "patient"}
    split(root / "photos", measured(root, tmp_path / "a"), **choices)
    assert (tmp_path / "a" / "split.csv").read_bytes() == (root / "out" / "split.csv").read_bytes()
    told, _ = split(root / "photos", measured(root, tmp_path / "b"), **choices, seed=1, balance=("hospital",))
    assert (tmp_path / "b" / "split.csv").read_bytes() != (root / "out" / "split.csv").read_bytes()
    assert any("hospital = " in line for line in told)
    assert not any("brightness" in line for line in told)
    for name, says in (("hospitl", "no cue or column"), ("patient", "cannot be balanced")):
        with pytest.raises(UsageError, match=says):
            split(root / "photos", tmp_path / "b", **choices, balance=(name,))


def images_of(*groups):
    """A table of images: (label, group, how many)."""
    frame = pd.DataFrame([(label, group) for label, group, n in groups for _ in range(n)], columns=["label", "group"])
    frame.insert(0, "id", [f"{label}/{place:04d}.png" for place, label in enumerate(frame["label"])])
    return ImageTable(root=Path(), frame=frame.assign(split=None).astype("str"), grouped=True)


def test_a_class_of_one_patient_is_told_and_the_rest_is_dealt_beside_a_twin_where_all_is_well():
    many = [("benign", f"b{number}", 3) for number in range(40)] + [("naevus", f"n{number}", 3) for number in range(20)]
    well = images_of(*many)
    assert list(shortfalls(deal(well, (), SHARES, 0), well, "patient")) == []
    images = images_of(*many, ("rare", "p7", 12))
    parts = deal(images, (), SHARES, 0)
    assert list(shortfalls(parts, images, "patient")) == [
        "rare: none in val and test: all 12 images are of patient p7."
    ]
    images = images_of(*many, ("naevus", "p8", 300))
    told = list(shortfalls(deal(images, (), SHARES, 0), images, "patient"))
    assert any(line.startswith("naevus: ") and "patient p8 has 300 of the 360 images" in line for line in told)


def test_sure_marks_that_few_have_come_first_and_of_one_story_one_and_of_patients_none():
    images, rng = images_of(("a", "p", 200), ("b", "q", 200)), np.random.default_rng(0)
    images = replace(images, frame=images.frame.assign(group=[f"p{place // 2}" for place in range(400)]))
    label = images.codes == 0
    bright, marked = label + rng.normal(0, 1, 400), label & (rng.random(400) < 0.2)
    told = {"question": say("?")}
    cues = (
        CueValues(id="bright", kind="property", values=bright, **told),
        CueValues(id="light", kind="property", values=bright + rng.normal(0, 0.5, 400), **told),
        CueValues(id="noise", kind="property", values=rng.normal(size=400), **told),
        CueValues(id="sticker", kind="artefact", values=marked * 1.0, threshold=0.5, **told),
        CueValues(id="patient", kind="metadata", levels=images.groups.astype(str), **told),
    )
    assert [tie.cue.id for tie in leading(images, cues, (), 3)] == ["sticker", "bright"]
    assert [tie.cue.id for tie in leading(images, cues, ("noise", "light"), 3)] == ["noise", "light"]


def test_groups_that_cannot_fill_the_parts_are_an_error_that_names_the_step():
    with pytest.raises(DataError, match=r"--parts.*--group-by"):
        deal(images_of(("a", "p", 20), ("b", "q", 20)), (), SHARES, 0)
    assert set(deal(images_of(("a", "p", 20), ("b", "q", 20)), (), {"train": 0.5, "test": 0.5}, 0).part) == {0, 1}


@pytest.mark.parametrize(
    "parts", [("train",), ("train=1",), ("a=0.5", "a=0.5"), ("a=0.5", "b=0.3"), ("a=-1", "b=2"), ("=0.5", "b=0.5")]
)
def test_parts_that_are_no_whole_are_a_usage_error(parts):
    with pytest.raises(UsageError, match="--parts"):
        shares_of(parts)
    assert shares_of(("train=70", "val=10", " test = 20")) == {"train": 0.7, "val": 0.1, "test": 0.2}


def test_hostile_names_are_safe_in_a_spreadsheet_and_read_back_as_they_were(tmp_path):
    names = ["=1+1.png", "@x.png", "-2.png", " lead.png", "'quote.png", 'a"b,c.png', "new\nline.png", "re\rturn.png"]
    for label in ("=cmd", "cat", " dog"):
        (tmp_path / "photos" / label).mkdir(parents=True)
        for name in names:
            (tmp_path / "photos" / label / name).write_bytes(b"x")
    (tmp_path / "photos" / "cat" / os.fsdecode(b"caf\xe9.png")).write_bytes(b"x")
    images = read_folder(tmp_path / "photos")
    assert len(images.ids) == 25
    file = write_split(tmp_path, images, deal(images, (), {"train": 0.5, "test": 0.5}, 0), Settings())
    cells = pd.read_csv(file, dtype=str, keep_default_na=False)
    assert not any(cell.startswith(FORMULA) for cell in cells.to_numpy().ravel())
    again = read_folder(tmp_path / "photos", metadata=file, split="split")
    assert again.ids.tolist() == images.ids.tolist()
    assert again.labels.tolist() == images.labels.tolist()
    assert set(again.frame["split"]) == {"train", "test"}


def test_a_table_keeps_its_columns_its_numbers_and_itself(tmp_path):
    for number in range(8):
        path = tmp_path / "photos" / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    rows = [f"{'ab'[n % 2]}/{n}.png,{'xy'[n % 2]},old,{-n},=cmd,p{n},," for n in range(8)]
    written = "path,label,split,delta,note,patient,sex,nan\n" + "\n".join(rows) + "\n"
    (tmp_path / "m.csv").write_text(written)
    settings = Settings(metadata=tmp_path / "m.csv", group_by="patient")
    images = read_folder(tmp_path / "photos", metadata=tmp_path / "m.csv", group_by="patient")
    parts = deal(images, (), {"train": 0.5, "test": 0.5}, 0)
    table = split_frame(images, parts, settings)
    assert list(table.columns) == ["path", "split", "label", "delta", "note", "patient", "sex", "nan"]
    again = read_folder(tmp_path / "photos", metadata=write_split(tmp_path / "out", images, parts, settings))
    assert again.frame["meta_sex"].isna().all()
    assert set(again.frame["meta_note"]) == {"=cmd"}
    assert again.frame["meta_delta"].tolist() == images.frame["meta_delta"].tolist()
    assert set(table["split"]) == {"train", "test"}
    assert set(table["label"]) == {"x", "y"}
    assert sorted(map(int, table["delta"])) == list(range(-7, 1))
    assert set(table["note"]) == {"'=cmd"}
    (tmp_path / "split.csv").write_text(written)
    with pytest.raises(UsageError, match="overwritten"):
        split_folder(tmp_path / "photos", metadata=tmp_path / "split.csv", out=tmp_path)
    assert (tmp_path / "split.csv").read_text() == written


def test_parts_of_the_folder_itself_are_dealt_anew_and_said(tmp_path):
    rng = np.random.default_rng(0)
    for number in range(48):
        label, part = ("upright", "lying")[number % 2], "test" if number < 12 else "train"
        save(tmp_path / "photos" / part / label / f"{number}.png", photograph(rng, upright=label == "upright"))
    told, table = split(tmp_path / "photos", tmp_path / "out", parts=("train=0.75", "test=0.25"))
    assert "The parts of the folder itself are dealt anew: test, train" in told
    assert table["split"].value_counts().to_dict() == {"train": 36, "test": 12}
    assert 1 < (table["path"].str.startswith("test") & (table["split"] == "train")).sum() < 12
    images = read_folder(tmp_path / "photos", metadata=tmp_path / "out" / "split.csv", split="split")
    assert images.held_out.sum() == 12


@pytest.mark.parametrize("name", ["split.csv", "selftest.json"])
def test_what_was_written_among_the_images_is_no_class(tmp_path, name):
    kept = "cache/small-0123456789abcdef.bin"
    for path in ("a/1.png", "a/2.png", "b/1.png", "b/2.png", f"out/{kept}", f"other/{kept}"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(b"x")
    (tmp_path / "out" / name).write_text("{}")
    images = read_folder(tmp_path, drop_small=True)
    assert images.classes == ["a", "b"]
    assert {each.path.split("/")[0] for each in images.left_out} == {"other"}
