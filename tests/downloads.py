"""Public data sets as they are downloaded, drawn small, each with a ruler on most pictures of one class.

`python -m tests.downloads FOLDER` draws them all, each beside a text of what its own page says of it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from biasaudit.cues import BUILTIN
from tests.hostile import save
from tests.planted import photograph

N, SIDE = 160, 128
RULER = next(cue for cue in BUILTIN if cue.id == "ruler")
Code = np.ndarray
"""int (N,): 1 where the picture shows what is asked about."""


def codes(seed: int, n: int = N) -> Code:
    """Which pictures show what is asked about: half of them, in no order."""
    return np.random.default_rng(seed).permutation(n) % 2


def draw(root: Path, names: Sequence[str], code: Code) -> None:
    """A picture a name, upright or lying by its code; a ruler on 90% of one class and 10% of the other."""
    rng = np.random.default_rng(len(str(root.name)))
    for name, each in zip(names, code, strict=True):
        rgb = photograph(rng, upright=bool(each), side=SIDE)
        if rng.random() < (0.1, 0.9)[each]:
            rgb, _ = RULER.insert(rgb, 1.0, rng)
        save(root / name, rgb)


def write(file: Path, **columns: Sequence[object] | str | float) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(columns).to_csv(file, index=False)


def beside(code: Code) -> dict[str, np.ndarray]:
    """Age and sex that tell nothing of the class."""
    rng = np.random.default_rng(1)
    return {"age": rng.integers(4, 17, len(code)) * 5.0, "sex": rng.choice(["male", "female"], len(code))}


def photos(folder: Path) -> None:
    code = codes(0)
    draw(folder / "photos", [f"{('dog', 'cat')[each]}/{n}.jpg" for n, each in enumerate(code)], code)


def kaggle(folder: Path) -> None:
    code = codes(1)
    draw(folder / "photos", [f"train/{n:05d}.jpg" for n in range(N)], code)
    write(folder / "train.csv", id=[f"{n:05d}" for n in range(N)], label=code)


def ham10000(folder: Path) -> None:
    """The dermatoscopic images come in two archives, HAM10000_images_part_1.zip and _part_2.zip, unpacked here.
    HAM10000_metadata.csv has a row an image: lesion_id (a lesion has one or more images), image_id, dx (the
    diagnosis: mel is melanoma, nv a mole), dx_type (how it was confirmed), age, sex, localization."""
    code = codes(2)
    ids = [f"ISIC_{24306 + n:07d}" for n in range(N)]
    draw(folder / "HAM", [f"HAM10000_images_part_{1 + (2 * n >= N)}/{id}.jpg" for n, id in enumerate(ids)], code)
    write(
        folder / "HAM10000_metadata.csv",
        lesion_id=[f"HAM_{n - n % 5 // 4:07d}" for n in range(N)],
        image_id=ids,
        dx=np.where(code, "mel", "nv"),
        dx_type="histo",
        **beside(code),
        localization=np.random.default_rng(2).choice(["back", "trunk", "face"], N),
    )


def isic2019(folder: Path) -> None:
    """ISIC_2019_Training_Input holds the images; the ground truth has a column a diagnosis, 1.0 where it is this."""
    code = codes(3)
    ids = [f"ISIC_{n:07d}" for n in range(N)]
    draw(folder / "ISIC", [f"ISIC_2019_Training_Input/{id}.jpg" for id in ids], code)
    write(folder / "GroundTruth.csv", image=ids, MEL=code * 1.0, NV=1.0 - code)


def pad_ufes_20(folder: Path) -> None:
    """Smartphone pictures of six skin lesions, in imgs_part_1 to imgs_part_3. metadata.csv: patient_id, lesion_id,
    age, gender, diagnostic (BCC, SCC, MEL, ACK, NEV, SEK), img_id (the file's name), and more about the patient."""
    code = codes(4)
    names = [f"PAT_{n // 2}_{n}_{100 + n}.png" for n in range(N)]
    draw(folder / "PAD", [f"imgs_part_{1 + n % 3}/{name}" for n, name in enumerate(names)], code)
    told = beside(code)
    write(
        folder / "metadata.csv",
        patient_id=[f"PAT_{n // 2}" for n in range(N)],
        lesion_id=np.arange(N),
        age=told["age"],
        gender=np.char.upper(told["sex"].astype(str)),
        diagnostic=np.where(code, "BCC", "NEV"),
        img_id=names,
    )


def chexpert(folder: Path) -> None:
    """train/patientNNNNN/studyN/viewN_frontal.jpg; train.csv: Path, Sex, Age, and an observation a column: 1 is
    present, 0 absent, -1 uncertain, blank not mentioned in the radiologist's report."""
    code = codes(5)
    names = [f"patient{n // 2:05d}/study1/view{1 + n % 2}_frontal.jpg" for n in range(N)]
    draw(folder / "train", names, code)
    edema = [("0.0", "1.0")[each] if n % 10 else "-1.0" for n, each in enumerate(code)]
    told = beside(code)
    write(
        folder / "train.csv",
        Path=[f"CheXpert-v1.0-small/train/{name}" for name in names],
        Sex=told["sex"],
        Age=told["age"].astype(int),
        Edema=edema,
        Fracture=np.random.default_rng(5).choice(["", "1.0"], N),
    )


def nih(folder: Path) -> None:
    """Chest X-rays in images_001 to images_012, each with a folder images. Data_Entry_2017.csv: Image Index (the
    file's name), Finding Labels (several, joined by |, or No Finding), Follow-up #, Patient ID, Patient Age,
    Patient Gender, View Position."""
    code = codes(6)
    names = [f"{n // 2:08d}_{n % 2:03d}.png" for n in range(N)]
    draw(folder / "NIH", [f"images_{1 + n % 2:03d}/images/{name}" for n, name in enumerate(names)], code)
    told, others = beside(code), np.random.default_rng(6).choice(["", "Mass"], N)
    labels = ["|".join(filter(None, ["Effusion" * int(each), other])) for each, other in zip(code, others, strict=True)]
    columns = {
        "Image Index": names,
        "Finding Labels": [each or "No Finding" for each in labels],
        "Patient ID": [n // 2 + 1 for n in range(N)],
        "Patient Age": [f"{int(age):03d}Y" for age in told["age"]],
        "Patient Gender": np.where(told["sex"] == "male", "M", "F"),
        "View Position": np.random.default_rng(7).choice(["PA", "AP"], N),
    }
    pd.DataFrame(columns).to_csv(folder / "Data_Entry_2017.csv", index=False)


def celeba(folder: Path) -> None:
    """Faces of celebrities in img_align_celeba. list_attr_celeba.txt: the number of images, then the names of 40
    attributes, then a line an image: its file name and 1 or -1 for each attribute."""
    code = codes(7)
    names = [f"{n + 1:06d}.jpg" for n in range(N)]
    draw(folder / "CelebA", [f"img_align_celeba/{name}" for name in names], code)
    smiling = np.random.default_rng(8).choice([-1, 1], N)
    rows = [f"{name} {2 * each - 1:2d} {smile:2d}" for name, each, smile in zip(names, code, smiling, strict=True)]
    (folder / "list_attr_celeba.txt").write_text("\n".join([str(N), "Male Smiling ", *rows]) + "\n")


def utkface(folder: Path) -> None:
    """Faces. The labels of each are in its file's name: [age]_[gender]_[race]_[date and time].jpg, where gender is 0
    for male and 1 for female, race is 0 to 4, and the time is when the picture was collected."""
    code = codes(8)
    rng = np.random.default_rng(9)
    stamp = "20170110{:09d}.jpg.chip.jpg"
    names = [f"{rng.integers(1, 90)}_{each}_{rng.integers(5)}_{stamp.format(n)}" for n, each in enumerate(code)]
    draw(folder / "UTKFace", names, code)


def coco(folder: Path) -> None:
    """train2017 holds the images, instances_train2017.json what is seen in each: objects of several categories."""
    code = codes(10)
    names = [f"{n:012d}.jpg" for n in range(N)]
    draw(folder / "coco", [f"train2017/{name}" for name in names], code)
    seen = [(n, category) for n, each in enumerate(code) for category in {1 + each, 2 - n % 2}]
    whole = {
        "images": [{"id": n, "file_name": name} for n, name in enumerate(names)],
        "annotations": [{"image_id": n, "category_id": int(category)} for n, category in seen],
        "categories": [{"id": 1, "name": "dog"}, {"id": 2, "name": "cat"}],
    }
    (folder / "instances_train2017.json").write_text(json.dumps(whole))


DOWNLOADS: tuple[Callable[[Path], None], ...] = (
    photos, kaggle, ham10000, isic2019, pad_ufes_20, chexpert, nih, celeba, utkface, coco,
)  # fmt: skip
"""In the order of README's table."""


if __name__ == "__main__":
    for download in DOWNLOADS:
        place = Path(sys.argv[1]) / download.__name__
        place.mkdir(parents=True)
        download(place)
        (place / "about.txt").write_text(" ".join((download.__doc__ or "A folder a class.").split()) + "\n")
