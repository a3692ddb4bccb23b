"""What a user can choose about an audit: one frozen dataclass, the same for the command line and Python."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

Role = Literal["", "nuisance", "mediator", "sensitive"]
"""What the user declares a metadata column to be; "" where nothing is declared."""
ROLES: tuple[Role, ...] = get_args(Role)[1:]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All choices of a run. Everything has a default; `asdict` of it stands in `audit.json`."""

    metadata: Path | None = None
    """CSV with a `path` column relative to the folder; `label` there overrides the folder."""
    group_by: str | None = None
    """Metadata column that names the patient or scene; its images stay on one side of every split."""
    split: str | None = None
    """Metadata column with a given split (train, val, test)."""
    ignore: tuple[str, ...] = ()
    """Metadata columns to leave out."""
    nuisance: tuple[str, ...] = ()
    """Known sources of difference to hold fixed (hospital, camera): every other cue is compared within their values."""
    mediator: tuple[str, ...] = ()
    """Part of how the label comes to show (stage, size of the lesion): a tie to the label is no fault; not adjusted."""
    sensitive: tuple[str, ...] = ()
    """Sex, age, race: never adjusted for, and the model's accuracy is always compared between its sides."""
    skin_tone: bool = False
    """Estimate the tone of the skin around the subject, and group by it."""
    reference: Path | None = None
    """CSV with the shares of groups in the population that the model is meant for."""
    without: tuple[str, ...] = ()
    """Ids of cues or detectors to leave out."""
    subject: str | None = None
    """What the label names: a folder of masks, named as the images are, or "center"; a pattern off it is no subject."""
    backbone: str = "auto"
    """auto, efficientnet_lite0, small_cnn, a keras.applications name, or a .keras file (with trust_model)."""
    model: str | None = None
    """A trained classifier to audit in place of one trained here: FILE.keras (with trust_model), or its name."""
    classes: tuple[str, ...] = ()
    """The classes of that model's answers, in their order; empty for the folder's, sorted."""
    pixels: str = "0..255"
    """The range of pixels that a Keras model to audit was trained on: 0..255, 0..1 or -1..1."""
    size: int | None = None
    """Input side in pixels of a function to audit, or of a Keras model that leaves it open."""
    weights: Path | None = None
    """CSV of `path` and `weight`: how much each image counts in training; everything is measured without weights."""
    review: Path | None = None
    """JSON of what people decided about the findings of an earlier audit."""
    train_limit: int | None = None
    """Images that a network is trained on, at most: each class in its share. None: all."""
    finetune: bool = False
    """Train the whole network, not the head alone."""
    trust_model: bool = False
    """The user's word that a model file may be loaded, which can run code."""
    max_bad: float = 0.2
    """Share of unreadable files above which the data count as unusable, 0 to 1."""
    drop_small: bool = False
    """Leave out classes too small to audit, instead of stopping."""
    jobs: int | None = None
    """Processes that read images; None takes one a core."""
    engine: str = "local"
    """What works on the images: local, dask or ray."""
    address: str | None = None
    """Where that cluster answers; None starts one on this machine."""
    seed: int = 0
    selftest: bool = False
    """Plant known cues in these images as well, and say how many the audit finds."""
    fresh: bool = False
    """Ignore what an earlier run left in the cache."""

    def role(self, column: str) -> Role:
        """What the user declared this metadata column to be."""
        return next((role for role in ROLES if column in getattr(self, role)), "")

    def to_record(self) -> dict[str, Any]:
        """As plain JSON values; the metadata path as its file name alone."""
        record = asdict(self)
        for key in ("metadata", "model", "weights", "review", "reference"):  # a path may tell on a person
            path = getattr(self, key)
            name = Path(path).name if path else None
            record[key] = name.encode("utf-8", "backslashreplace").decode() if name else None
        del record["address"]  # names a machine, and changes no result
        return {key: list(value) if isinstance(value, tuple) else value for key, value in record.items()}
