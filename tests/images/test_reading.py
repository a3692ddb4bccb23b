"""Labels, groups and metadata come together in the table of images, or the run ends with the cause."""

from __future__ import annotations

import os
import pickle
import unicodedata

import numpy as np
import pytest

from biasaudit.errors import DataError, UsageError
from biasaudit.images.decode import decode
from biasaudit.images.reading import read_folder
from biasaudit.images.understood import understood
from tests.hostile import class_folder, picture, save, written


@pytest.fixture
def root(tmp_path):
    return class_folder(tmp_path / "data", cat=5, dog=5)


def table_csv(tmp_path, text: str):
    return written(tmp_path / "table.csv", text.encode())


def all_rows(root, header="path", **changes) -> str:
    """A CSV with a row for each file; `changes` gives the text after the path of some."""
    names = sorted(str(p.relative_to(root)) for p in root.rglob("*.png"))
    return "\n".join([header, *(n + changes.get(n.replace("/", "_")[:-4], "," * header.count(",")) for n in names)])


def labelled(root, **labels) -> str:
    """A CSV of labels: the folder's, but for some."""
    names = sorted(str(p.relative_to(root)) for p in root.rglob("*.png"))
    rows = [f"{name},{labels.get(name.replace('/', '_')[:-4], name.split('/')[0])}" for name in names]
    return "\n".join(["path,label", *rows])


def test_a_good_folder(root):
    table = read_folder(root)
    assert table.n == 10
    assert list(table.frame.columns) == ["id", "label", "split", "group"]
    assert table.ids.tolist() == sorted(table.ids)
    assert table.classes == ["cat", "dog"]
    assert table.groups.tolist() == table.ids.tolist()
    assert table.frame["split"].isna().all()
    assert not table.grouped
    assert (table.excluded, table.notes, table.warnings, table.metadata_columns) == ((), {}, (), ())
    assert table.path(7) == root / "dog" / "2.png"
    assert list(table.frame.index) == list(range(10))


def test_split_folders_give_the_split(tmp_path):
    for part in ("train", "test"):
        class_folder(tmp_path / part, cat=2, dog=2)
    table = read_folder(tmp_path)
    assert table.classes == ["cat", "dog"]
    assert table.frame["split"].tolist() == ["test"] * 4 + ["train"] * 4


def test_22_23_one_picture_in_two_places_is_kept_twice_for_the_analysis_to_see(tmp_path):
    root = class_folder(tmp_path, cat=3, dog=3)
    save(root / "cat" / "same.png", picture(9))
    save(root / "dog" / "same.png", picture(9))
    table = read_folder(root)
    assert {"cat/same.png", "dog/same.png"} < set(table.ids)
    split = tmp_path / "split"
    for part in ("train", "test"):
        class_folder(split / part, cat=2, dog=2)
    table = read_folder(split)
    assert table.frame.loc[table.frame["id"].str.endswith("cat/0.png"), "split"].tolist() == ["test", "train"]


def test_28_odd_names_are_found_again_in_workers_and_in_the_csv(root, tmp_path):
    os.rename(root / "cat" / "0.png", os.fsencode(root) + b"/cat/caf\xe9.png")
    table = pickle.loads(pickle.dumps(read_folder(root)))
    at = table.ids.tolist().index("cat/caf\\xe9.png")
    assert decode(table.path(at)).rgb.size
    assert decode(table.subset([at]).path(0)).rgb.size
    csv = table_csv(tmp_path, "path,x\n" + "\n".join(f"{id},1" for id in table.ids))
    assert read_folder(root, metadata=csv).n == 10


def test_30_the_csv_may_use_another_unicode_form(root, tmp_path):
    composed, decomposed = (unicodedata.normalize(form, "cat/é.png") for form in ("NFC", "NFD"))
    (root / "cat" / "0.png").rename(root / decomposed)
    (root / "cat" / "1.png").rename(root / "cat" / "e.png")
    names = ["cat/e.png", composed, "dog/0.png", "dog/1.png"]
    table = read_folder(root, metadata=table_csv(tmp_path, "path\n" + "\n".join(names)), allow_missing=True)
    assert decomposed in table.ids
    save(root / composed)
    both = read_folder(
        root, metadata=table_csv(tmp_path, "path\n" + "\n".join([*names, decomposed])), allow_missing=True
    )
    assert {composed, decomposed} < set(both.ids)
    assert any("Unicode" in text for text in both.warnings)


@pytest.mark.parametrize("spelling", ["cat/0.png", "./cat/0.png", "cat\\0.png", ".\\cat\\0.png", " cat/0.png "])
def test_paths_may_be_written_in_other_ways(spelling, root, tmp_path):
    csv = table_csv(tmp_path, f"path\n{spelling}\ncat/1.png\ndog/0.png\ndog/1.png\n")
    assert read_folder(root, metadata=csv, allow_missing=True).ids.tolist() == [
        "cat/0.png",
        "cat/1.png",
        "dog/0.png",
        "dog/1.png",
    ]


