"""A secret of one output folder, so that codes for names are the same at each redraw and tell nothing without it."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from pathlib import Path

from biasaudit.errors import EnvironmentFault
from biasaudit.runtime.cache import SECRET, write_text
from biasaudit.runtime.output_folder import check_links
from biasaudit.runtime.reading import text_of

FILE = "salt"
"""In the cache folder, which stays with whoever ran the audit: deleting it only deals new codes."""
LARGEST = 1000
"""Bytes of it."""


def redaction_key(out: Path) -> bytes:
    """The 32 secret bytes of an output folder, drawn when first asked for.

    One that came along with a folder is not used: whoever sent it could read the codes. Raises EnvironmentFault where
    the folder cannot be written, or leads elsewhere.
    """
    check_links(out)
    path = out / "cache" / FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        here = _here(path.parent)
    except OSError as error:
        raise EnvironmentFault(f"Cannot write to {out}: {error.strerror}. Copy the folder to where you may.") from error
    try:
        kept = json.loads(text_of(path, LARGEST)) if _is_ours_alone(path) else {}
        if kept["drawn_for"] == here and len(key := bytes.fromhex(kept["salt"])) == 32:
            return key
    except (OSError, ValueError, KeyError, TypeError):  # absent or not ours: drawn anew
        pass
    drawn = secrets.token_bytes(32)
    write_text(path, json.dumps({"drawn_for": here, "salt": drawn.hex()}), SECRET)
    return drawn


def _is_ours_alone(path: Path) -> bool:
    told = path.stat()
    return os.name == "nt" or (told.st_uid == os.getuid() and not told.st_mode & 0o077)


def _here(folder: Path) -> str:
    """What no folder shares that was sent: user, place, and number of the folder on its disk."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    told = (user, os.fsencode(folder.resolve()), folder.stat().st_ino)
    return hashlib.sha256(repr(told).encode()).hexdigest()
