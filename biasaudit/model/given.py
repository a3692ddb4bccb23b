"""A model that was trained elsewhere: a Keras classifier, whole, or any function of images."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from biasaudit.errors import AuditError, UsageError
from biasaudit.images.pixels import resized
from biasaudit.model.answers import Meaning, as_rows, check_finite, odds_of
from biasaudit.model.backbone import Backbone, forward
from biasaudit.model.gradients import Squashing, last_squashing
from biasaudit.model.model_file import input_sides, load_file, taking_squares
from biasaudit.model.quiet import import_keras
from biasaudit.settings import Settings

if TYPE_CHECKING:
    import keras

PIXELS = {"0..255": (1.0, 0.0), "0..1": (1 / 255, 0.0), "-1..1": (1 / 127.5, -1.0)}
"""The ranges of pixels that a Keras model can be given: name -> factor and offset."""
BATCH = 32


@dataclass(frozen=True, kw_only=True, eq=False)
class Given:
    """A model as it came, before anything is known of what its answers mean."""

    name: str
    size: int
    """Input side in pixels."""
    classes: tuple[str, ...]
    """Those of its answers, in their order; more than the folder has, perhaps."""
    answer: Callable[[np.ndarray], Any]
    """uint8 (n, size, size, 3) -> answers (n, classes), or (n, 1) for two classes."""
    squashing: Squashing | None = None
    """What a Keras model's last layer does to its sums; None of a function."""
    network: keras.Model | None = None
    """float32 (n, size, size, 3), 0 to 255 -> answers; None of a function."""
    source: keras.Model | None = None
    """The Keras model as it came, for another range of pixels."""

    def answers(self, rgb: np.ndarray, ids: Sequence[str] = ()) -> np.ndarray:
        """uint8 (n, side, side, 3) -> finite answers, float64 (n, outputs).

        Raises:
            UsageError: the model fails, or its answers are of another shape or not finite.
        """
        rows = self._asked(rgb if rgb.shape[1] == self.size else np.stack([resized(each, self.size) for each in rgb]))
        check_finite(rows, self.name, ids)
        return rows

    def trial(self) -> None:
        """Ask it about two grey pictures, so that what cannot go on ends before anything is measured.

        Raises:
            UsageError: the model fails, or its answers are of another shape.
        """
        self._asked(np.random.default_rng(0).integers(96, 160, (2, self.size, self.size, 3), dtype=np.uint8))

    def _asked(self, rgb: np.ndarray) -> np.ndarray:
        try:
            raw = self.answer(rgb)
        except (AuditError, MemoryError):
            raise
        except Exception as fault:  # whatever somebody else's model raises
            raise UsageError(f"{self.name} failed on the images: {type(fault).__name__}: {fault}") from fault
        return as_rows(raw, len(rgb), self.classes, self.name)


@dataclass(frozen=True, kw_only=True, eq=False)
class GivenModel:
    """A given model whose answers are understood. There are no folds: all answers are its own."""

    given: Given
    meaning: Meaning
    columns: np.ndarray
    """int (classes,): which of its answers speaks for each class of the folder."""
    quick_maps: bool = True
    """Whether `explain` is of the order of one answer."""
    explain: Callable[[np.ndarray, int], np.ndarray] | None = None
    """uint8 (size, size, 3) and an answer's number -> float (h, w), above 0 where the picture speaks for it."""

    @property
    def size(self) -> int:
        """Input side in pixels."""
        return self.given.size

    def log_odds(self, rgb: np.ndarray, folds: np.ndarray) -> np.ndarray:
        """uint8 (n, side, side, 3), of any side -> log-odds of each class of the folder, float64 (n, classes)."""
        starts = range(0, len(rgb), BATCH)
        parts = [odds_of(self.given.answers(rgb[start : start + BATCH]), self.meaning) for start in starts]
        return np.concatenate(parts)[:, self.columns] if parts else np.empty((0, len(self.columns)))

    def heatmap(self, rgb: np.ndarray, fold: int, code: int) -> np.ndarray | None:
        """uint8 (size, size, 3) -> float (h, w), 0 to 1, of class `code`; None where there is none to be had."""
        if self.explain is None:
            return None
        heat = np.maximum(0, self.explain(rgb, int(self.columns[code])))
        return heat / heat.max() if heat.max() > 0 else heat


