"""Worker processes that stand where this one stands: same folder, same places to import from.

Workers are kept from one audit to the next in one session. A notebook that changes its folder, or writes a cue and
imports it, between two audits would otherwise ask workers that can see neither.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import joblib


def parallel(jobs: int | None, *, return_as: str = "generator") -> joblib.Parallel:
    """joblib's `Parallel` over this many processes (None: one a core); new ones where this process has moved."""
    jobs = jobs or joblib.cpu_count()
    where: dict[str, Any] = {"initializer": _stand, "initargs": (os.getcwd(), tuple(sys.path))} if jobs > 1 else {}
    return joblib.Parallel(n_jobs=jobs, return_as=return_as, **where)


def _stand(folder: str, path: Sequence[str]) -> None:
    os.chdir(folder)
    sys.path[:] = path
