"""What can be chosen about an audit: one table, from which the command line and the functions of Python are made."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Concatenate, Literal, NamedTuple, ParamSpec, TypeVar, get_args, get_type_hints

from biasaudit.errors import UsageError

Role = Literal["", "nuisance", "mediator", "sensitive"]
"""What the user declares a metadata column to be; "" where nothing is declared."""
ROLES: tuple[Role, ...] = get_args(Role)[1:]

Field = Literal["auto", "skin", "xray", "ct", "mri", "ultrasound", "microscopy", "photo"]
"""What the pictures are of, in the words of a user."""

OF_DATA = ("run", "scan")
OF_IMAGES = ("run", "scan", "selftest", "split")
OF_ALL = ("run", "scan", "selftest", "split", "demo")


@dataclass(frozen=True)
class Option:
    """What is told of a choice to people, and which commands take it."""

    help: str
    commands: tuple[str, ...] = OF_DATA
    """Of the command line; none for what is chosen in Python alone."""
    metavar: str | None = None
    short: tuple[str, ...] = ()
    """Other names of a flag, such as "-q"."""
    low: float | None = None
    high: float | None = None
    file: bool = False
    """It names a file; the record keeps the last part of its path alone."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All choices that an audit records. Everything has a default; they stand in `audit.json`."""

    metadata: Annotated[
        str | Path | None,
        Option(
            "Table with a row an image: CSV, TSV, JSON lines, Parquet, COCO, CelebA's lists. Its label comes before "
            "the folder's; other columns are tested as cues.",
            OF_IMAGES,
            metavar="TABLE",
            file=True,
        ),
    ] = None
    image_column: Annotated[
        str | None,
        Option("Column that names each image, where that is not told: path, file_name, image_id ...", OF_IMAGES),
    ] = None
    label_column: Annotated[
        str | None,
        Option(
            "Column that holds the label, where that is not told: label, class, dx ...; or 'name:PATTERN', what a "
            "regular expression finds in each file's name.",
            OF_IMAGES,
        ),
    ] = None
    positive: Annotated[
        tuple[str, ...],
        Option(
            "Values of the label column that mean yes, by commas: 1, or one label of several. All others are no, but "
            "for blanks and uncertain ones (-1 beside 0).",
            OF_IMAGES,
        ),
    ] = ()
    negative: Annotated[
        tuple[str, ...],
        Option(
            "With --positive: the values that mean no, by commas ('blank' is an empty cell); others are left out.",
            OF_IMAGES,
        ),
    ] = ()
    single_label: Annotated[
        bool, Option("Each value of the label column is one label, whatever commas or bars stand in it.", OF_IMAGES)
    ] = False
    group_by: Annotated[
        str | None,
        Option(
            "Column that names the patient or scene, kept on one side of every split; or 'name:PATTERN', such as "
            r"'name:person(\d+)'.",
            OF_IMAGES,
        ),
    ] = None
    split: Annotated[
        str | None, Option("Column with a given split: train, val, test; or COLUMN=VALUE, the value that is held out.")
    ] = None
    from_name: Annotated[
        str | None,
        Option(
            r"Columns from each file's name: a regular expression with named groups, such as '(?P<age>\d+)_'.",
            OF_IMAGES,
            metavar="PATTERN",
        ),
    ] = None
    layout: Annotated[
        str | None,
        Option(
            "What the levels of folders are, where that is not told: class, split, group or *, as in 'split/class' or "
            "'*/class'.",
            OF_IMAGES,
        ),
    ] = None
    exclude: Annotated[
        tuple[str, ...],
        Option(
            "Files and folders to leave out, by name or path, by commas: '*_mask*', 'test/*'.",
            OF_IMAGES,
            metavar="GLOB",
        ),
    ] = ()
    follow_links: Annotated[bool, Option("Read what links lead to outside FOLDER as well.", OF_IMAGES)] = False
    allow_missing: Annotated[
        bool,
        Option("Audit what is there, although a class or over a tenth of the images would be left out.", OF_IMAGES),
    ] = False
    ignore: Annotated[tuple[str, ...], Option("Columns to leave out, separated by commas.", (*OF_DATA, "split"))] = ()
    missing: Annotated[
        tuple[str, ...],
        Option(
            "Words and numbers in the CSV that mean that nothing is known, separated by commas, beside the usual ones.",
            OF_IMAGES,
        ),
    ] = ()
    nuisance: Annotated[
        tuple[str, ...],
        Option(
            "Columns to hold fixed (hospital, camera), separated by commas: every other cue is compared within their "
            "values."
        ),
    ] = ()
    mediator: Annotated[
        tuple[str, ...],
        Option(
            "Columns that are part of how the label shows (stage, size): their tie to it is no fault, and is never "
            "adjusted for."
        ),
    ] = ()
    sensitive: Annotated[
        tuple[str, ...],
        Option("Columns such as sex, age, race: never adjusted for; accuracy is always compared between their sides."),
    ] = ()
    skin_tone: Annotated[
        bool,
        Option(
            "Estimate the tone of the skin around the subject from the pixels, and group by it. Rough: light and "
            "camera move it."
        ),
    ] = False
    dicom_people: Annotated[
        bool,
        Option(
            "Read sex and age (in tens of years) out of DICOM headers as columns too. Without it no column is about a "
            "person."
        ),
    ] = False
    reference: Annotated[
        str | Path | None,
        Option(
            "CSV with the population that the model is meant for: the columns column, level, share; or columns of the "
            "metadata, one row a person or with a `share` or `count`.",
            file=True,
        ),
    ] = None
    without: Annotated[
        tuple[str, ...], Option("Cues or detectors to leave out, by id, separated by commas.", OF_IMAGES)
    ] = ()
    subject: Annotated[
        str | None,
        Option(
            "What the label names: a folder of masks (class/name.png), or center; a pattern off it is a shortcut.",
            ("run",),
            metavar="DIR|center",
        ),
    ] = None
    field: Annotated[
        Field,
        Option(
            "What the pictures are of: skin (hair and gel are asked about), xray, ct, mri or ultrasound (no subject is "
            "looked for at the outer edge), microscopy (the same), photo for all else. auto looks."
        ),
    ] = "auto"
    backbone: Annotated[
        str,
        Option(
            "The network whose features a classifier is trained on here: auto, efficientnet_lite0, small_cnn, a "
            "keras.applications name, or your own FILE.keras, whose head is replaced. With --model: what discovery "
            "and the views look through.",
            ("run",),
        ),
    ] = "auto"
    model: Annotated[
        Any,
        Option(
            "A classifier that you have trained: it is audited whole, as it is, and nothing is trained. Takes images "
            "of 0 to 255 (see --pixels); needs --trust-model.",
            ("run",),
            metavar="FILE.keras",
            file=True,
        ),
    ] = None
    classes: Annotated[
        tuple[str, ...],
        Option("With --model: its classes in the order of its outputs, by commas. Default: sorted folders.", ("run",)),
    ] = ()
    pixels: Annotated[str, Option("With --model: the pixels it was trained on: 0..255, 0..1 or -1..1.", ("run",))] = (
        "0..255"
    )
    size: Annotated[int | None, Option("With --model: its input side in pixels, where it takes any.", ("run",))] = None
    weights: Annotated[
        str | Path | None,
        Option(
            "CSV of `path` and `weight`, as an earlier run left it: how much each image counts in training. "
            "Everything is measured without weights.",
            ("run",),
            metavar="weights.csv",
            file=True,
        ),
    ] = None
    review: Annotated[
        str | Path | None,
        Option(
            "JSON of what people decided about findings; it stands beside them.",
            ("run", "report"),
            metavar="review.json",
            file=True,
        ),
    ] = None
    train_limit: Annotated[
        int | None,
        Option("Train on a sample of this many images, each class in its share; all are still judged.", ("run",)),
    ] = None
    finetune: Annotated[bool, Option("Train the whole network, not its head alone.", ("run",))] = False
    trust_model: Annotated[bool, Option("Load FILE.keras although loading a model file can run code.", ("run",))] = (
        False
    )
    max_bad: Annotated[float, Option("Share of unreadable files that is still accepted.", OF_IMAGES, low=0, high=1)] = (
        0.2
    )
    drop_small: Annotated[bool, Option("Leave out classes too small to audit, instead of stopping.", OF_IMAGES)] = False
    jobs: Annotated[int | None, Option("Processes that read images. Default: one a core.", OF_IMAGES, low=1)] = None
    engine: Annotated[
        str, Option("What works on the images: local, dask or ray; see --address.", metavar="local|dask|ray")
    ] = "local"
    address: Annotated[
        str | None,
        Option(
            "Where a Dask scheduler or a Ray head answers. Its workers must see FOLDER and --out under the same paths. "
            "Default: workers are started on this machine.",
            metavar="HOST:PORT",
        ),
    ] = None
    seed: Annotated[int, Option("Same seed, same machine, same findings.", OF_ALL, low=0)] = 0
    selftest: Annotated[
        bool, Option("Plant known cues in these images as well, and report how many the audit finds.")
    ] = False
    map: Annotated[
        bool,
        Option("Draw a map (t-SNE) of what the model holds to be alike, by class, cue and group.", ("run",)),
    ] = False
    fresh: Annotated[bool, Option("Ignore what an earlier run left in the cache.", OF_ALL)] = False

    def role(self, column: str) -> Role:
        """What the user declared this metadata column to be."""
        return next((role for role in ROLES if column in getattr(self, role)), "")

    def to_record(self) -> dict[str, Any]:
        """As plain JSON values; files by the last part of their path alone."""
        record = asdict(self)
        for choice in table(Settings):
            if choice.option.file:  # a path may tell on a person
                path = record[choice.name]
                name = Path(path).name if path else None
                record[choice.name] = name.encode("utf-8", "backslashreplace").decode() if name else None
        del record["address"]  # names a machine, and changes no result
        return {key: list(value) if isinstance(value, tuple) else value for key, value in record.items()}


