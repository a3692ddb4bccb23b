"""The folder that an audit writes into."""

from __future__ import annotations

import tempfile
from pathlib import Path

from biasaudit.errors import EnvironmentFault, UsageError


def make_folder(folder: Path, out: Path) -> None:
    """Make sure that `out` can be written, holds no images of this audit and leads nowhere else."""
    inside = [out / "cache", out / "evidence"]
    if folder.resolve() in [place.resolve() for place in (out, *inside)]:
        raise UsageError(f"The report cannot be written into {folder}, which it is about. Choose another --out.")
    linked = [place.name for place in inside if place.is_symlink()]
    if linked:
        raise EnvironmentFault(f"{linked[0]} in {out} is a link to somewhere else. Remove it or choose another --out.")
    try:
        out.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=out).close()
    except OSError as error:
        raise EnvironmentFault(f"Cannot write to {out}: {error.strerror}. Choose another folder with --out.") from error
