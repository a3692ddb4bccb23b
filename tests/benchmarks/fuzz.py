"""Good files with bytes changed, cut, doubled or swapped, through the one decode path: crashes, hangs and memory.

The files are decoded in a child, so that a crash of a C library is counted and not suffered.
"""

from __future__ import annotations

import io
import json
import re
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from biasaudit.images.decode import Unreadable, decode
from biasaudit.images.photo import WORKING_SIDE
from tests.hostile import exif, picture, rgba

FORMATS = {
    "JPEG": "jpg",
    "PNG": "png",
    "TIFF": "tif",
    "WEBP": "webp",
    "GIF": "gif",
    "AVIF": "avif",
    "JPEG2000": "jp2",
    "PPM": "ppm",
    "HEIF": "heic",
    "DICOM": "dcm",
}
PNG = b"\x89PNG\r\n\x1a\n"
HANG = 2.0
"""Seconds from which a file counts as a hang; the child is stopped after five times as many."""


def seeds(kind: str) -> list[bytes]:
    """Small good files of a format, of several of its kinds."""
    if kind == "DICOM":
        return dicom_seeds()
    if kind == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    plain, clear = Image.fromarray(picture(0, 40, 56)), Image.fromarray(rgba(picture(1, 40, 56), 128))
    ways: list[tuple[Image.Image, dict[str, Any]]] = [(plain, {}), (plain, {"exif": exif(6, "somebody")})]
    if kind == "JPEG":
        ways += [(plain, {"progressive": True}), (plain.convert("CMYK"), {}), (plain.convert("L"), {})]
    elif kind == "PNG":
        ways += [(clear, {}), (plain.convert("P"), {}), (plain, {"save_all": True, "append_images": [plain]})]
    elif kind == "TIFF":
        ways += [(plain, {"compression": name}) for name in ("tiff_lzw", "tiff_deflate", "jpeg", "packbits")]
        ways += [(clear, {}), (plain.convert("I;16"), {})]
    elif kind == "WEBP":
        ways += [(clear, {"lossless": True}), (plain, {"save_all": True, "append_images": [clear]})]
    elif kind in ("AVIF", "HEIF"):
        ways += [(clear, {}), (plain, {"save_all": True, "append_images": [clear]})]
    elif kind == "JPEG2000":
        ways += [(clear, {}), (plain.convert("L"), {"no_jp2": True}), (plain.convert("I;16"), {})]
    elif kind == "PPM":
        ways += [(plain.convert("L"), {}), (plain.convert("1"), {}), (plain.convert("I;16"), {})]
    else:
        ways = [(plain, {}), (plain, {"save_all": True, "append_images": [Image.fromarray(picture(2, 40, 56))]})]
    found = []
    for image, options in ways:
        stream = io.BytesIO()
        image.save(stream, kind, **options)
        found.append(stream.getvalue())
    return found


def dicom_seeds() -> list[bytes]:
    """Small good DICOM files: as stored, with tables, in several frames, and compressed in three ways."""
    from pydicom.uid import DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian

    from tests.dicom_files import dataset, lut, packed

    rgb, deep = picture(0, 40, 56), np.arange(2240, dtype=np.uint16).reshape(40, 56)
    frames = {}
    for name, image in (("JPEG", Image.fromarray(rgb)), ("JPEG2000", Image.fromarray(rgb))):
        stream = io.BytesIO()
        image.save(stream, name, **({"no_jp2": True} if name == "JPEG2000" else {}))
        frames[name] = stream.getvalue()
    implicit, deflated = dataset(deep, bits=12), dataset(deep, bits=12)
    implicit.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    deflated.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    rle = dataset(deep, bits=12, WindowCenter=900, WindowWidth=500)
    rle.compress("1.2.840.10008.1.2.5", generate_instance_uid=False)
    made = [
        dataset(rgb),
        dataset(deep, bits=12, WindowCenter=900, WindowWidth=500, RescaleSlope=1, RescaleIntercept=-1024),
        dataset(deep, bits=12, VOILUTSequence=[lut([0, 7, 900, 4000], 400, 12)], Manufacturer="Acme", KVP=120),
        dataset(np.stack([deep] * 3), bits=12),
        implicit,
        deflated,
        rle,
        packed(dataset(rgb, PhotometricInterpretation="YBR_FULL_422"), "1.2.840.10008.1.2.4.50", frames["JPEG"]),
        packed(dataset(rgb), "1.2.840.10008.1.2.4.90", frames["JPEG2000"]),
    ]
    found = []
    for each in made:
        stream = io.BytesIO()
        each.save_as(stream, enforce_file_format=True)
        found.append(stream.getvalue())
    return found


