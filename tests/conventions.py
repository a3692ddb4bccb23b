"""Folders and tables by the conventions that people follow, put together at random, with a truth that is known."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd

SPLITS = (
    ("train", "test"), ("Training", "Testing"), ("seg_train", "seg_test"), ("train2017", "val2017"), ("dev", "holdout"),
    ("TRAIN", "valid"), ("fold1", "fold2"),
)  # fmt: skip
CLASSES = (("cat", "dog"), ("benign", "malignant"), ("0", "1"), ("No Finding", "Mass"))
LAYOUTS = {
    "class": "{label}/{name}",
    "split": "{part}/{label}/{name}",
    "wrapped": "archive/data/{part}/{label}/{name}",
    "doubled": "{part}/{part}/{label}/{name}",
    "class, then split": "{label}/{part}/{name}",
    "pieces": "images_part_{piece}/{name}",
    "pieces with classes": "batch{piece}/{label}/{name}",
    "patients": "patient{patient:04d}/{name}",
    "clinics": "clinic {site}/{label}/{name}",
    "one folder": "images/{name}",
    "root": "{name}",
    "split alone": "{part}/{name}",
}
NAMES = ("{n}.png", "IMG_{n:05d}.PNG", "{n:05d}.png", "p{patient:03d}_{n}.png", "scan ({n}).png", "Aufnahme_ä{n}.png")
TABLES = ("none", "csv", "tsv", "semicolons", "jsonl", "json", "parquet")
IMAGE_COLUMNS = ("path", "Image Index", "image_id", "FILE_NAME", "filename", "Bild")
PATHS = ("whole", "name", "stem", "below a root", "windows", "another ending", "capitals")
LABEL_COLUMNS = ("label", "Label", "dx", "target", "Ergebnis", "none")
LABELS = ("words", "numbers", "spellings", "blanks", "lists", "a column a class", "yes and no")
COLUMNS: dict[str, Callable[[int], str]] = {
    "none": lambda value: "",
    "number": lambda value: f"{value}",
    "years": lambda value: f"{value:03d}Y",
    "percent": lambda value: f"{value} %",
    "decimal comma": lambda value: f"{value / 7:.2f}".replace(".", ","),
    "and more": lambda value: f"{value}+",
    "thousands": lambda value: f"{1000 * value + 250:,}",
    "words for missing": lambda value: "unknown" if value % 9 == 0 else f"{value}",
    "minus one for missing": lambda value: "-1" if value % 9 == 0 else f"{value}",
    "date": lambda value: str(date(2019, 1, 1) + timedelta(10 * value)),
    "day first": lambda value: f"{date(2019, 1, 13) + timedelta(31 * value):%d.%m.%Y}",
    "day and time": lambda value: f"{datetime(2019, 1, 1) + timedelta(3 * value, 60 * value):%Y%m%d%H%M%S}",
    "numbered after a prefix": lambda value: f"{'DERM' if value > 50 else 'ONC'}-{(7919 * value) % 9973:05d}",
}
"""How a column writes a value of 20 to 79, which is over 50 in one class."""
N = 24


@dataclass(frozen=True)
class Convention:
    """One way to keep labelled images."""

    layout: str
    name: str
    split: tuple[str, str]
    classes: tuple[str, str]
    table: str
    image_column: str
    path: str
    label_column: str
    labels: str
    column: str = "none"

    @classmethod
    def at_random(cls, rng: np.random.Generator) -> Convention:
        """Each part drawn by itself."""
        choices = {name: values[int(rng.integers(len(values)))] for name, values in WAYS.items()}
        return cls(**choices)


WAYS: dict[str, tuple[Any, ...]] = {
    "layout": tuple(LAYOUTS), "name": NAMES, "split": SPLITS, "classes": CLASSES, "table": TABLES,
    "image_column": IMAGE_COLUMNS, "path": PATHS, "label_column": LABEL_COLUMNS, "labels": LABELS,
    "column": tuple(COLUMNS),
}  # fmt: skip
assert [each.name for each in fields(Convention)] == list(WAYS)


def lay_out(
    folder: Path, way: Convention, picture: Callable[[int, int], bytes] = lambda code, n: b"picture"
) -> tuple[dict[str, str], Path | None]:
    """Write the images and the table; the true class of each image by its id, and the table.

    picture: what file n, of class 0 or 1, holds.
    """
    truth, rows = {}, []
    for n in range(N):
        code = n % 2
        told = {
            "n": n, "label": way.classes[code], "part": way.split[n % 6 > 3], "piece": 1 + n // 12, "patient": n // 3,
            "site": "ab"[n % 3 > 1],
        }  # fmt: skip
        id = LAYOUTS[way.layout].format(name=way.name.format(**told), **told)
        truth[id] = way.classes[code]
        (folder / id).parent.mkdir(parents=True, exist_ok=True)
        (folder / id).write_bytes(picture(code, n))
        measured = COLUMNS[way.column](20 + 30 * code + (11 * n) % 30)
        beside = {"sex": "mf"[n % 5 > 2]} | ({"measured": measured} if measured else {})
        rows.append({way.image_column: _as_written(id, way.path), **_labelled(way, code, n), **beside})
    if way.table == "none":
        return truth, None
    return truth, _write(pd.DataFrame(rows, dtype="str"), folder.parent, way.table)


def _as_written(id: str, path: str) -> str:
    name = PurePosixPath(id)
    return {
        "whole": id,
        "name": name.name,
        "stem": name.stem,
        "below a root": f"download/{id}",
        "windows": id.replace("/", "\\"),
        "another ending": str(name.with_suffix(".jpg")),
        "capitals": id.upper(),
    }[path]


def _labelled(way: Convention, code: int, n: int) -> dict[str, str | None]:
    """The cells of a row that tell its label."""
    column, label = way.label_column, way.classes[code]
    if column == "none":
        return {}
    if way.labels == "a column a class":
        return {name: str(int(place == code)) for place, name in enumerate(("MEL", "NV"))}
    return {
        column: {
            "words": label,
            "numbers": str(code),
            "spellings": label.upper() if n % 5 == 0 else label,
            "blanks": None if n % 7 == 0 else label,
            "lists": f"{label}|other" if n % 3 == 0 else label,
            "yes and no": ("0.0", "1.0")[code],
        }[way.labels]
    }


def _write(rows: pd.DataFrame, folder: Path, table: str) -> Path:
    file = (
        folder / f"table.{ {'tsv': 'tsv', 'jsonl': 'jsonl', 'json': 'json', 'parquet': 'parquet'}.get(table, 'csv') }"
    )
    if table == "parquet":
        rows.to_parquet(file)
    elif table in ("jsonl", "json"):
        whole = rows.astype(object).where(rows.notna(), None).to_dict("records")
        file.write_text("\n".join(map(json.dumps, whole)) if table == "jsonl" else json.dumps(whole), encoding="utf-8")
    else:
        rows.to_csv(file, index=False, sep={"csv": ",", "tsv": "\t", "semicolons": ";"}[table])
    return file
