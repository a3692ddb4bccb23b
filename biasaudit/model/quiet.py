"""Keras without TensorFlow's start-up noise."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

_NOISE = re.compile(rb"(WARNING: All log messages before absl::InitializeLog|I0000 ).*\n?")


def import_keras() -> ModuleType:
    """Import Keras, on first use only: it takes seconds, and most commands need none of it.

    A TF_CPP_MIN_LOG_LEVEL that the user has set is kept, and then nothing is held back.
    """
    if "keras" in sys.modules or "TF_CPP_MIN_LOG_LEVEL" in os.environ:
        import keras

        return keras
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    with _without_noise():
        import keras
    return keras


@contextmanager
def _without_noise() -> Iterator[None]:
    """Hold back stderr and hand on all of it but TensorFlow's notes about oneDNN and absent GPUs.

    TensorFlow 2.21 writes them from C++ before it reads its log level, so only the file descriptor helps.
    """
    try:
        kept = os.dup(2)
    except OSError:  # no stderr, as under pythonw: nothing to keep quiet
        yield
        return
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            held.seek(0)
            os.write(2, _NOISE.sub(b"", held.read()))
