"""What a cue is: something that measures itself in an image and, where possible, inserts itself into one."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from biasaudit.images.photo import Photo

CueKind = Literal["property", "artefact", "file"]
Measure = Callable[[Photo], Any]
Insert = Callable[[np.ndarray, float, np.random.Generator], tuple[np.ndarray, np.ndarray]]
Placebo = Callable[[np.ndarray, np.ndarray, np.ndarray, np.random.Generator], np.ndarray]
SMALLEST = "Smallest picture: {side} pixels on its shorter side. In smaller ones it is not looked for."


@dataclass(kw_only=True, eq=False)
class Cue:
    """One named thing in or about an image that could give its label away.

    Made by the decorator `cue` from a measuring function; `inserts` and `placebo` add the rest::

        @cue(kind="property", question="Is one class brighter than the others?", unit="luma, 0 to 255")
        def brightness(photo: Photo) -> float:
            '''Why it matters / how it is measured / what it cannot show / references.'''

        @brightness.inserts(directions=(1, -1), placebo=opposite_halves)
        def _insert(rgb, amount, rng): ...
    """

    id: str
    kind: CueKind
    question: str
    unit: str
    measure: Measure
    """Photo -> one number, or one word where `words`. NaN where it cannot be measured (JPEG quality of a PNG)."""
    words: bool = False
    """True where `measure` gives a word out of a few (the camera's make), not a number."""
    threshold: float | None = None
    """For artefacts: the value from which the artefact counts as present. None: the data decide."""
    smallest_side: int = 0
    """For artefacts: the shorter side in pixels, of pictures as they are looked at (`Photo.rgb`), from which on most of
    them are found and not taken for another. In smaller pictures it is not looked for. 0: it is in all."""
    unseen: bool = False
    """True where a network cannot see it in the pixels (the file's name): where classes differ in nothing but a word
    of it, it only repeats what the classes are called."""
    in_pixels: bool = False
    """True of a trait of the file that is read from its pixels, so that it can be put into them and be found there."""
    column: str = ""
    """Of a word that files tell of themselves the column of the table that it fills: it is read there from then on."""
    insert: Insert | None = None
    """(rgb uint8 HxWx3, amount, rng) -> (rgb uint8 HxWx3 with the cue, mask bool HxW of what was touched).

    `amount` is signed and in the cue's own unit for properties (brightness +20), opacity 0 to 1 for artefacts.
    Never changes its argument; the result has the argument's shape.
    """
    placebo: Placebo | None = None
    """(before, after, mask, rng) -> rgb: a change of the same place, area and energy that is not the cue."""
    directions: tuple[int, ...] = field(default=(1,))
    """Which ways `insert` can move the value: (1,), (-1,) or both."""

    @property
    def rationale(self) -> str:
        """The measuring function's docstring: why it matters, how it is measured, what it cannot show; and in how small
        a picture it is looked for."""
        told = inspect.cleandoc(self.measure.__doc__ or "")
        return f"{told}\n\n{SMALLEST.format(side=self.smallest_side)}" if self.smallest_side else told

    def can_see(self, photo: Photo) -> bool:
        """Whether the picture is large enough to be asked for it."""
        return min(photo.rgb.shape[:2]) >= self.smallest_side

    def __reduce__(self) -> tuple[Callable[[str, str], Cue], tuple[str, str]]:
        """Travel to worker processes by name: the decorator put this object where the function was."""
        return _by_name, (self.measure.__module__, self.measure.__qualname__)

    def inserts(self, *, placebo: Placebo, directions: tuple[int, ...] = (1,)) -> Callable[[Insert], Insert]:
        """Register the function that puts this cue into an image, and its placebo."""

        def register(function: Insert) -> Insert:
            self.insert, self.placebo, self.directions = function, placebo, directions
            return function

        return register


def _by_name(module: str, name: str) -> Cue:
    return getattr(importlib.import_module(module), name)


def cue(
    *,
    kind: CueKind,
    question: str,
    unit: str,
    threshold: float | None = None,
    smallest_side: int = 0,
    words: bool = False,
    unseen: bool = False,
    in_pixels: bool = False,
) -> Callable[[Measure], Cue]:
    """Turn a measuring function into a `Cue` whose id is the function's name."""

    def make(measure: Measure) -> Cue:
        return Cue(
            id=measure.__name__,
            kind=kind,
            question=question,
            unit=unit,
            measure=measure,
            threshold=threshold,
            smallest_side=smallest_side,
            words=words,
            unseen=unseen,
            in_pixels=in_pixels,
        )

    return make
