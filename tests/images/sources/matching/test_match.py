"""Which file a cell means: as written, by its end or name, with another ending; never one that it might not mean."""

import pandas as pd
import pytest

from biasaudit.errors import DataError, UsageError
from biasaudit.images.reading import read_folder
from biasaudit.images.sources.matching.match import Way, match_paths
from biasaudit.images.understood import understood
from tests.hostile import class_folder, picture, save

FILES = ["train/cat/00007.jpg", "train/dog/8.PNG", "test/cat/9.png", "b/x.jpg", "b/x.png", "sub/a.b.c.dcm"]


def meant(path, base="", files=FILES):
    return match_paths([path], files, base).ids[0]


@pytest.mark.parametrize(
    ("path", "id"),
    [
        ("train/cat/00007.jpg", "train/cat/00007.jpg"),
        ("./train/cat/00007.jpg", "train/cat/00007.jpg"),
        ("train\\cat\\00007.jpg", "train/cat/00007.jpg"),
        ("00007.jpg", "train/cat/00007.jpg"),
        ("cat/00007", "train/cat/00007.jpg"),
        ("00007.JPG", "train/cat/00007.jpg"),
        ("00007.dcm", "train/cat/00007.jpg"),
        ("CheXpert-small/train/cat/00007.jpg", "train/cat/00007.jpg"),
        ("7", "train/cat/00007.jpg"),
        ("7.0", "train/cat/00007.jpg"),
        ("8.png", "train/dog/8.PNG"),
        ("x.png", "b/x.png"),
        ("a.b.c", "sub/a.b.c.dcm"),
        ("dog/00007.jpg", None),  # lies in another folder
        ("x", None),  # two files
        ("../train/cat/00007.jpg", "train/cat/00007.jpg"),
        ("../input/some-set/train/cat/00007.jpg", "train/cat/00007.jpg"),
        ("/train/cat/00007.jpg", "train/cat/00007.jpg"),
        ("C:\\set\\train\\cat\\00007.jpg", "train/cat/00007.jpg"),
        ("/some/place/00007.jpg", "train/cat/00007.jpg"),  # the only one of that name
        ("/some/dog/00007.jpg", None),  # lies in another folder of these
        ("/some/test/00007.jpg", None),  # in another part
        ("/some/x.gif", None),
        ("train/../train/cat/00007.jpg", None),
        ("https://x.org/train/cat/00007.jpg?size=1", "train/cat/00007.jpg"),
        ("17", None),
        ("", None),
    ],
)
def test_a_path_means_one_file_or_none(path, id):
    assert meant(path) == id


@pytest.mark.parametrize(
    ("path", "way"),
    [
        ("train/cat/00007.jpg", Way.WRITTEN),
        ("CAT/00007.jpg", Way.NAME),
        ("00007", Way.STEM),
        ("00007.dcm", Way.STEM),
        ("set/train/cat/00007.jpg", Way.ENDING),
        ("/set/train/cat/00007.jpg", Way.ENDING),
        ("0007", Way.NUMBER),
        ("7.0", Way.NUMBER),
        ("17", None),
    ],
)
def test_how_surely_a_path_means_its_file(path, way):
    assert match_paths([path], FILES).way == way


def test_a_plain_number_may_be_a_count_even_where_a_file_is_called_so():
    assert match_paths(["20"], ["20.png"]).way == Way.NUMBER
    assert match_paths(["020"], ["020.png"]).way == Way.STEM


def test_rows_of_a_folder_beside_the_root_mean_no_file_of_it():
    rows = ["siteA/1.png", "siteB/1.png", "/data/siteB/2.png"]
    assert match_paths(rows, ["1.png", "2.png"], root=("/", "siteA")).ids == ["1.png", None, None]
    # The twin: nothing says that the folders of the table are others.
    assert match_paths(["set/1.png", "set/2.png"], ["1.png", "2.png"], root=("/", "siteA")).ids == ["1.png", "2.png"]
    mixed = ["/siteA/a/1.png", "/a/2.png", "/siteB/a/3.png"]
    assert match_paths(mixed, ["a/1.png", "a/2.png", "a/3.png"], root=("/", "siteA")).ids == [
        "a/1.png",
        "a/2.png",
        None,
    ]
    deep = ["train/images/1.png", "test/images/1.png"]
    assert match_paths(deep, ["1.png"], root=("/", "train", "images")).ids == ["1.png", None]


def test_names_that_lie_in_several_folders_outside_tell_no_file():
    files = ["images/1.png", "images/2.png"]
    assert match_paths(["/a/1.png", "/b/1.png", "/a/2.png"], files).ids == [None, None, "images/2.png"]


def test_the_folder_of_the_table_comes_first():
    files = ["train/1.png", "test/1.png", "1.png"]
    assert meant("1.png", "test", files) == "test/1.png"
    assert meant("1.png", "", files) == "1.png"
    assert match_paths(["1.png"], files[:2]).unclear == {"1.png": ("test/1.png", "train/1.png")}


