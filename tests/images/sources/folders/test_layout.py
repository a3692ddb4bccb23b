"""Which folder is the class and which the part of a split; where that is in doubt, the option that settles it."""

from __future__ import annotations

import pytest

from biasaudit.errors import UsageError
from biasaudit.images.sources.folders.layout import read_layout
from biasaudit.images.splits import held_out_names


def files(*folders, n=2):
    return [f"{folder}/{number}.png" for folder in folders for number in range(n)]


def places(ids, pattern=None):
    layout = read_layout(ids, pattern)
    assert layout.doubt is None
    told = layout.places.astype(object).where(layout.places.notna(), None)
    return {
        id.rpartition("/")[0]: (row.label, row.split, row.group) for id, row in zip(ids, told.itertuples(), strict=True)
    }


@pytest.mark.parametrize(
    "parts",
    [
        ("train", "test"),
        ("Training", "Testing"),
        ("seg_train", "seg_test"),
        ("train2017", "val2017"),
        ("train", "valid", "test"),
        ("dev", "eval", "train"),
        ("train", "hold_out"),
        ("fold1", "fold2", "fold3"),
        ("TRAIN", "Test_set"),
    ],
)
@pytest.mark.parametrize("above", ["", "dataset/", "archive/data/"])
@pytest.mark.parametrize("doubled", [False, True])
def test_parts_of_a_split_by_any_usual_name(parts, above, doubled):
    inner = {part: f"{above}{part}/{part}" if doubled else f"{above}{part}" for part in parts}
    read = places(files(*(f"{folder}/{label}" for folder in inner.values() for label in ("cat", "dog"))))
    for part, folder in inner.items():
        for label in ("cat", "dog"):
            assert read[f"{folder}/{label}"] == (label, part.casefold(), None)


def test_a_wrapper_is_no_class_and_a_file_beside_it_no_matter():
    read = places(["data/cover.png", *files("data/set/cat", "data/set/dog", n=20)])
    assert read["data/set/cat"] == ("cat", None, None)
    assert read["data"] == (None, None, None)


def test_extra_folders_beside_the_parts_have_no_label():
    read = places(files("train/cat", "train/dog", "test/cat", "test/dog", "samples"))
    assert read["samples"] == (None, None, None)
    assert read["test/dog"] == ("dog", "test", None)
    assert places(files("train/cat", "train/dog", "test"))["test"] == (None, None, None)


def test_classes_with_the_parts_in_them():
    read = places(files("cat/train", "cat/test", "dog/train", "dog/test"))
    assert read["dog/test"] == ("dog", "test", None)


@pytest.mark.parametrize(
    "classes",
    [
        ("cat", "dog"),
        ("train", "bus", "car"),  # vehicles
        ("bullet_train", "test_tube"),
        ("class_1", "class_2"),
        ("0", "1", "2"),
        ("grade0", "grade1"),
        ("with_mask", "without_mask"),
        ("mask", "no_mask"),
        ("cat/persian", "cat/siamese", "dog/poodle"),
        ("n01440764", "n01443537", "n01484850"),
        ("class_001", "class_002", "class_003"),
        ("train_a", "bus"),
        ("BAE 146-200", "BAE 146-300", "CRJ-200", "CRJ-700", "Spitfire"),
        ("Rs 10", "Rs 100", "Rs 200", "Rs 500"),
        ("Block A", "Block B"),
        ("class 1 images", "class 2 images"),
        ("cats/images", "dogs/images"),
    ],
)
def test_class_folders_are_not_doubted(classes):
    read = places(files(*classes))
    assert {folder: place[0] for folder, place in read.items()} == {each: each.split("/")[0] for each in classes}