def mutated(good: bytes, rng: np.random.Generator) -> bytes:
    """One to four changes: bits, bytes, extreme numbers, cuts, doublings and zeros, half of them near the header.

    Half of the PNGs get right checksums again, or no change would come past them.
    """
    data = bytearray(good)
    for _ in range(int(rng.integers(1, 5))):
        reach = len(data) if rng.random() < 0.5 else min(len(data), 200 + (128 if data[128:132] == b"DICM" else 0))
        at, n = int(rng.integers(0, max(1, reach))), int(rng.integers(1, 9))
        match int(rng.integers(7)):
            case 0:
                data[at : at + 1] = bytes([(data[at] if at < len(data) else 0) ^ (1 << int(rng.integers(8)))])
            case 1:
                data[at : at + n] = rng.integers(0, 256, n, dtype=np.uint8).tobytes()
            case 2:
                data[at : at + 4] = (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f")[n % 4]
            case 3:
                data[at : at + n] = b""
            case 4:
                data[at:at] = data[at : at + 20 * n]
            case 5:
                data[at : at + 20 * n] = bytes(len(data[at : at + 20 * n]))
            case _:
                del data[max(20, at) :]
        if not data:
            data = bytearray(good[:1])
    return with_right_sums(bytes(data)) if data.startswith(PNG) and rng.random() < 0.5 else bytes(data)


def with_right_sums(png: bytes) -> bytes:
    """A PNG whose chunks, as far as their lengths lead, have the checksums of what is in them."""
    data, at = bytearray(png), len(PNG)
    while at + 12 <= len(data):
        n = struct.unpack_from(">I", data, at)[0]
        if at + 12 + n > len(data):
            break
        struct.pack_into(">I", data, at + 8 + n, zlib.crc32(data[at + 4 : at + 8 + n]))
        at += 12 + n
    return bytes(data)


def _peak_mb() -> int:
    """The most memory that this process has held (not what its parent held, which getrusage would tell)."""
    told = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(told[1]) // 1024 if told else 0


def _child(kind: str, n: int, seed: int, folder: Path, begin: int) -> None:
    """Decode files `begin` to `n`; before each its number, after each what came of it, as lines on stdout."""
    rng_of, good = (lambda number: np.random.default_rng([seed, number])), seeds(kind)
    path = folder / f"a.{FORMATS[kind]}"
    for number in range(begin, n):
        rng = rng_of(number)
        path.write_bytes(mutated(good[int(rng.integers(len(good)))], rng))
        signal.alarm(round(5 * HANG))
        began = time.perf_counter()
        try:
            photo = decode(path)
            fine = max(photo.rgb.shape) <= WORKING_SIDE and photo.rgb.dtype == np.uint8
            told = "read" if fine else "wrong"
        except Unreadable as error:
            told = "refused" if "\n" not in error.reason else "wrong"
        except Exception as error:
            told = f"crash {type(error).__name__}"
        print(json.dumps([number, told, round(time.perf_counter() - began, 4), _peak_mb()]), flush=True)


def measure(n: int = 20_000, seed: int = 0) -> dict[str, Any]:
    """Decode `n` mutated files, as many of each format."""
    rows, each = {}, -(-n // len(FORMATS))
    with tempfile.TemporaryDirectory() as place:
        for kind in FORMATS:
            row = {
                "files": 0,
                "read": 0,
                "refused": 0,
                "crashes": 0,
                "hangs": 0,
                "slowest": 0.0,
                "peak_mb": 0,
                "printed": 0,
            }
            begin = 0
            while begin < each:
                command = [sys.executable, "-m", "tests.benchmarks.fuzz", kind, str(each), str(seed), place, str(begin)]
                child = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2])
                lines = [json.loads(line) for line in child.stdout.splitlines()]
                for _, told, seconds, peak in lines:
                    row["files"] += 1
                    row["read"] += told == "read"
                    row["refused"] += told == "refused"
                    row["crashes"] += told.startswith(("crash", "wrong"))
                    row["hangs"] += seconds > HANG
                    row["slowest"], row["peak_mb"] = max(row["slowest"], seconds), max(row["peak_mb"], peak)
                row["printed"] += len(child.stderr)
                begin = lines[-1][0] + 1 if lines else begin
                if begin < each:  # it died over this file
                    row["files"] += 1
                    row["hangs" if child.returncode == -signal.SIGALRM else "crashes"] += 1
                    begin += 1
            rows[kind] = row
    return {"files": sum(row["files"] for row in rows.values()), "rows": rows}


def table(found: dict[str, Any]) -> str:
    """One line a format."""
    lines = [
        "| format | files | read | refused | crashes | over 2 s | slowest | memory |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {kind} | {row['files']} | {row['read']} | {row['refused']} | {row['crashes']} | {row['hangs']} | "
        f"{row['slowest']:.2f} s | {row['peak_mb']} MB |"
        for kind, row in found["rows"].items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    _child(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]), int(sys.argv[5]))
