"""Public data sets with the folders, tables and names that they are downloaded with, drawn small."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from biasaudit.errors import DataError, UsageError
from biasaudit.images.reading import read_folder
from tests.hostile import picture, save

N = 24


def pictures(root, names):
    for number, name in enumerate(names):
        save(root / name, picture(number, 12, 16))
    return root


def table(file, **columns):
    pd.DataFrame(columns).to_csv(file, index=False)
    return file


def counts(images):
    return images.frame["label"].value_counts().to_dict()


def alternately(*values, n=N):
    return [values[number % len(values)] for number in range(n)]


@pytest.fixture
def ham10000(tmp_path):
    ids = [f"ISIC_{24300 + number:07d}" for number in range(N)]
    pictures(tmp_path, [f"HAM10000_images_part_{1 + (n > 11)}/{id}.jpg" for n, id in enumerate(ids)])
    return table(
        tmp_path / "HAM10000_metadata.csv",
        lesion_id=[f"HAM_{n // 2:07d}" for n in range(N)],
        image_id=ids,
        dx=alternately("nv", "mel", "bkl"),
        dx_type="histo",
        age=45.0,
        sex=alternately("male", "female"),
        localization="back",
    )


def test_ham10000(ham10000):
    with pytest.raises(UsageError, match=r"look like pieces of one data set.*--metadata FOLDER/HAM10000_metadata\.csv"):
        read_folder(ham10000.parent)
    images = read_folder(ham10000.parent, metadata=ham10000, group_by="lesion_id")
    assert counts(images) == {"nv": 8, "mel": 8, "bkl": 8}
    assert images.metadata_columns == ("lesion_id", "dx_type", "age", "sex", "localization")
    assert len(set(images.groups)) == N // 2


def test_isic_2019_has_a_column_a_class(tmp_path):
    ids = [f"ISIC_{number:07d}" for number in range(N)]
    pictures(tmp_path, [f"ISIC_2019_Training_Input/{id}.jpg" for id in ids])
    file = table(
        tmp_path / "ISIC_2019_Training_GroundTruth.csv",
        image=ids,
        MEL=alternately(1.0, 0.0, 0.0),
        NV=alternately(0.0, 1.0, 0.0),
        BCC=alternately(0.0, 0.0, 1.0),
    )
    images = read_folder(tmp_path, metadata=file)
    assert counts(images) == {"MEL": 8, "NV": 8, "BCC": 8}
    assert images.metadata_columns == ()


def test_chexpert(tmp_path):
    names = [f"train/patient{n // 2:05d}/study1/view{1 + n % 2}_frontal.jpg" for n in range(N)]
    pictures(tmp_path, names)
    file = table(
        tmp_path / "train.csv",
        Path=[f"CheXpert-v1.0-small/{name}" for name in names],
        Sex=alternately("Male", "Female"),
        Age=alternately(40, 60, 70),
        Edema=alternately("1.0", "0.0", "-1.0", ""),
    )
    with pytest.raises(UsageError, match=r"--label-column Edema --positive 1"):
        read_folder(tmp_path, metadata=file)
    images = read_folder(tmp_path, metadata=file, label_column="Edema", positive=("1",), group_by=r"name:patient\d+")
    assert counts(images) == {"Edema": 6, "not Edema": 6}
    assert [each.words for each in images.left_out].count(
        "labelled as uncertain (-1): --positive or --negative can take it"
    ) == 6
    assert len(set(images.groups)) == len({id.split("/")[1] for id in images.ids})
    with pytest.raises(UsageError, match=r"holds 1, 0 and -1.*--positive 1.*--single-label"):
        read_folder(tmp_path, metadata=file, label_column="Edema")
    assert len(read_folder(tmp_path, metadata=file, label_column="Edema", single_label=True).classes) == 3
    by_folder = read_folder(
        tmp_path, metadata=file, label_column="Edema", positive=("1",), layout="split/group/*", split=None
    )
    assert by_folder.groups.tolist() == images.groups.tolist()
    wide = read_folder(tmp_path, metadata=file, label_column="Edema", positive=("1", "-1"), negative=("0", "blank"))
    assert counts(wide) == {"Edema": 12, "not Edema": 12}


def test_nih_chestxray14(tmp_path):
    names = [f"{n // 3:08d}_{n % 3:03d}.png" for n in range(N)]
    pictures(tmp_path, [f"images_{1 + n % 2:03d}/images/{name}" for n, name in enumerate(names)])
    file = table(
        tmp_path / "Data_Entry_2017.csv",
        **{
            "Image Index": names,
            "Finding Labels": alternately("No Finding", "Effusion", "Effusion|Mass", "Mass"),
            "Patient ID": [n // 3 for n in range(N)],
            "Patient Age": "058Y",
        },
    )
    with pytest.raises(UsageError, match=r"several labels, such as 'Effusion\|Mass'.*--positive .*--each-label"):
        read_folder(tmp_path, metadata=file)
    images = read_folder(
        tmp_path, metadata=file, positive=("effusion",), label_column="Finding Labels", group_by="Patient ID"
    )
    assert counts(images) == {"effusion": 12, "not effusion": 12}


def test_pad_ufes_20(tmp_path):
    names = [f"PAT_{n // 2}_{n}_1.png" for n in range(N)]
    pictures(tmp_path, [f"imgs_part_{1 + n % 3}/{name}" for n, name in enumerate(names)])
    file = table(
        tmp_path / "metadata.csv",
        patient_id=[name[:6] for name in names],
        diagnostic=alternately("NEV", "BCC"),
        img_id=names,
    )
    images = read_folder(tmp_path, metadata=file, group_by="patient_id")
    assert counts(images) == {"NEV": 12, "BCC": 12}


def test_celeba(tmp_path):
    names = [f"{n + 1:06d}.jpg" for n in range(N)]
    pictures(tmp_path, [f"img_align_celeba/{name}" for name in names])
    rows = [f"{name} {' 1' if n % 2 else '-1'} {' 1' if n % 3 else '-1'}" for n, name in enumerate(names)]
    file = tmp_path / "list_attr_celeba.txt"
    file.write_text("\n".join([str(N), "Male Smiling ", *rows]) + "\n")
    (tmp_path / "README.txt").write_text("Faces of people, and what they do.\n")
    with pytest.raises(DataError, match=r"only one: 'img_align_celeba'.*--metadata FOLDER/list_attr_celeba\.txt"):
        read_folder(tmp_path)
    with pytest.raises(UsageError, match=r"--label-column Male --positive 1"):
        read_folder(tmp_path, metadata=file)
    images = read_folder(tmp_path, metadata=file, label_column="Male", positive=("1",))
    assert counts(images) == {"Male": 12, "not Male": 12}
    assert images.metadata_columns == ("Smiling",)


def test_utkface_has_its_labels_in_its_names(tmp_path):
    names = [f"{20 + n}_{n % 2}_{n % 3}_2017011012345{n:04d}.jpg.chip.jpg" for n in range(N)]
    pictures(tmp_path, [f"UTKFace/{name}" for name in names])
    with pytest.raises(DataError, match=r"--label-column 'name:PATTERN'"):
        read_folder(tmp_path)
    images = read_folder(tmp_path, label_column=r"name:^\d+_(\d)_")
    assert counts(images) == {"0": 12, "1": 12}
    pattern = r"^(?P<age>\d+)_(?P<gender>\d)_(?P<race>\d)_"
    images = read_folder(tmp_path, from_name=pattern, label_column="gender")
    assert counts(images) == {"0": 12, "1": 12}
    assert images.metadata_columns == ("age", "race")


def test_a_kaggle_table_of_ids_and_labels(tmp_path):
    pictures(tmp_path, [f"train/{n:05d}.jpg" for n in range(N)])
    file = table(tmp_path / "train.csv", id=[f"{n:05d}" for n in range(N)], label=alternately(0, 1))
    assert counts(read_folder(tmp_path, metadata=file)) == {"0": 12, "1": 12}
    pictures(tmp_path, [f"test/{n:05d}.jpg" for n in range(100, 110)])
    with pytest.raises(
        Exception, match=r"10 of 34 files have no row in the table, such as test/00100.*--exclude 'test/\*'"
    ):
        read_folder(tmp_path, metadata=file)
    assert read_folder(tmp_path, metadata=file, exclude=("test/*",)).n == N


def written_as(frame, file):
    if file.suffix == ".parquet":
        frame.to_parquet(file)
    elif file.suffix == ".jsonl":
        frame.to_json(file, orient="records", lines=True)
    else:
        frame.to_csv(file, index=False)


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_a_hugging_face_image_folder_needs_no_option(tmp_path, kind):
    for part in ("train", "test"):
        names = [f"{n:04d}.png" for n in range(N)]  # the same in both parts
        pictures(tmp_path / part, names)
        frame = pd.DataFrame({"file_name": names, "label": alternately("cat", "dog"), "camera": "a"})
        written_as(frame, tmp_path / part / f"metadata.{kind}")
    images = read_folder(tmp_path)
    assert counts(images) == {"cat": N, "dog": N}
    assert images.frame["split"].value_counts().to_dict() == {"train": N, "test": N}
    assert images.held_out.sum() == N
    assert images.metadata_columns == ("camera",)


def test_coco(tmp_path):
    names = [f"{n:012d}.jpg" for n in range(N)]
    pictures(tmp_path, [f"train2017/{name}" for name in names])
    file = tmp_path / "instances_train2017.json"
    marks = [{"image_id": n, "category_id": 1 + n % 2} for n in range(N)]
    whole = {
        "images": [{"id": n, "file_name": name, "width": 16} for n, name in enumerate(names)],
        "annotations": marks,
        "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}],
    }
    file.write_text(json.dumps(whole))
    assert counts(read_folder(tmp_path, metadata=file)) == {"cat": 12, "dog": 12}
    whole["annotations"] = [*marks, *({"image_id": n, "category_id": 1} for n in range(6))]
    file.write_text(json.dumps(whole))
    with pytest.raises(UsageError, match="several labels"):
        read_folder(tmp_path, metadata=file)
    assert counts(read_folder(tmp_path, metadata=file, label_column="category", positive=("cat",))) == {
        "cat": 15,
        "not cat": 9,
    }
