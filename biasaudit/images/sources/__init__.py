"""Where images come from: each source knows one way in which people keep labelled images.

A source is a function of the folder and the user's options. It returns None where the data are not kept its way, and
raises UsageError or DataError where they are and are wrong. A new one is a file here and a place in `SOURCES`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from biasaudit.images.sources.class_folder import class_folder
from biasaudit.images.sources.listing import Listing, Options
from biasaudit.images.sources.table import table

Source = Callable[[Path, Options], Listing | None]

SOURCES: tuple[Source, ...] = (table, class_folder)
"""In this order they are asked: the first that returns a listing is believed. The last takes any folder."""

__all__ = ["SOURCES", "Listing", "Options", "Source"]
