"""Worker processes that stand where this one stands: same folder, same places to import from.

Workers are kept from one audit to the next in one session. A notebook that changes its folder, or writes a cue and
imports it, between two audits would otherwise ask workers that can see neither.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import cv2
import joblib
from joblib.externals.loky import get_reusable_executor

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
"""Numbers of glibc's options: free bytes kept at the top, and bytes from which an array is the system's to give."""


def parallel(jobs: int | None, *, return_as: str = "generator") -> joblib.Parallel:
    """joblib's `Parallel` over this many processes (None: one a core); new ones where this process has moved."""
    jobs = jobs or joblib.cpu_count()
    where: dict[str, Any] = {"initializer": _stand, "initargs": (os.getcwd(), tuple(sys.path))} if jobs > 1 else {}
    return joblib.Parallel(n_jobs=jobs, return_as=return_as, **where)


def end_processes() -> None:
    """End the workers that wait for more work, and with them what they hold; new ones start when they are needed.

    To be called where there are any: asked for its workers, joblib would start some, to end them.
    """
    get_reusable_executor().shutdown(wait=True)


def hand_back_freed_memory() -> None:
    """Hand back what one stage needed and the next may not: Arrow keeps it, and the C library where that is glibc."""
    if "pyarrow" in sys.modules:
        sys.modules["pyarrow"].default_memory_pool().release_unused()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _stand(folder: str, path: Sequence[str]) -> None:
    os.chdir(folder)
    sys.path[:] = path


def share_cores() -> None:
    """Settle this process among others that measure pictures: they share the cores, so each takes one."""
    cv2.setNumThreads(1)
    keep_freed_memory()


def keep_freed_memory() -> None:
    """Ask this process's C library to keep what is freed for the next picture, instead of handing it back at once.

    A picture of 512 pixels takes a hundred arrays of about a megabyte, one after the other; where the system has to
    clear each of them anew, that is a fifth of all the time. Nothing happens where the library is not glibc.
    """
    with suppress(OSError, AttributeError):
        adjust = ctypes.CDLL(None).mallopt
        adjust(MMAP_THRESHOLD, 32 * 2**20)
        adjust(TRIM_THRESHOLD, 256 * 2**20)
