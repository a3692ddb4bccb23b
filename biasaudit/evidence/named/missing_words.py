"""The words that the user says mean nothing, held against the table."""

from __future__ import annotations

from difflib import get_close_matches

import numpy as np

from biasaudit.errors import UsageError
from biasaudit.images.names import escaped
from biasaudit.images.splits import split_column
from biasaudit.images.table import ImageTable
from biasaudit.images.values import distinct
from biasaudit.images.values.missing import named
from biasaudit.settings import Settings


def check_missing(settings: Settings, images: ImageTable) -> None:
    """Raise UsageError where a word of --missing stands in no column, so that it would change nothing."""
    if not settings.missing:
        return
    if settings.metadata is None:
        raise UsageError(f"--missing {escaped(settings.missing[0])} needs a table: name it with --metadata.")
    left_out = (split_column(settings.split, images.metadata_columns), *settings.without)
    columns = [name for name in images.metadata_columns if name not in left_out]
    words = {word for name in columns for word in distinct(images.frame[f"meta_{name}"].to_numpy(dtype=object))[1]}
    known = sorted(words)
    for missing in settings.missing:
        if not np.any(named(known, (missing,))):
            near = get_close_matches(missing, known, 1)
            hint = f" Did you mean {escaped(near[0], 40)!r}?" if near else " Take it out, or check its spelling."
            raise UsageError(f"--missing {escaped(missing)}: no column of the table that is compared holds it.{hint}")
