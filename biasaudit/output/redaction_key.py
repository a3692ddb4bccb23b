"""A secret of one output folder, so that codes for names are the same at each redraw and tell nothing without it."""

from __future__ import annotations

import secrets
from pathlib import Path

from biasaudit.runtime.cache import write_text

FILE = "salt"
"""In the cache folder, which stays with whoever ran the audit: deleting it only deals new codes."""


def redaction_key(out: Path) -> bytes:
    """The 32 secret bytes of an output folder, drawn when first asked for. Raises EnvironmentFault where unwritable."""
    path = out / "cache" / FILE
    try:
        kept = bytes.fromhex(path.read_text(encoding="ascii"))
        if len(kept) == 32:
            return kept
    except (OSError, ValueError):  # absent or not ours: drawn anew
        pass
    drawn = secrets.token_bytes(32)
    write_text(path, drawn.hex())
    path.chmod(0o600)
    return drawn
