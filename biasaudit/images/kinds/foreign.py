"""What a file is that is no picture, or one of a kind that is not read: told by its first bytes, and never opened."""

from __future__ import annotations

import re

# (where it stands, the bytes, what it is). Words go after "not an image but".
SIGNS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"version https://git-lfs.github.com/spec/", "a Git LFS pointer: fetch the file with git lfs pull"),
    (0, b"%PDF-", "a PDF document"),
    (0, b"%!PS", "a PostScript drawing"),
    (0, b"\xc5\xd0\xd3\xc6", "a PostScript drawing"),
    (0, b"{\\rtf", "a text document"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document of the old kind (or a cache of thumbnails)"),
    (0, b"\x93NUMPY", "a NumPy array: save it as PNG or TIFF"),
    (0, b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (0, b"PAR1", "a Parquet table"),
    (0, b"SQLite format 3\0", "an SQLite data base"),
    (0, b"SIMPLE  =", "a FITS file: save it as PNG or TIFF"),
    (0, b"NRRD000", "an NRRD volume: save its slices as PNG"),
    (344, b"n+1\0", "a NIfTI volume: save its slices as PNG"),
    (344, b"ni1\0", "a NIfTI volume: save its slices as PNG"),
    (0, b"\x1f\x8b", "a compressed file (gzip)"),
    (0, b"BZh", "a compressed file (bzip2)"),
    (0, b"\xfd7zXZ\0", "a compressed file (xz)"),
    (0, b"\x28\xb5\x2f\xfd", "a compressed file (zstd)"),
    (0, b"7z\xbc\xaf\x27\x1c", "an archive (7z)"),
    (0, b"Rar!\x1a\x07", "an archive (rar)"),
    (257, b"ustar", "an archive (tar)"),
    (0, b"8BPS", "a Photoshop document: save it as PNG or TIFF"),
    (0, b"gimp xcf", "a GIMP document: save it as PNG or TIFF"),
    (0, b"\xff\x0a", "a JPEG XL image: save it as PNG"),
    (0, b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL image: save it as PNG"),
    (0, b"II\xbc", "a JPEG XR image: save it as PNG"),
    (0, b"v/1\x01", "an OpenEXR image: save it as PNG or TIFF of 8 or 16 bits"),
    (0, b"#?RADIANCE", "a Radiance HDR image: save it as PNG or TIFF of 8 or 16 bits"),
    (0, b"FUJIFILMCCD-RAW", "a camera's raw file: save it as JPEG or PNG"),
    (0, b"\0\0\1\0", "an icon"),
    (0, b"\x1a\x45\xdf\xa3", "a video"),
    (0, b"\0\0\1\xba", "a video"),
    (0, b"\0\0\1\xb3", "a video"),
    (0, b"FLV\1", "a video"),
    (8, b"AVI LIST", "a video"),
    (4, b"moov", "a video"),
    (4, b"mdat", "a video"),
    (8, b"WAVE", "a sound"),
    (0, b"ID3", "a sound"),
    (0, b"OggS", "a sound or a video"),
    (0, b"fLaC", "a sound"),
    (0, b"\x00\x05\x16\x07", "a companion file of macOS"),
    (0, b"L\0\0\0\x01\x14\x02\0", "a shortcut of Windows"),
    (0, b"MZ", "a program"),
    (0, b"\x7fELF", "a program"),
    (0, b"\x80\x04\x95", "a Python pickle"),
)
ZIPPED: tuple[tuple[bytes, str], ...] = (
    (b"word/", "a Word document"),
    (b"xl/", "a spreadsheet"),
    (b"ppt/", "a presentation"),
    (b"opendocument.spreadsheet", "a spreadsheet"),
    (b"opendocument.text", "a text document"),
    (b"[Content_Types].xml", "an Office document"),
    (b".npy", "an archive of NumPy arrays: save them as PNG or TIFF"),
)
"""What stands in the beginning of a zip archive that is something more."""
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*")
TEXTS = (b"version https://git-lfs.github.com/spec/", b"%PDF-", b"%!PS", b"{\\rtf")
"""Of the signs those that no table in letters begins with."""
JSON = "JSON"
DATA_SET = re.compile(rb"[\x02\x08]\0[\0-\x20]\0(?:[A-Z]{2}.\0|[\0-\x80]\0\0\0)|\0\x08\0[\0-\x20][A-Z]{2}\0", re.DOTALL)
"""How a DICOM data set begins without the header of its file: a tag of group 2 or 8, and a length that can be."""
HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
SVG = re.compile(rb"<svg\b", re.IGNORECASE)


def told(head: bytes) -> str | None:
    """What a file is that begins so, as words that go after "not an image but"; None where it cannot be told."""
    for at, sign, what in SIGNS:
        if head.startswith(sign, at):
            return what
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return next((what for sign, what in ZIPPED if sign in head), "a zip archive")
    if head[4:8] == b"ftyp":
        return "a camera's raw file: save it as JPEG or PNG" if head[8:11] == b"crx" else "a video"
    if not head.strip(b"\0"):
        return "zeros alone, as a broken copy leaves them"
    if DATA_SET.match(head):
        return "a DICOM data set without the header of its file: write it as a DICOM file (PS3.10)"
    return _of_text(head)


def no_table(head: bytes) -> str | None:
    """What a file is that begins so and can be no table, as words that go after "is"; None where it may be one."""
    if head.startswith(PICTURES):
        return "a picture"
    if not _is_readable(head):
        what = told(head)
    else:  # letters alone may begin as other kinds do: a column may be called "MZ"
        what = next((what for at, sign, what in SIGNS if sign in TEXTS and head.startswith(sign, at)), _of_text(head))
    if what is None or what == "text" or what.startswith(JSON):
        return None
    return what if "pointer" in what else what.partition(":")[0]


def _of_text(head: bytes) -> str | None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if SVG.search(text) and text.startswith(b"<"):
        return "an SVG drawing: save it as PNG"
    if text.startswith(b"<") and HTML.search(text):
        return "an HTML page, as a failed download leaves one"
    if text.startswith(b"<?xml"):
        return "an XML file"
    if b"/annex/objects/" in text[:200]:
        return "a git-annex pointer: fetch the file with git annex get"
    if not _is_readable(head):
        return None
    if text.startswith((b"{", b"[")):
        return f"{JSON}, as a failed download leaves it"
    return "text"


def _is_readable(head: bytes) -> bool:
    """Whether it is text in UTF-8 or UTF-16, or in one byte a letter, without control characters."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return not re.search(rb"[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]", head)