def test_a_cell_that_means_two_files_is_an_error_that_names_both(tmp_path):
    root = class_folder(tmp_path / "data", cat=3, dog=3)
    (tmp_path / "m.csv").write_text("file,label\n0.png,a\n1.png,b\n2.png,a\n")
    with pytest.raises(
        DataError, match=r"'0\.png' in column 'file' means several files, such as cat/0\.png and dog/0\.png"
    ):
        read_folder(root, metadata=tmp_path / "m.csv")


def folder(root, names):
    for number, name in enumerate(names):
        save(root / name, picture(number, 12, 16))
    return root


def table(to, **columns):
    pd.DataFrame(columns).to_csv(to, index=False)
    return to


N = 20
SHUFFLED = [(7 * n + 3) % N for n in range(N)]
LABELS = ["ab"[n % 2] for n in SHUFFLED]


@pytest.mark.parametrize(
    ("number", "names", "written"),
    [
        ("id", "img_filename", "{:04d}.png"),
        ("Unnamed: 0", "file_nm", "{:04d}.png"),
        ("image_id", "filepaths", "{:04d}.png"),
        ("id", "image_url", "https://x.org/a/{:04d}.png?s=1"),
        ("Image", "image", "{:04d}"),
        ("image", "fname", "{:04d}.png"),
    ],
)
def test_names_are_believed_before_numbers(number, names, written, tmp_path):
    root = folder(tmp_path / "data", [f"{n:04d}.png" for n in range(N)])
    file = table(
        tmp_path / "m.csv",
        **{number: range(N), names: [written.format(n) for n in SHUFFLED], "label": LABELS, "true": SHUFFLED},
    )
    images = read_folder(root, metadata=file)
    assert [int(id[:4]) for id in images.ids] == images.frame["meta_true"].astype(int).tolist()
    # The twin: numbers alone, of a column that names images, are as good as names.
    images = read_folder(root, metadata=table(tmp_path / "m.csv", id=SHUFFLED, label=LABELS, true=SHUFFLED))
    assert [int(id[:4]) for id in images.ids] == images.frame["meta_true"].astype(int).tolist()
    assert "by their numbers" in " ".join(understood(images))


def test_a_name_is_believed_before_the_end_of_an_address(tmp_path):
    root = folder(tmp_path / "data", [f"{n}.png" for n in range(N)])
    addresses = [f"https://x.org/{n}.png" for n in range(N)]
    file = table(tmp_path / "m.csv", image=addresses, fname=[f"{n}.png" for n in SHUFFLED], label=LABELS, true=SHUFFLED)
    images = read_folder(root, metadata=file)
    assert [id.removesuffix(".png") for id in images.ids] == images.frame["meta_true"].tolist()


def test_numbers_of_an_unknown_column_name_no_images(tmp_path):
    root = folder(tmp_path / "data", [f"{20 + n}.png" for n in range(N)])
    ages = [20 + n for n in SHUFFLED]
    file = table(tmp_path / "m.csv", image=[f"scan-{n}" for n in range(N)], age=ages, label=LABELS)
    with pytest.raises(UsageError, match=r"'age' fits by its numbers alone.*--image-column"):
        read_folder(root, metadata=file)
    assert read_folder(root, metadata=file, image_column="age").n == N
    assert read_folder(root, metadata=table(file, image=ages, age=50, label=LABELS)).n == N


def test_numbers_beside_names_of_other_pictures_are_asked_about(tmp_path):
    root = folder(tmp_path / "data", [f"{n}.png" for n in range(N)])
    names = [f"photo{n}.png" for n in SHUFFLED]
    with pytest.raises(UsageError, match="'id' fits by its numbers alone"):
        read_folder(root, metadata=table(tmp_path / "m.csv", id=range(N), picture_file=names, label=LABELS))


@pytest.mark.parametrize("known", [("image_a", "image_b"), ("image", "file")])
def test_two_columns_that_name_different_images_are_asked_about(known, tmp_path):
    root = folder(tmp_path / "data", [f"{n}.png" for n in range(N)])
    first, second = known
    names = [f"{n}.png" for n in SHUFFLED]
    file = table(tmp_path / "m.csv", **{first: names, second: names[5:] + names[:5], "label": LABELS})
    with pytest.raises(UsageError, match=rf"--image-column {min(known)}, or --image-column {max(known)}"):
        read_folder(root, metadata=file)
    assert read_folder(root, metadata=file, image_column=second).n == N
    assert read_folder(root, metadata=table(file, **{first: names, second: names, "label": LABELS})).n == N
    # Of two that mean different files, the one that is known to name images is the row's own.
    images = read_folder(root, metadata=table(file, similar=names[5:] + names[:5], image=names, label=LABELS))
    assert "similar" in images.metadata_columns


