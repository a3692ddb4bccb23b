"""What every record of an audit is made of: the words that it may hold, and a figure with its interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)
from pydantic_core import CoreSchema

from biasaudit.results.sentences import NameKind, Sentence, record_of, restored

SCHEMA_VERSION: Literal["1.0"] = "1.0"

Kind = Literal[
    "property", "artefact", "file", "metadata", "discovered", "view", "subgroup", "leakage", "representation"
]
Verdict = Literal["shortcut", "review", "suspect", "gap", "unidentifiable", "clear", "untested"]
AuditVerdict = Literal["shortcut", "review", "suspect", "gap", "none_detected", "inconclusive"]
RungName = Literal["association", "encoding", "reliance", "disparity"]
Decision = Literal["accept", "dispute", "needs data", "subject", "not the subject"]
"""The last two are about discovered patterns: whether one is the thing that the label names."""
ColouredBy = Literal["label", "cue", "subgroup"]
State = Literal["yes", "no", "untested"]
RUNGS: tuple[RungName, ...] = ("association", "encoding", "reliance", "disparity")


@dataclass(frozen=True)
class Holds:
    """Beside the type of a field of text: whose words it holds, so that a copy for others knows what to replace."""

    kind: NameKind | Literal["ours"]


Ours = Annotated[str, Holds("ours")]
"""Words of this project: names of checks, versions, dates. A copy for others keeps them."""
ImageId = Annotated[str, Holds("image")]
"""A file's path relative to the folder."""
Label = Annotated[str, Holds("label")]
CueName = Annotated[str, Holds("cue")]
"""A cue's id: of a column of the metadata its name."""
ColumnName = Annotated[str, Holds("column")]
Value = Annotated[str, Holds("value")]
"""One of a column's values."""
SplitName = Annotated[str, Holds("split")]
ModelName = Annotated[str, Holds("model")]
Person = Annotated[str, Holds("person")]
"""A person, or what a person wrote."""


def _plain(schema: CoreSchema) -> CoreSchema:
    """The schema of a record without its own way of writing itself, which says nothing of its fields."""
    bare = {key: each for key, each in schema.items() if key != "serialization"}
    return bare | ({"schema": _plain(bare["schema"])} if schema["type"].startswith("function-") else {})


class Record(BaseModel):
    """Immutable, no unknown fields, no NaN or infinity in JSON.

    In JSON a sentence is its text; `sentences` beside it says what each was made of, by the name of its field.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @model_serializer(mode="wrap")
    def _with_sentences(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        told = {name: record_of(value) for name, value in self if isinstance(value, Sentence | tuple)}
        sentences = {name: each for name, each in told.items() if each is not None}
        return plain(self) | ({"sentences": sentences} if sentences else {})

    @model_validator(mode="before")
    @classmethod
    def _from_sentences(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("sentences"), dict):
            return data
        told, rest = data["sentences"], {name: each for name, each in data.items() if name != "sentences"}
        return {name: restored(told[name], each) if name in told else each for name, each in rest.items()}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        described = handler.resolve_ref_schema(handler(_plain(schema)))
        described.setdefault("properties", {})["sentences"] = {
            "type": "object",
            "description": "What the sentences beside it were made of, by field: a template and its arguments.",
        }
        return described


Region = tuple[float, float, float, float]
"""A place in a picture: left, upper, right, lower edge, as shares of its sides, 0 to 1."""


class Estimate(Record):
    """A figure with its 95% interval, on a scale from `null` (no bias) to `limit` (the worst case)."""

    measure: Sentence
    """What it is, in words: "AUC, malignant against the rest"."""
    value: float
    low: float
    high: float
    null: float
    """The value that means no bias."""
    limit: float
    """The value that means the worst case."""
    n: int
    """Images that it rests on."""

    @property
    def strength(self) -> float:
        """0 to 1: (bound nearest null - null) / (limit - null); 0 where the interval covers null."""
        if self.low <= self.null <= self.high or self.limit == self.null:
            return 0.0
        nearest = self.low if self.low > self.null else self.high
        return min(1.0, max(0.0, (nearest - self.null) / (self.limit - self.null)))
