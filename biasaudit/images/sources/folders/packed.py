"""Files that hold many pictures, or pictures written as numbers: what they are by their names, and the step."""

from __future__ import annotations

import os
import re
from collections import Counter
from itertools import islice
from pathlib import Path

from biasaudit.images.names import as_unicode, escaped

UNPACK = "unpack, and give the folder that comes out"
EXPORT = "save each picture as a PNG of its own, in one sub-folder a class"
SLICES = "save slices as PNG, in one sub-folder a class"

# (how names end or what they are, what such a file is, the step). The first that fits is meant.
KINDS: tuple[tuple[str, str, str], ...] = (
    (r"idx\d-ubyte(\.gz)?$", "a file of arrays (IDX)", EXPORT),
    (r"^(data|test|train)_batch(_\d+)?(\.bin|\.mat)?$|^batches\.meta(\.txt)?$", "a batch of arrays", EXPORT),
    (r"\.(nii(\.gz)?|nrrd|mha|mhd)$", "a volume", SLICES),
    (r"\.(zip|7z|rar|tar|tgz|tbz2?|txz|gz|bz2|xz|zst)(\.\d{3})?$|\.z\d\d$", "an archive", UNPACK),
    (r"\.(npy|npz)$", "a NumPy array", EXPORT),
    (r"\.(h5|hdf5|hdf)$", "an HDF5 file", EXPORT),
    (r"\.mat$", "a MATLAB file", EXPORT),
    (r"\.(pkl|pickle|pt|pth)$", "a Python pickle", EXPORT),
    (r"\.tfrecords?(-\d+-of-\d+)?$|\.(rec|lmdb|mdb|beton)$", "a file of records", EXPORT),
    (r"\.(arrow|feather)$", "an Arrow table", EXPORT),
)
TRIED = re.compile(r"\.(nii|nrrd|mha|mhd)$")
"""What is tried as a picture all the same, as its first bytes tell what it is."""
ANY = re.compile("|".join(sign for sign, _, _ in KINDS))
PIXELS = re.compile(rb"pixels?(_?\d+)?|\d+x\d+", re.IGNORECASE)
"""How columns are called that hold a picture as numbers."""
AT_MOST = 20_000
"""Files that are looked at."""


def packed(name: str) -> tuple[str, str] | None:
    """What a file is that holds many pictures, and what to do with it; None where its name tells no such thing."""
    plain = name.casefold()
    return next(((what, step) for sign, what, step in KINDS if re.search(sign, plain)), None)


def is_passed_over(name: str) -> bool:
    """Whether such a file lies beside pictures as a companion, and is not tried as one."""
    plain = name.casefold()
    return bool(ANY.search(plain)) and not TRIED.search(plain)


def packed_there(root: Path) -> str:
    """A sentence that names what is packed in a folder, most often first, with a blank before it; "" for nothing."""
    seen: Counter[tuple[str, str]] = Counter()
    example: dict[tuple[str, str], str] = {}
    files = (os.path.join(folder, name) for folder, _, names in os.walk(root) for name in sorted(names))
    for path in islice(files, AT_MOST):
        name = os.path.basename(path)
        kind = None if name.startswith(".") else packed(name) or _in_a_table(path)
        if kind is not None:
            seen[kind] += 1
            example.setdefault(kind, os.path.relpath(path, root))
    told = []
    for (what, step), n in seen.most_common(3):
        file = escaped(as_unicode(example[what, step]), 80)
        told.append(f" It holds {f'{n} files such as {file}, each' if n > 1 else f'{file},'} {what}: {step}.")
    return "".join(told)


def _in_a_table(path: str) -> tuple[str, str] | None:
    """Whether a table holds pictures: as bytes, or as numbers in its cells."""
    ending = os.path.splitext(path)[1].lower()
    if os.path.islink(path) or not os.path.isfile(path):
        return None
    if ending == ".parquet" and _holds_bytes(path):
        return "a Parquet table with pictures in it", EXPORT
    if ending in (".csv", ".tsv") and _holds_pixels(path):
        return "a table with pictures written as numbers", EXPORT
    return None


def _holds_bytes(path: str) -> bool:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        kinds = [each.type for each in pq.read_schema(path)]
    except (pa.ArrowException, OSError, ValueError):
        return False
    inner = [field.type for kind in kinds if pa.types.is_struct(kind) for field in kind.fields]
    return any(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) for kind in (*kinds, *inner))


def _holds_pixels(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            head = file.readline(100_000)
    except OSError:
        return False
    return any(PIXELS.fullmatch(cell.strip().strip(b'"')) for cell in re.split(rb"[,;\t]", head))
