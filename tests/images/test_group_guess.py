"""Patients that nobody named are proposed, with what it does that they were not; running numbers are left alone."""

from __future__ import annotations

import pandas as pd

from biasaudit.images.reading import read_folder
from tests.hostile import written

N = 40


def warnings(root, names, cells=None):
    """What is said of a folder of these files, and of a table where there is one."""
    for name in names:
        written(root / "images" / name, b"x")
    table = None
    if cells:
        table = root / "table.csv"
        pd.DataFrame({"path": names, **cells}).to_csv(table, index=False)
    return " ".join(read_folder(root / "images", metadata=table).warnings)


def label(patient):
    return "ab"[patient % 2]


def test_patients_in_names_are_proposed_and_running_numbers_are_not(tmp_path):
    said = warnings(tmp_path / "1", [f"{label(n // 2)}/person{n // 2}_{n % 2}.png" for n in range(N)])
    assert "such as person" in said
    assert "20 in 40 images; 20 have several images, of which some are learnt from and others judged" in said
    assert "count 40 images and not 20. --group-by 'name:" in said
    assert "--group-by" not in warnings(tmp_path / "2", [f"{label(n)}/photo{n}_x.png" for n in range(N)])


def test_folders_and_columns_of_patients_are_proposed_where_most_have_one_image(tmp_path):
    names = [f"patient{n // 2:04d}/study{n % 2}/view.png" for n in range(N)]
    said = warnings(tmp_path / "1", names, {"label": [label(n // 2) for n in range(N)]})
    assert "such as patient0000: 20 in 40 images" in said
    names = [f"{label(n // 2)}/{n}.png" for n in range(N)]
    few = {"lesion_id": [f"HAM_{max(n, 5)}" for n in range(N)]}
    assert "the column lesion_id looks like a patient or scene: 35 in 40 images; 1 have several" in warnings(
        tmp_path / "2", names, few
    )


def test_patients_in_the_middle_of_longer_names_are_proposed(tmp_path):
    names = [f"{label(n // 2)}/SOB_{label(n // 2)}-14-{22549 + 3 * (n // 2)}AB-{'xyz'[n % 2]}.png" for n in range(N)]
    assert "such as SOB_" in warnings(tmp_path / "1", names)
    assert "--group-by" not in warnings(tmp_path / "2", [f"{label(n)}/ISIC_{24306 + n:07d}.png" for n in range(N)])


def test_ages_and_other_short_numbers_in_names_are_no_patients(tmp_path):
    assert "--group-by" not in warnings(tmp_path, [f"{label(n)}/{20 + n // 2}_{n % 3}_{n}.png" for n in range(N)])


def test_groups_of_one_image_each_are_told_to_be_of_no_use(tmp_path):
    names = [f"{label(n)}/{n}.png" for n in range(N)]
    for name in names:
        written(tmp_path / name, b"x")
    said = read_folder(tmp_path, group_by=r"name:\d+").warnings
    assert any("as groups they keep nothing together" in each for each in said)
    assert not read_folder(tmp_path, group_by=r"name:^\d").warnings


def test_those_on_both_sides_of_a_split_are_counted(tmp_path):
    names = [f"{('train', 'test')[n % 2 and n < 10]}/{label(n // 2)}/p{n // 2}_{n}.png" for n in range(N)]
    assert "5 stand both in what is learnt from and in what is held out" in warnings(tmp_path, names)


def test_a_column_of_patients_is_proposed_and_one_of_sites_is_not(tmp_path):
    names = [f"{label(n // 2)}/{n}.png" for n in range(N)]
    patients = {"Patient ID": [f"{n // 2:03d}" for n in range(N)]}
    assert "--group-by 'Patient ID' keeps" in warnings(tmp_path / "1", names, patients)
    assert "--group-by" not in warnings(tmp_path / "2", names, {"site": [f"{n // 2:03d}" for n in range(N)]})