OUTSIDE = [
    "../../etc/passwd",
    "../outside/secret.png",
    "cat/../dog/0.png",
    "/etc/passwd",
    "//server/share/a.png",
    "C:\\secret.png",
    "C:secret.png",
    "..\\outside\\secret.png",
    "cat/0.png\0.txt",
]


@pytest.mark.parametrize("path", OUTSIDE)
def test_36_paths_that_lead_out_are_refused(path, root, tmp_path):
    save(tmp_path / "outside" / "secret.png")
    table = read_folder(root, metadata=table_csv(tmp_path, all_rows(root) + f"\n{path}\n"))
    assert table.n == 10
    assert [e.reason for e in table.excluded] == ["outside the folder"]
    assert table.excluded[0].path.isprintable()
    assert set(table.ids) == set(read_folder(root).ids)


def test_36_absolute_paths_that_end_as_no_file_does_end_the_run(root, tmp_path):
    for name in ("other/0.png", "other/1.png"):
        save(tmp_path / "outside" / name)
    csv = table_csv(tmp_path, "path\n" + "\n".join(str(p) for p in sorted((tmp_path / "outside").rglob("*.png"))))
    with pytest.raises(DataError, match=r"2 of 2 rows.*absolute paths and '\.\.' are refused"):
        read_folder(root, metadata=csv)


def test_36_absolute_paths_mean_files_of_the_folder_by_how_they_end(root, tmp_path):
    csv = table_csv(tmp_path, "path\n" + "\n".join(f"/other/place/{id}" for id in all_rows(root).split()[1:]))
    table = read_folder(root, metadata=csv)
    assert set(table.ids) == set(read_folder(root).ids)
    assert "by how its paths end" in " ".join(understood(table))


def test_39_equal_rows_count_once(root, tmp_path):
    csv = table_csv(tmp_path, all_rows(root, "path,sex", cat_0=",F") + "\ncat/0.png,F\n./cat/0.png,F\n")
    table = read_folder(root, metadata=csv)
    assert table.n == 10
    assert table.notes == {"rows of the table equal to an earlier one, counted once": 2}
    assert len(table.warnings) == 1


@pytest.mark.parametrize("again", ["cat/0.png,M", "./cat/0.png,M", "cat\\0.png,"])
def test_40_conflicting_rows_end_the_run(again, root, tmp_path):
    csv = table_csv(tmp_path, all_rows(root, "path,sex", cat_0=",F") + f"\n{again}\n")
    with pytest.raises(DataError, match=r"cat/0\.png.*'sex'"):
        read_folder(root, metadata=csv)
    assert read_folder(root, metadata=csv, ignore=["sex"]).n == 10


@pytest.mark.parametrize(("lost", "allowed", "ends"), [(1, False, False), (3, False, True), (3, True, False)])
def test_41_rows_without_file(lost, allowed, ends, root, tmp_path):
    csv = table_csv(tmp_path, all_rows(root) + "".join(f"\ncat/none{i}.png" for i in range(lost)))
    if ends:
        with pytest.raises(DataError, match=r"3 of 13 rows of the table name no file.*--allow-missing"):
            read_folder(root, metadata=csv)
        return
    table = read_folder(root, metadata=csv, allow_missing=allowed)
    assert table.notes == {"rows of the table that name no file of the folder": lost}
    assert {e.reason for e in table.excluded} == {"named in the table, no such file"}
    assert table.unreadable == ()


def test_41_files_without_row_are_counted_and_not_audited(root, tmp_path):
    csv = table_csv(tmp_path, "path\ncat/0.png\ncat/1.png\ndog/0.png\ndog/1.png\n")
    with pytest.raises(DataError, match=r"6 of 10 files have no row in the table, such as cat/2\.png.*--allow-missing"):
        read_folder(root, metadata=csv)
    table = read_folder(root, metadata=csv, allow_missing=True)
    assert table.n == 4
    assert table.notes == {"files without a row in the table, not audited": 6}
    assert table.warnings == ("files without a row in the table, not audited: 6",)


def test_42_43_groups_are_text_and_a_missing_one_is_the_images_own(root, tmp_path):
    csv = table_csv(tmp_path, all_rows(root, "path,who", cat_0=",NA", cat_1=",None", cat_2=",007", dog_0=",7"))
    table = read_folder(root, metadata=csv, group_by="who")
    assert table.groups[:6].tolist() == ["NA", "None", "007", "cat/3.png", "cat/4.png", "7"]
    assert table.grouped
    assert table.notes == {"no group given: the image is its own group": 6}
    assert table.frame["meta_who"].isna().sum() == 6
    assert table.metadata_columns == ("who",)