@dataclass(frozen=True, kw_only=True)
class Choices(Settings):
    """What is chosen beside the settings and changes no result: where to write, and what to say."""

    out: Annotated[
        str | Path | None,
        Option("Folder for the report. Default: reports/<name of FOLDER>.", OF_IMAGES, file=True),
    ] = None
    each_label: Annotated[
        bool, Option("Where images have several labels: audit each label in turn, one report with a page each.")
    ] = False
    quiet: Annotated[bool, Option("No progress on stderr.", OF_ALL, short=("-q",))] = True

    def folder_for(self, folder: Path) -> Path:
        """Where the report about the images in `folder` goes."""
        return Path(self.out) if self.out else Path("reports") / (folder.resolve().name or "audit")

    def settings(self, **instead: Any) -> Settings:
        """The settings alone, with some of them replaced."""
        return Settings(**{each.name: getattr(self, each.name) for each in fields(Settings)} | instead)


@dataclass(frozen=True, kw_only=True)
class AuditChoices(Choices):
    """What an audit takes in Python: the choices, and what a command line cannot name."""

    scan: Annotated[bool, Option("Look at the data alone, train nothing.", ())] = False
    command: Annotated[str, Option("What to print as the way to repeat this run.", ())] = ""
    predict: Annotated[
        Callable[[Any], Any] | None,
        Option(
            "In place of `model`, any function of uint8 images (n, size, size, 3) to probabilities (n, classes); "
            "needs `size`.",
            (),
        ),
    ] = None
    extra: Annotated[
        Sequence[Any],
        Option("Cues, detectors and evidence of your own beside those that are installed, for this audit alone.", ()),
    ] = ()