@pytest.mark.parametrize("part", ["test", "test_images", "test/images"])
def test_a_table_of_another_part_is_no_table_of_the_folder(part, tmp_path):
    names = [f"{n}.png" for n in range(N)]
    root = folder(tmp_path / part, names)
    columns = {"id": names, "label": LABELS}
    with pytest.raises(UsageError, match=r"called 'train\.csv', and the folder .*other parts of a split"):
        read_folder(root, metadata=table(tmp_path / "train.csv", **columns))
    for file in ("test.csv", "test_labels.csv", "labels.csv", "train_and_test.csv"):
        assert read_folder(root, metadata=table(tmp_path / file, **columns)).n == N
    assert read_folder(root, metadata=table(root / "train.csv", **columns)).n == N


def test_a_table_of_another_part_than_all_that_lies_in_the_folder(tmp_path):
    names = [f"{n}.png" for n in range(N)]
    root = folder(tmp_path / "set", [f"test_images/{name}" for name in names])
    columns = {"id": names, "label": LABELS}
    for place in (tmp_path, root):
        with pytest.raises(UsageError, match=r"called 'train\.csv', and the folder 'test_images'"):
            read_folder(root, metadata=table(place / "train.csv", **columns))
        assert read_folder(root, metadata=table(place / "test_labels.csv", **columns)).n == N


def test_rows_of_another_site_label_no_file(tmp_path):
    root = folder(tmp_path / "siteA", [f"{n}.png" for n in range(N)])
    names = [f"siteA/{n}.png" for n in range(N)] + [f"siteB/{n}.png" for n in range(N)]
    file = table(tmp_path / "m.csv", image=names, label=[*"ab"] * (N // 2) + ["c"] * N)
    images = read_folder(root, metadata=file, allow_missing=True)
    assert images.frame["label"].value_counts().to_dict() == {"a": N // 2, "b": N // 2}
    one = table(tmp_path / "m.csv", image=names[:N], label=[*"ab"] * (N // 2))
    assert read_folder(root, metadata=one).n == N


@pytest.mark.parametrize("start", ["/kaggle/input/set", "../input/set", "D:\\set"])
def test_paths_of_another_machine_mean_files_by_how_they_end(start, tmp_path):
    root = folder(tmp_path / "data", [f"images/{n}.png" for n in range(N)])
    file = table(tmp_path / "m.csv", path=[f"{start}/images/{n}.png" for n in range(N)], label=LABELS)
    images = read_folder(root, metadata=file)
    assert images.n == N
    assert "by how its paths end" in " ".join(understood(images))
    other = table(tmp_path / "m.csv", path=[f"{start}/images/x{n}.png" for n in range(N)], label=LABELS)
    with pytest.raises(DataError, match="lead outside the folder"):
        read_folder(root, metadata=other)


@pytest.mark.parametrize("first", ["gone.png,a", "99.png,a", "gone,a"])
def test_a_table_without_a_header_is_told_where_its_first_file_is_missing(first, tmp_path):
    root = folder(tmp_path / "data", [f"{n}.png" for n in range(N)])
    rows = "".join(f"{n}.png,{'ab'[n % 2]}\n" for n in range(N))
    (tmp_path / "m.csv").write_text(f"{first}\n{rows}")
    if first.startswith("gone,"):  # the twin: a name as columns have them
        (tmp_path / "m.csv").write_text(f"gone,label\n{rows}")
        assert read_folder(root, metadata=tmp_path / "m.csv").n == N
        return
    with pytest.raises(UsageError, match="no header"):
        read_folder(root, metadata=tmp_path / "m.csv")


def test_columns_called_by_numbers_are_a_header(tmp_path):
    root = folder(tmp_path / "data", [f"{n}.png" for n in range(N)])
    file = table(tmp_path / "m.csv", image=[f"{n}.png" for n in range(N)], **{"0": 1, "1": 0}, label=LABELS)
    assert read_folder(root, metadata=file).n == N


def test_a_table_without_a_header_is_told(tmp_path):
    for number in range(4):
        save(tmp_path / "data" / f"{number}.png", picture(number))
    (tmp_path / "m.csv").write_text("0.png,a\n1.png,b\n2.png,a\n3.png,b\n")
    with pytest.raises(UsageError, match="no header"):
        read_folder(tmp_path / "data", metadata=tmp_path / "m.csv")
    (tmp_path / "m.csv").write_text("which,label\n0.png,a\n1.png,b\n2.png,a\n3.png,b\n")
    assert read_folder(tmp_path / "data", metadata=tmp_path / "m.csv").n == 4
    (tmp_path / "m.csv").write_text("which,label\nx0.png,a\nx1.png,b\nx2.png,a\nx3.png,b\n")
    with pytest.raises(UsageError, match="--image-column"):
        read_folder(tmp_path / "data", metadata=tmp_path / "m.csv")