def test_label_of_the_csv_comes_before_the_folder(root, tmp_path):
    strange = "</script><script>alert(1)</script>"
    told = {f"dog_{number}": ",fish,3" for number in range(5)}
    csv = table_csv(tmp_path, all_rows(root, "path,label,x", cat_0=f",{strange},1", cat_1=f", {strange} ,2", **told))
    table = read_folder(root, metadata=csv)
    assert table.classes == [strange, "fish"]  # without a label in the table an image has none
    assert [(e.path, e.reason) for e in table.excluded] == [
        (f"cat/{number}.png", "no label in the table") for number in (2, 3, 4)
    ]
    assert table.warnings == ()
    assert table.notes == {"images without a label in the table, not audited": 3}
    assert table.metadata_columns == ("x",)
    assert read_folder(root, metadata=csv, ignore=["label"]).classes == ["cat", "dog"]


def test_images_in_the_root_need_a_label(root, tmp_path):
    save(root / "loose.png")
    table = read_folder(root)
    assert [(e.path, e.reason) for e in table.excluded] == [("loose.png", "no class folder")]
    csv = table_csv(tmp_path, labelled(root, loose="cat"))
    assert read_folder(root, metadata=csv).labels.tolist().count("cat") == 6


def test_columns_that_the_command_names(root, tmp_path):
    csv = table_csv(tmp_path, all_rows(root, "path,who,fold,id", cat_0=",a,train,1", dog_0=",b,test,2"))
    table = read_folder(root, metadata=csv, group_by="who", split="fold", ignore=["id", "who"])
    assert table.frame["split"].dropna().tolist() == ["train", "test"]
    assert table.groups[0] == "a"
    assert table.metadata_columns == ("fold",)
    assert list(table.frame.columns) == ["id", "label", "split", "group", "meta_fold"]
    for wrong in ({"group_by": "x"}, {"split": "x"}, {"ignore": ["x"]}):
        with pytest.raises(UsageError, match="no column 'x'; it has 'path', 'who', 'fold', 'id'"):
            read_folder(root, metadata=csv, **wrong)
        with pytest.raises(UsageError, match="--metadata"):
            read_folder(root, **wrong)


@pytest.mark.parametrize("column", ["id", "split", "group", "meta_x", "label2", "=cmd", "</script>", "a b"])
def test_any_column_name_is_kept_apart_from_ours(column, root, tmp_path):
    table = read_folder(root, metadata=table_csv(tmp_path, all_rows(root, f"path,{column}", cat_0=",x")))
    assert table.metadata_columns == (column,)
    assert table.frame[f"meta_{column}"].iloc[0] == "x"
    assert table.ids[0] == "cat/0.png"
    assert table.classes == ["cat", "dog"]


def test_group_by_path_or_label_is_taken_at_its_word(root, tmp_path):
    csv = table_csv(tmp_path, labelled(root))
    assert read_folder(root, metadata=csv, group_by="path").groups.tolist() == read_folder(root).ids.tolist()
    assert read_folder(root, metadata=csv, group_by="label").groups[0] == "cat"


def test_49_empty_class_warns_and_empty_root_ends(root, tmp_path):
    (root / "bird").mkdir()
    assert read_folder(root).warnings == ("class folder bird holds no image",)
    (tmp_path / "none").mkdir()
    with pytest.raises(DataError, match="no labelled images") as caught:
        read_folder(tmp_path / "none")
    assert caught.value.exit_code == 3
    with pytest.raises(UsageError, match="There is no folder") as caught:
        read_folder(tmp_path / "nowhere")
    assert caught.value.exit_code == 2


def test_24_27_files_refused_by_the_walk_are_in_the_table(root):
    (root / "cat" / "out.png").symlink_to("/etc/passwd")
    table = read_folder(root)
    assert [(e.path, e.label) for e in table.excluded] == [("cat/out.png", "cat")]
    assert table.unreadable == ()


def test_60_the_order_of_the_rows_in_the_csv_does_not_matter(root, tmp_path):
    lines = all_rows(root, "path,x", cat_0=",1", dog_3=",2").split("\n")
    first = read_folder(root, metadata=table_csv(tmp_path, "\n".join(lines)))
    second = read_folder(root, metadata=table_csv(tmp_path, "\n".join([lines[0], *lines[:0:-1]])))
    assert first.frame.equals(second.frame)


def test_arrays_hold_whole_text(root, tmp_path):
    csv = table_csv(tmp_path, labelled(root, cat_0="a\0", cat_1="a\0"))
    table = read_folder(root, metadata=csv)
    assert "a\0" in table.classes
    assert table.labels.dtype == table.ids.dtype == table.groups.dtype == np.dtype(object)