@pytest.mark.parametrize(
    ("folders", "says"),
    [
        (("HAM10000_images_part_1", "HAM10000_images_part_2"), r"pieces.*--layout '\*/class'.*--metadata"),
        (("images_001/images", "images_002/images"), "pieces"),
        (("batch1/cat", "batch1/dog", "batch2/cat", "batch2/dog"), "pieces"),
        (("patient001", "patient002", "patient003"), "patients or scenes.*--layout group/class"),
        (("clinic a/cat", "clinic a/dog", "clinic b/cat", "clinic b/dog"), "same folders.*--layout class"),
        (("2019/cat", "2019/dog", "2020/cat", "2020/dog", "2020/bird"), "same folders"),
        (("images", "masks"), "--exclude masks"),
        (("covid/images", "covid/masks", "normal/images", "normal/masks"), "--exclude masks"),
        (("train_images", "train_masks"), "--exclude train_masks"),
        (("train", "test"), "--layout class"),
        (("train", "val", "test"), "do not all hold class folders"),
        (("yes", "no", "brain_tumor_dataset/yes", "brain_tumor_dataset/no"), "--exclude brain_tumor_dataset"),
        (("HAM10000_images_part_1", "HAM10000_images_part_2", "ISIC2018_Task3_Test_Images"), "pieces"),
        (("10253/0", "10253/1", "10254/0", "10254/1", "IDC/10253", "IDC/10254"), "--exclude IDC"),
        (("siteA/benign", "siteA/malignant", "siteB/benign", "siteB/malignant", "misc"), "same folders"),
        (("siteA/benign", "siteA/malignant", "siteB/benign"), "same folders"),
        (("train_cat", "train_dog", "test_cat", "test_dog"), "a part of a split and a class at once"),
        (("dataset/train/cat", "dataset/test/cat", "photos of the team"), "'dataset' holds the parts of a split"),
        (("fold1/train/a", "fold1/test/a", "fold2/train/a", "fold2/test/b"), r"--layout '\*/split/class'"),
        (
            ("site A/train/a", "site A/test/b", "site B/train/a", "site B/test/b"),
            r"--layout '\*/split/class'.*class/split",
        ),
        (("left/train/a", "left/val/b", "labels/train/a", "labels/val/b"), r"--layout '\*/split/class'"),
        (("leftImg8bit/train", "leftImg8bit/val", "gtFine/train", "gtFine/val"), "--exclude gtFine"),
        (("train/images", "train/masks", "test/images", "test/masks"), "--exclude masks"),
        (("JPEGImages", "SegmentationClass", "SegmentationObject"), "--exclude SegmentationClass"),
        (("ill/images", "ill/masks", "well/images"), "--exclude masks"),
        (("train", "test", "extra"), "--layout class"),
        (("train_images", "test_images", "unlabelled_images"), "do not all hold class folders"),
        (("train/Cat", "train/Dog", "test/cat", "test/dog"), "called otherwise than those in the other parts"),
        (("data/cat", "data/dog", "figures"), "give 'data' as FOLDER"),
        (("amazon/images/bag", "amazon/images/cup", "dslr/images/bag", "dslr/images/cup"), r"--layout '\*/\*/class'"),
        (("TrainImages/a", "TrainImages/b", "Unsure/a"), "--layout split/class"),
        (("Set-2024T000Z-001", "Set-2024T000Z-002"), "pieces"),
        (("Part I", "Part II"), "pieces"),
        (("partA", "partB"), "pieces"),
        (tuple(f"TCGA_CS_{4941 + 7 * n}_1996" for n in range(8)), "patients"),
        (("train", "train_masks", "test"), "--exclude train_masks"),
        (("img_dir/train", "img_dir/val", "ann_dir/train", "ann_dir/val"), "--exclude ann_dir"),
        (("train/imgs", "train/lbl", "val/imgs", "val/lbl"), "--exclude lbl"),
        (("cup/train/good", "cup/test/bent", "cup/ground_truth/bent", "nut/train/good"), "--exclude ground_truth"),
        (
            ("wrapper/clinic a/cat", "wrapper/clinic b/cat", "wrapper/clinic a/dog"),
            r"--layout '\*/class'.*'\*/\*/class'",
        ),
    ],
)
def test_what_is_doubtful_names_the_option_that_settles_it(folders, says):
    doubt = read_layout(files(*folders)).doubt
    with pytest.raises(UsageError, match=says):
        raise UsageError(str(doubt))


def test_a_part_without_labels_has_none():
    read = places(files("train/cat", "train/dog", "test/unknown"))
    assert read["test/unknown"] == (None, None, None)
    assert read["train/cat"] == ("cat", "train", None)
    read = places(files("train/n1/images", "train/n2/images", "val/images"))
    assert read["val/images"] == (None, None, None)
    assert places(files("train/cat", "train/dog", "test/cat"))["test/cat"] == ("cat", "test", None)


def test_a_test_part_is_held_out_however_its_words_stand_together():
    read = read_layout(files("TrainImages/cat", "TrainImages/dog", "TestImages/cat", "TestImages/dog"))
    assert set(read.places["split"]) == {"train_images", "test_images"}
    assert held_out_names(set(read.places["split"])) == {"test_images"}


def test_letters_in_both_cases_are_classes_of_their_own():
    letters = ("A", "a", "B", "b")
    read = places(files(*(f"{part}/{letter}" for part in ("train", "test") for letter in letters)))
    assert {place[0] for place in read.values()} == {*letters}


def test_a_pattern_that_makes_classes_of_parts_is_asked_about():
    with pytest.raises(UsageError, match=r"takes 'test', 'train' for the classes.*--layout '\*/split/class'"):
        read_layout(files("a/train/x", "a/test/x", "b/train/y"), "*/class")


def test_the_option_settles_it():
    assert places(files("train", "test"), "class")["test"] == ("test", None, None)
    batches = files("batch1/cat", "batch1/dog", "batch2/cat")
    assert places(batches, "*/class")["batch1/dog"] == ("dog", None, None)
    assert places(batches, "group/class")["batch2/cat"] == ("cat", None, "batch2")
    assert places(files("cat/p1/a", "dog/p2/b"), "class/group")["dog/p2/b"] == ("dog", None, "p2")
    assert places(files("x/train/cat", "x/test/cat"), "*/split/class")["x/test/cat"] == ("cat", "test", None)
    assert places([*files("train/cat"), "loose.png"], "split/class")[""] == (None, None, None)


@pytest.mark.parametrize("pattern", ["", "class/class", "class/patient", "split/split/class", "../class"])
def test_a_pattern_that_is_none_is_refused(pattern):
    with pytest.raises(UsageError, match="--layout"):
        read_layout(files("a", "b"), pattern)
