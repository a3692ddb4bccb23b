"""Small builders of the files that a run must survive, each beside the good file that it is a twin of."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
from PIL import Image


def picture(seed: int = 0, height: int = 48, width: int = 64) -> np.ndarray:
    """uint8 (height, width, 3): soft random colour, different in every corner."""
    noise = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    soft = cv2.GaussianBlur(noise, (0, 0), 4)
    return cv2.normalize(soft, None, 20, 235, cv2.NORM_MINMAX)


def save(path: Path, rgb: np.ndarray | None = None, **options) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture() if rgb is None else rgb).save(path, **options)
    return path


def class_folder(root: Path, **sizes: int) -> Path:
    """A good data set: `class_folder(root, cat=4, dog=4)`."""
    for label, n in sizes.items():
        (root / label).mkdir(parents=True, exist_ok=True)
        for i in range(n):
            save(root / label / f"{i}.png", picture(i, 12, 16))
    return root


def written(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def cut(path: Path, share: float = 0.5) -> Path:
    """Lose the end of a file."""
    content = path.read_bytes()
    return written(path, content[: int(len(content) * share)])


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_with(path: Path, *chunks: bytes) -> Path:
    """A good PNG with chunks of one's own after its header."""
    save(path)
    content = path.read_bytes()
    header_end = 8 + 25
    return written(path, content[:header_end] + b"".join(chunks) + content[header_end:])


def one_bit_png(path: Path, width: int, height: int) -> Path:
    """Black, 1 bit a pixel: 20000 x 20000 take 48 kB in the file and 400 MB decoded."""
    squeeze = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    rows = b"".join(squeeze.compress(row) for _ in range(height)) + squeeze.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", rows) + png_chunk(b"IEND", b"")
    return written(path, b"\x89PNG\r\n\x1a\n" + chunks)


def jpeg_with_exif_segments(path: Path, n_bytes: int) -> Path:
    """A good JPEG with `n_bytes` of EXIF, over as many segments as that takes."""
    save(path)
    content = path.read_bytes()
    payload = b"Exif\0\0" + b"II*\0" + b"\x08\0\0\0" + b"\xff" * 65_000
    segment = b"\xff\xe1" + struct.pack(">H", len(payload) + 2) + payload
    return written(path, content[:2] + segment * (n_bytes // len(segment)) + content[2:])


def exif(orientation: int = 1, description: str = "") -> Image.Exif:
    """EXIF with an orientation and, where there is a description, a place as well."""
    tags = Image.Exif()
    tags[0x0112] = orientation
    if description:
        tags[0x010E] = description
        tags.get_ifd(0x8825)[29] = "1815:12:10"
    return tags


def turned(rgb: np.ndarray, orientation: int) -> np.ndarray:
    """The pixels to store so that a reader that obeys `orientation` sees `rgb`."""
    return {
        1: rgb,
        2: rgb[:, ::-1],
        3: rgb[::-1, ::-1],
        4: rgb[::-1],
        5: rgb.transpose(1, 0, 2),
        6: np.rot90(rgb, 1),
        7: rgb[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(rgb, -1),
    }[orientation].copy()


def rgba(colour: np.ndarray, alpha: int) -> np.ndarray:
    """uint8 (height, width, 4) of one opacity."""
    return np.dstack([colour, np.full(colour.shape[:2], alpha, dtype=np.uint8)])


EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\nshowpage\n"
FITS = b"SIMPLE  =                    T".ljust(80) + b"BITPIX  =  8".ljust(80) + b"END".ljust(2720)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
