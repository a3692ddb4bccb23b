"""Names from the data, made safe."""

from __future__ import annotations

import os

from biasaudit.images.names import as_unicode, escaped


def test_escaped_text_is_one_safe_line():
    assert escaped("plain é 🐈.png") == "plain é 🐈.png"
    assert escaped("a\nb\x1b[31m\u202e\0") == "a\\nb\\x1b[31m\\u202e\\x00"
    assert len(escaped("x" * 1000)) == 200


def test_bytes_that_are_no_utf8_are_written_out():
    assert as_unicode("é.png") == "é.png"
    assert as_unicode(os.fsdecode(b"caf\xe9.png")) == "caf\\xe9.png"