@dataclass(frozen=True, kw_only=True)
class SplitChoices(Choices):
    """What is chosen where the images are dealt into parts."""

    parts: Annotated[
        tuple[str, ...],
        Option(
            "The parts and their shares of the images, separated by commas. Default: train=0.7,val=0.15,test=0.15.",
            ("split",),
            metavar="NAME=SHARE,...",
        ),
    ] = ("train=0.7", "val=0.15", "test=0.15")
    balance: Annotated[
        tuple[str, ...],
        Option(
            "Cues and columns to keep in their shares, separated by commas. Default: up to five that go with a class.",
            ("split",),
        ),
    ] = ()


class Choice(NamedTuple):
    """One row of the table."""

    name: str
    type: Any
    default: Any
    option: Option


def table(of: type[Settings]) -> tuple[Choice, ...]:
    """The choices that a class of them holds, in their order."""
    hints = get_type_hints(of, include_extras=True)
    told = {each.name: get_args(hints[each.name]) for each in fields(of)}
    return tuple(Choice(each.name, told[each.name][0], each.default, told[each.name][1]) for each in fields(of))


Given = ParamSpec("Given")
Kind = TypeVar("Kind", bound=Settings)
Result = TypeVar("Result")


def by_name(
    kind: Callable[Given, Kind],
) -> Callable[[Callable[[Path, Kind], Result]], Callable[Concatenate[str | Path, Given], Result]]:
    """Let a function of a folder and of choices (`kind`: a class as `AuditChoices`) take each choice by its name.

    Its signature shows every choice, to notebooks and to type checkers, and its docstring says what each is. Called
    with a name that is no choice it raises UsageError, with the nearest that is.
    """
    assert isinstance(kind, type)
    choices = table(kind)

    def make(function: Callable[[Path, Kind], Result]) -> Callable[Concatenate[str | Path, Given], Result]:
        @wraps(function)
        def called(folder: str | Path, *none: Given.args, **given: Given.kwargs) -> Result:
            _check_known(given, [choice.name for choice in choices])
            return function(Path(folder), kind(*none, **given))

        returned = get_type_hints(function).get("return", inspect.Signature.empty)
        called.__signature__ = _signature(choices, returned)  # type: ignore[attr-defined]
        called.__annotations__ = {choice.name: choice.type for choice in choices} | {"return": returned}
        called.__doc__ = f"{inspect.cleandoc(function.__doc__ or '')}\n\n{_told(choices)}\n"
        return called

    return make


def _signature(choices: Sequence[Choice], result: Any) -> inspect.Signature:
    folder = inspect.Parameter("folder", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=str | Path)
    named = [
        inspect.Parameter(each.name, inspect.Parameter.KEYWORD_ONLY, default=each.default, annotation=each.type)
        for each in choices
    ]
    return inspect.Signature([folder, *named], return_annotation=result)


def _told(choices: Sequence[Choice]) -> str:
    """The part of a docstring that says what each choice is."""
    texts = [f"{choice.name}: {choice.option.help}" for choice in choices]
    lines = [textwrap.fill(text, 110, initial_indent=" " * 4, subsequent_indent=" " * 8) for text in texts]
    return "\n".join(("Choices (group_by is --group-by on the command line; several names are a tuple):", *lines))


def _check_known(given: Iterable[str], known: Sequence[str]) -> None:
    """Raise UsageError where a name is no choice."""
    for name in given:
        if name not in known:
            from difflib import get_close_matches

            near = get_close_matches(name, known, 1)
            hint = f"Did you mean {near[0]!r}?" if near else f"The choices are {', '.join(known)}."
            raise UsageError(f"There is no choice {name!r}. {hint}")