def open_given(source: Any, folder_classes: Sequence[str], settings: Settings) -> Given:
    """The model to audit: a Keras model, the file of one, or a function; tried on two pictures.

    Raises:
        UsageError: as `from_keras`, or `settings.classes` leaves out a class of the folder.
    """
    classes = settings.classes or tuple(folder_classes)
    if missing := [name for name in folder_classes if name not in classes]:
        raise UsageError(
            f"--classes does not name {missing[0]!r}, which the folder has ({len(missing)} missing in all)."
        )
    if callable(source) and not hasattr(source, "get_weights"):
        assert settings.size is not None
        given = from_function(source, settings.size, classes)
    else:
        given = from_keras(source, classes, pixels=settings.pixels, size=settings.size)
    given.trial()
    return given


def name_of(source: Any) -> str | None:
    """What a model, its file or a function is called; None of None."""
    if source is None or isinstance(source, str | Path):
        return None if source is None else str(source)
    return str(getattr(source, "name", "") or getattr(source, "__name__", "") or type(source).__name__)


def from_function(predict: Callable[[np.ndarray], Any], size: int, classes: Sequence[str]) -> Given:
    """A function of uint8 (n, size, size, 3) that returns probabilities (n, classes)."""
    name = name_of(predict) or "predict"
    return Given(name=name, size=size, classes=tuple(classes), answer=lambda rgb: predict(rgb.copy()))


def from_keras(
    source: str | Path | keras.Model, classes: Sequence[str], *, pixels: str = "0..255", size: int | None = None
) -> Given:
    """A whole Keras classifier, by its file or as it is.

    Args:
        source: a model, or a file that the user trusts. One RGB or grey image in; one output a class, or one in all
            for two classes; softmax, sigmoid or logits.
        classes: of its outputs, in their order.
        pixels: the range that it takes, a key of `PIXELS`.
        size: input side in pixels, where the model leaves it open.

    Raises:
        UsageError: it cannot be loaded, or is no classifier of one image.
    """
    keras = import_keras()
    if isinstance(source, keras.Model):
        model, name = source, str(source.name)
    else:
        try:
            model, name = load_file(Path(source)), Path(source).name
        except UsageError as fault:
            raise UsageError(
                f"{fault} If it needs layers of your own, load it in Python: ba.audit(folder, model=...)."
            ) from fault
    try:
        sides, outputs = model.input_shape, model.output_shape
    except (AttributeError, ValueError) as fault:
        raise UsageError(
            f"{name} does not say what it takes and gives (it is no Sequential or functional Keras model). In Python, "
            "audit it as a function: ba.audit(folder, predict=..., size=...)."
        ) from fault
    if not isinstance(outputs, tuple) or len(outputs) != 2 or outputs[1] is None:
        raise UsageError(f"{name} does not answer with one vector an image: its output is {outputs}.")
    height, width, _ = input_sides(model, name, size or 0)
    if not height or not width:
        raise UsageError(f"{name} takes images of any size: say with --size at which side, in pixels, it was trained.")
    if size is not None and size != max(height, width):
        raise UsageError(f"{name} takes images of {sides[1]} x {sides[2]} pixels, so --size {size} cannot be had.")
    network, side = taking_squares(model, name, side=size, scale=PIXELS[pixels])
    return Given(
        name=name,
        size=side,
        classes=tuple(classes),
        answer=forward(Backbone(name, side, network, pretrained=True, spatial=False)),
        squashing=last_squashing(model),
        network=network,
        source=model,
    )


def before_last_dense(network: keras.Model, outputs: int) -> keras.Model | None:
    """`network` up to what its last Dense layer is given, inside submodels too; None where it has no such layer.

    Returns a model of the same input -> vectors (n, features). A Dense layer of other than `outputs` units is no head.
    """
    keras = import_keras()
    graph = getattr(network, "_functional", None) or network  # a Sequential keeps its graph inside
    by_depth = getattr(graph, "_nodes_by_depth", {})
    for node in (node for depth in sorted(by_depth) for node in by_depth[depth] if node.input_tensors):
        layer, given = node.operation, node.input_tensors[0]
        if isinstance(layer, keras.layers.Dense):
            head = layer.units == outputs and len(given.shape) == 2
            return keras.Model(network.inputs, given) if head else None
        if isinstance(layer, keras.Model) and (inner := before_last_dense(layer, outputs)) is not None:
            return keras.Model(network.inputs, inner(given))
    return None
