"""The folder that an audit writes into."""

from __future__ import annotations

import tempfile
from pathlib import Path

from biasaudit.errors import EnvironmentFault, UsageError

OWN = ("cache", "evidence")
"""Folders that we make in it."""
LARGEST_AUDIT = 200_000_000
"""Bytes of an `audit.json` at most, beyond what any audit writes: more is none of ours."""


def check_links(out: Path) -> None:
    """Raise EnvironmentFault where a folder of ours in `out` is a link: what is read or written lies elsewhere then."""
    linked = [name for name in OWN if (out / name).is_symlink()]
    if linked:
        raise EnvironmentFault(f"{linked[0]} in {out} is a link to somewhere else. Remove it or choose another --out.")


def make_folder(folder: Path, out: Path) -> None:
    """Make sure that `out` can be written, holds no images of this audit and leads nowhere else."""
    inside = [out / name for name in OWN]
    if folder.resolve() in [place.resolve() for place in (out, *inside)]:
        raise UsageError(f"The report cannot be written into {folder}, which it is about. Choose another --out.")
    check_links(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=out).close()
    except OSError as error:
        raise EnvironmentFault(f"Cannot write to {out}: {error.strerror}. Choose another folder with --out.") from error
