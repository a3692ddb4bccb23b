"""What is no picture is told as what it is; pictures, and bytes that nobody knows, are not."""

from __future__ import annotations

import gzip
import io
import zipfile

import numpy as np
import pytest

from biasaudit.images.decode import Unreadable, decode
from biasaudit.images.kinds.foreign import told
from tests.hostile import EPS, FITS, SVG, picture, save, written


def zipped(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, "content")
    return stream.getvalue()


def array() -> bytes:
    stream = io.BytesIO()
    np.save(stream, picture())
    return stream.getvalue()


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"
WHAT = {
    "a Git LFS pointer": POINTER,
    "an HTML page": b"\n\n<!DOCTYPE html>\n<html><head><title>403</title></head></html>",
    "HTML page, as a failed download": b"<html><body>Sign in",
    "an SVG drawing": SVG,
    "SVG drawing": b'<?xml version="1.0"?>\n<!-- made -->\n' + SVG,
    "an XML file": b'<?xml version="1.0"?><annotation><filename>a.jpg</filename></annotation>',
    "AccessDenied? an XML file": b'\xef\xbb\xbf<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
    "JSON": b'{"error": "rate limit"}',
    "text": "id,label\n1,süß\n".encode(),
    "in UTF-16: text": "id,label".encode("utf-16"),
    "a PDF document": b"%PDF-1.7\n%\xe2\xe3",
    "a PostScript drawing": EPS,
    "a FITS file": FITS,
    "a Word document": zipped("[Content_Types].xml", "word/document.xml"),
    "a spreadsheet": zipped("[Content_Types].xml", "xl/workbook.xml"),
    "a zip archive": zipped("cats/1.jpg"),
    "NumPy arrays": zipped("images.npy"),
    "a NumPy array": array(),
    "compressed file (gzip)": gzip.compress(b"x" * 50),
    "an HDF5 file": b"\x89HDF\r\n\x1a\n" + bytes(40),
    "a video": b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41" + bytes(40),
    "MKV: a video": b"\x1aE\xdf\xa3\x01\0\0\0",
    "a camera's raw file": b"\0\0\0\x18ftypcrx \0\0\0\1crx isom",
    "a Photoshop document": b"8BPS\0\1" + bytes(20),
    "a NIfTI volume": bytes(344) + b"n+1\0",
    "zeros alone": bytes(500),
    "git-annex pointer": b"/annex/objects/SHA256E-s12--abc.jpg\n",
    "a DICOM data set": b"\x08\0\x05\0CS\x0a\0ISO_IR 100",
}


@pytest.mark.parametrize("what", WHAT)
def test_it_is_told_as_what_it_is(what, tmp_path):
    with pytest.raises(Unreadable) as caught:
        decode(written(tmp_path / "a.jpg", WHAT[what]))
    assert caught.value.reason.startswith("not an image but ")
    assert what.rpartition(": ")[2].rpartition("? ")[2] in caught.value.reason
    assert "damaged" not in caught.value.reason


@pytest.mark.parametrize("content", [b"\x01\x02\x03\x04" * 20, bytes(range(256)) * 4, b"\x00\x01"])
def test_bytes_that_nobody_knows_are_not_guessed_at(content, tmp_path):
    assert told(content) is None
    with pytest.raises(Unreadable, match="not a JPEG"):
        decode(written(tmp_path / "a.jpg", content))


def test_pictures_are_none_of_them(tmp_path):
    for name in ("a.jpg", "a.png", "a.gif", "a.webp", "a.tif", "a.bmp", "a.avif", "a.jp2", "a.ppm"):
        assert decode(save(tmp_path / name)).rgb.size


def test_a_whole_class_of_pointers_says_how_to_fetch_them(tmp_path):
    """As a folder cloned without Git LFS: the audit stops, and its message is the step that mends it."""
    from tests.faults.command import audited

    for number in range(6):
        for label in ("cat", "dog"):
            written(tmp_path / "data" / label / f"{number}.jpg", POINTER)
    ended = audited("scan", tmp_path / "data")
    assert ended.code == 3
    assert "git lfs pull" in ended.err
