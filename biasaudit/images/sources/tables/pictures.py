"""Whether texts in a table look like the names of pictures; no file is looked for."""

from __future__ import annotations

import os
from collections.abc import Collection

from biasaudit.images.sources.matching.path_text import ENDINGS

NEARLY_ALL = 0.95


def ends_like_picture(value: object) -> bool:
    """Whether this is text that ends as the name of a picture does."""
    return isinstance(value, str) and os.path.splitext(value)[1].lower() in ENDINGS


def mostly_pictures(values: Collection[object]) -> bool:
    """Whether nearly all of some values end so; of none they do not."""
    return bool(values) and sum(map(ends_like_picture, values)) >= NEARLY_ALL * len(values)
