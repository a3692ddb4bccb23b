"""A scan of DICOM files: tags of the list are columns, and nobody's identity is in any byte that is written."""

from __future__ import annotations

import gzip
import zipfile
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest

from biasaudit import cli
from tests.dicom_files import SECRETS, dataset, saved, words_of
from tests.faults.command import Ended, audited
from tests.planted import VIEWS, photograph

EACH = 30
"""Files a class."""
MAKERS = ("Acme Imaging", "Borealis Röntgen")


def radiographs(root: Path) -> Path:
    """Two classes; the maker goes with the class in nine of ten, the view does not; everybody has a name."""
    rng = np.random.default_rng(0)
    for number in range(2 * EACH):
        label = ("ill", "well")[number % 2]
        grey = photograph(rng, upright=number % 2 == 0)[..., 1].astype(np.uint16) * 16
        made = dataset(
            grey,
            bits=12,
            WindowCenter=2048,
            WindowWidth=4096,
            Modality="DX",
            Manufacturer=MAKERS[(number % 2 + (number // 2 % 10 == 0)) % 2],
            ManufacturerModelName="only here" if number == 7 else "Model 3",
            ViewPosition=("PA", "AP")[number // 2 % 2],
            BodyPartExamined="CHEST",
            KVP=120,
            PatientSex=("F", "M")[number // 4 % 2],
            PatientAge=("034Y", "067Y")[number // 2 % 2],
            PatientID=f"{SECRETS['PatientID']}-{number}",
        )
        saved(root / label / f"{number:04d}.dcm", made)
    return root


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return radiographs(tmp_path_factory.mktemp("dicom") / "data")


@pytest.fixture(scope="module")
def scanned(folder) -> Ended:
    return audited("scan", folder)


def test_what_was_read_of_the_files_is_said_on_the_terminal(scanned):
    assert "column Manufacturer: words: 2 values" in scanned.err
    assert "Note: columns read out of DICOM headers: " in scanned.err


def contents(root: Path) -> dict[str, bytes]:
    """Every file under a folder, and what is packed in them, as bytes."""
    found = {}
    for path in (path for path in root.rglob("*") if path.is_file()):
        content = path.read_bytes()
        found[str(path)] = content
        if content[:2] == b"\x1f\x8b":
            found[f"{path}, unpacked"] = gzip.decompress(content)
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                found |= {f"{path}, {name}": archive.read(name) for name in archive.namelist()}
        if path.suffix == ".parquet":
            found[f"{path}, as text"] = pd.read_parquet(path).to_csv().encode()
    return found


def holding(root: Path, words: list[str]) -> list[tuple[str, str]]:
    """(file, word), of each word that a file holds in UTF-8 or UTF-16."""
    return [
        (name, word)
        for name, content in contents(root).items()
        for word in words
        for encoding in ("utf-8", "utf-16-le", "utf-16-be")
        if word.encode(encoding) in content
    ]


def test_no_identity_is_in_any_byte_that_is_written(scanned, folder):
    assert scanned.code == 0
    assert len(contents(scanned.folder)) > 5
    for word in words_of():
        assert holding(folder, [word]), "it was planted"
    assert holding(scanned.folder, words_of()) == []
    for word in words_of():
        assert word not in scanned.out + scanned.err


def test_tags_of_the_list_are_columns_and_the_maker_is_found(scanned):
    columns = {name.removeprefix("meta_") for name in scanned.images.columns if name.startswith("meta_")}
    assert columns == {
        *("Modality", "Manufacturer", "ManufacturerModelName", "BodyPartExamined", "ViewPosition", "KVP"),
        *("Rows", "Columns", "BitsStored", "PhotometricInterpretation"),
    }
    assert set(scanned.images["meta_Manufacturer"]) == set(MAKERS)
    verdicts = {each["cue"]: each["verdict"] for each in scanned.record["findings"]}
    assert verdicts["Manufacturer"] in ("suspect", "unidentifiable")
    assert verdicts.get("ViewPosition") not in ("suspect", "unidentifiable")
    assert "columns read out of DICOM headers" in scanned.page


def test_what_one_file_alone_has_is_not_kept(scanned):
    assert "(rare)" in set(scanned.images["meta_ManufacturerModelName"])
    assert holding(scanned.folder, ["only here"]) == []


def test_a_redacted_copy_has_neither_identities_nor_values(scanned, tmp_path):
    out = tmp_path / "redacted" / "report.html"
    record = scanned.folder / "audit.json"
    arguments = ["biasaudit", "report", str(record), "--redact-names", "--out", str(out)]
    with patch("sys.argv", arguments), suppress(SystemExit):
        cli.main()
    assert out.is_file()
    assert holding(scanned.folder, list(MAKERS))
    assert holding(out.parent, [*words_of(), *MAKERS]) == []


@pytest.mark.slow
def test_sex_and_age_are_columns_where_they_are_asked_for_and_may_have_roles(folder, tmp_path):
    ended = audited(
        "scan",
        folder,
        "--dicom-people",
        "--nuisance",
        "Manufacturer",
        "--sensitive",
        "PatientSex",
        out=tmp_path / "out",
    )
    assert ended.code == 0, ended.err
    assert set(ended.images["meta_PatientSex"]) == {"F", "M"}
    assert set(ended.images["meta_PatientAge"]) == {"30 to 39", "60 to 69"}
    assert holding(ended.folder, words_of()) == []


@pytest.mark.parametrize(("option", "column"), [("--sensitive", "PatientSex"), ("--nuisance", "Exposure")])
def test_a_role_of_a_column_that_no_file_tells_is_refused(option, column, folder, tmp_path):
    ended = audited("scan", folder, option, column, out=tmp_path / "out")
    assert ended.code == 2
    assert column in ended.err
    assert ("--dicom-people" in ended.err) is (column == "PatientSex")


def test_a_folder_of_photographs_gains_no_column(tmp_path):
    from tests.planted import plant

    plant(tmp_path / "data", n=12)
    ended = audited("scan", tmp_path / "data", "--without", ",".join(VIEWS))
    assert not [name for name in ended.images.columns if name.startswith(("meta_", "dicom_"))]
    assert "DICOM" not in ended.page.replace("DICOM, ...", "")
