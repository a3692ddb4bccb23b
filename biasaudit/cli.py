"""The command line: options and their help, exit codes, and nothing else. Heavy imports wait inside the commands."""

from __future__ import annotations

import inspect
import io
import os
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from biasaudit.errors import AuditError, EnvironmentFault, UsageError
from biasaudit.runtime.signals import end_when_asked
from biasaudit.settings import AuditChoices, Choice, SplitChoices, table

if TYPE_CHECKING:
    from biasaudit.results import SelfTest

FOUND = 1
"""A finding, or a change, that --fail-on names. 2, 3 and 5 belong to the errors of `biasaudit.errors`."""
INCONCLUSIVE = 4
FAULT = 70
"""A fault of ours (EX_SOFTWARE)."""
INTERRUPTED = 130
VERDICTS = ("shortcut", "review", "suspect", "gap", "unidentifiable", "fact", "ask")

app = typer.Typer(
    name="biasaudit",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help=(
        "Finds the shortcuts that an image classifier can learn from a labelled folder of photographs, and tests "
        "whether it did.\n\nStart with `biasaudit demo`, then `biasaudit run FOLDER`, where FOLDER holds one "
        "sub-folder of images a class."
    ),
)

Folder = Annotated[Path, typer.Argument(help="Folder with one sub-folder of images a class.", metavar="FOLDER")]
FailOn = Annotated[
    str,
    typer.Option(help="Exit with 1 where a conclusion is one of these: " + ", ".join(VERDICTS) + "."),
]
Junit = Annotated[
    Path | None,
    typer.Option(
        help="JUnit XML for CI: one test case a finding and a check; the verdicts of --fail-on fail, else shortcut.",
        metavar="FILE.xml",
    ),
]


def _with_choices(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command with `**choices` an option for each choice that the table gives to a command of its name."""
    rows = dict.fromkeys((*table(AuditChoices), *table(SplitChoices)))
    choices = [choice for choice in rows if command.__name__ in choice.option.commands]
    of_names = {choice.name: choice.default for choice in choices if isinstance(choice.default, tuple)}
    own = list(inspect.signature(command, eval_str=True).parameters.values())[:-1]
    first = [each for each in own if each.kind is not inspect.Parameter.KEYWORD_ONLY]
    options = sorted(map(_option, choices), key=lambda option: option.name != "out")

    @wraps(command)
    def called(**given: Any) -> None:
        names = {name: _names(given[name]) or default for name, default in of_names.items()}
        command(**{**given, **names})

    called.__signature__ = inspect.Signature([*first, *options, *own[len(first) :]])  # type: ignore[attr-defined]
    called.__annotations__ = {each.name: each.annotation for each in (*own, *options)}
    return called


def _option(choice: Choice) -> inspect.Parameter:
    """A choice as typer takes it: a flag, names with commas between them, a file, or a number or text."""
    kind, default, told = choice.type, choice.default, choice.option
    flags: tuple[str, ...] = ()
    if kind is bool:
        flags, default = (f"--{choice.name.replace('_', '-')}", *told.short), False
    elif isinstance(default, tuple):
        kind, default = list[str] | None, None
    elif told.file:
        kind = Path | None
    option = typer.Option(*flags, help=told.help, metavar=told.metavar, min=told.low, max=told.high)
    return inspect.Parameter(
        choice.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option]
    )


def _names(texts: Iterable[str] | None) -> tuple[str, ...]:
    """The names that an option was given, separated by commas or by giving it more than once."""
    return tuple(name.strip() for text in texts or () for name in text.split(",") if name.strip())


def _show(*lines: object) -> None:
    """Print results, one a line, on stdout; what is told of the work goes to stderr."""
    for line in lines:
        print(line)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        _show(version("biasaudit"))
        raise typer.Exit


@app.callback()
def _before_any_command(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", is_eager=True, callback=_print_version)
    ] = False,
) -> None: ...


def _audit(folder: Path, fail_on: str, junit: Path | None = None, **choices: Any) -> None:
    """Run an audit, print where its files lie, and leave with the code that the contract names."""
    watched = set(_names([fail_on]))
    unknown = sorted(watched - set(VERDICTS))
    if unknown:
        raise UsageError(f"--fail-on does not know {', '.join(unknown)}; it takes {', '.join(VERDICTS)}.")
    from biasaudit.auditing import audit, audit_each_label

    choices["command"] = shlex.join(["biasaudit", *sys.argv[1:]])
    page = None
    try:
        if choices.get("each_label"):
            if junit is not None:
                raise UsageError("--junit is about one audit, and --each-label makes several: choose.")
            audits, page = audit_each_label(folder, **choices)
            results = [each.result for each in audits if each.result is not None]
        else:
            results = [audit(folder, **choices)]
    except (KeyboardInterrupt, SystemExit):
        print("biasaudit: stopped. What is done is kept: the same command, without --fresh, goes on.", file=sys.stderr)
        raise
    if page is not None:
        _show(page)
    _show(*(file for result in results for file in result.files))
    if junit is not None:
        from biasaudit.output.junit import write_junit

        _show(write_junit(junit, results[0].record, watched))
    if all(result.verdict == "inconclusive" for result in results):
        raise typer.Exit(INCONCLUSIVE)
    records = [result.record for result in results]
    if watched & {word for each in records for one in each.conclusions for word in one.words}:
        raise typer.Exit(FOUND)


@app.command()
@_with_choices
def run(folder: Folder, *, fail_on: FailOn = "", junit: Junit = None, **choices: Any) -> None:
    """Train a network on FOLDER (or take yours: --model), test what it uses, and write the report.

    Example: biasaudit run photos --metadata photos/metadata.csv --group-by patient
    """
    _audit(folder, fail_on, junit, **choices)


@app.command()
@_with_choices
def scan(folder: Folder, *, fail_on: FailOn = "", junit: Junit = None, **choices: Any) -> None:
    """Look at the data alone: which cues are tied to the labels. Trains nothing, and is fast.

    Example: biasaudit scan photos --metadata photos/metadata.csv
    """
    _audit(folder, fail_on, junit, scan=True, **choices)


@app.command()
@_with_choices
def demo(
    name: Annotated[str, typer.Argument(help="ruler, two-sources or clean.", metavar="[NAME]")] = "ruler",
    out: Annotated[Path | None, typer.Option(help="Folder for images and report. Default: reports/demo-NAME.")] = None,
    **choices: Any,
) -> None:
    """Make a folder of procedural photographs and audit it: a first look that downloads nothing.

    `ruler`: most malignant images have a ruler. `two-sources`: each class comes from its own source. `clean`: neither.
    """
    from biasaudit.demo import DEMOS, make_demo

    if name not in DEMOS:
        raise UsageError(f"There is no demo {name!r}; there are {', '.join(DEMOS)}.")
    out = out or Path("reports") / f"demo-{name}"
    images = out / f"demo-{name}"
    _audit(images, "", metadata=make_demo(name, images, seed=choices["seed"]), out=out, **choices)


@app.command()
@_with_choices
def selftest(folder: Folder, **choices: Any) -> None:
    """Plant known cues in the images of FOLDER and say which of them a scan finds, and how often it cries wolf.

    Takes minutes: some 300 sets are dealt and scanned. Writes selftest.json into the report's folder.

    Example: biasaudit selftest photos
    """
    from biasaudit.auditing import audit_the_audit

    record, path = audit_the_audit(folder, **choices)
    _show(*_self_tested(record), path)


def _self_tested(record: SelfTest) -> Iterator[str]:
    yield f"{record.images} images, {record.classes} classes, labels dealt anew."
    yield (
        f"False alarms: {record.false_alarms} of {record.clean_sets} sets without a planted cue "
        f"(95% interval {record.false_alarm_low:.0%} to {record.false_alarm_high:.0%})."
    )
    yield f"{'planted cue':18} {'class':>6} {'others':>6} {'found':>8} {'first':>8}"
    for row in record.planted:
        shares = f"{row.in_class:6.0%} {row.in_others:6.0%}"
        yield f"{row.cue:18} {shares} {row.found:>3} of {row.sets:<2} {row.first:>3} of {row.sets:<2}"
    for cue, why in record.not_planted.items():
        yield f"{cue:18} not planted: {why}"


@app.command()
@_with_choices
def split(folder: Folder, **choices: Any) -> None:
    """Deal FOLDER into parts for training and testing: patients and copies whole, classes and leading cues in shares.

    Writes split.csv: each path with its part, and the columns of --metadata. Says what could not be balanced, and why.

    Example: biasaudit split photos --metadata photos/metadata.csv --group-by patient --parts train=0.8,test=0.2
    """
    from biasaudit.auditing import split_folder

    _show(*split_folder(folder, **choices))


@app.command()
@_with_choices
def report(
    audit_json: Annotated[
        Path, typer.Argument(help="The audit.json of an earlier run, or its folder.", metavar="AUDIT_JSON")
    ],
    out: Annotated[Path | None, typer.Option(help="File to write. Default: report.html beside AUDIT_JSON.")] = None,
    *,
    redact_names: Annotated[
        bool,
        typer.Option(
            "--redact-names",
            help="Codes in place of names of files and values of metadata; also as .json and .csv beside the page.",
        ),
    ] = False,
    no_images: Annotated[bool, typer.Option("--no-images", help="Leave out all pictures and heatmaps.")] = False,
    **choices: Any,
) -> None:
    """Draw the report again from AUDIT_JSON, without a model and without the images."""
    from biasaudit.output.result import AuditResult, read_audit

    result = read_audit(audit_json)
    if (review := choices["review"]) is not None:
        from biasaudit.conclude.review import read_reviews, reviewed

        result = AuditResult(reviewed(result.record, read_reviews(review)), result.folder)
    if redact_names:
        _show(*result.save_redacted(out, images=not no_images))
    else:
        _show(result.to_html(out, images=not no_images))


@app.command()
def compare(
    old: Annotated[Path, typer.Argument(help="audit.json of the older audit, or its folder.", metavar="OLD")],
    new: Annotated[Path, typer.Argument(help="audit.json of the newer audit, or its folder.", metavar="NEW")],
    out: Annotated[Path | None, typer.Option(help="Write the comparison as a page too.", metavar="FILE.html")] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the comparison for programs too.", metavar="FILE")
    ] = None,
    fail_on: Annotated[
        str, typer.Option(help="Exit with 1 where a finding is one of these: worse, new, better, gone.")
    ] = "",
) -> None:
    """Say what changed between two audits: which findings are new, gone, worse or better, and which cannot be told.

    Example: biasaudit compare reports/before reports/after --out compared.html
    """
    from biasaudit.output.comparing import compare_files

    if compare_files(old, new, out, json_file, set(_names([fail_on]))):
        raise typer.Exit(FOUND)


@app.command()
def schema() -> None:
    """Print the JSON Schema of audit.json."""
    import json

    from biasaudit.output.schema import audit_schema

    _show(json.dumps(audit_schema(), indent=1))


@app.command()
def cues(cue: Annotated[str | None, typer.Argument(help="Explain this one.", metavar="[ID]")] = None) -> None:
    """List the cues that are measured in images, each with its question, or explain one."""
    from biasaudit.cues import BUILTIN
    from biasaudit.cues.skin_tone import skin_tone
    from biasaudit.runtime.plugins import installed

    _explain(installed("biasaudit.cues", (*BUILTIN, skin_tone) if cue == skin_tone.id else BUILTIN), cue, "cue")


@app.command()
def detectors(
    detector: Annotated[str | None, typer.Argument(help="Explain this one.", metavar="[ID]")] = None,
) -> None:
    """List the detectors, each with its question, or explain one."""
    from biasaudit.detectors import BUILTIN
    from biasaudit.runtime.plugins import installed

    _explain(installed("biasaudit.detectors", BUILTIN), detector, "detector")


def _explain(parts: tuple[Any, ...], wanted: str | None, what: str) -> None:
    if wanted is None:
        _show(*(f"{part.id:18} {part.question}" for part in parts))
        return
    part = next((part for part in parts if part.id == wanted), None)
    if part is None:
        raise UsageError(f"There is no {what} {wanted!r}; `biasaudit {what}s` lists them.")
    _show(f"{part.id}: {part.question}\n\n{part.rationale}")


def main() -> None:
    """Entry point: every way to end has its exit code, and none of them is a traceback."""
    for stream in (sys.stdout, sys.stderr):  # a name that is no UTF-8 is shown, not fatal
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    end_when_asked()
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:
        code, told = _ending(error)
        if code == FAULT and os.environ.get("BIASAUDIT_DEBUG"):
            raise
        print(f"biasaudit: {told}", file=sys.stderr)
        sys.exit(code)


def _ending(error: Exception) -> tuple[int, str]:
    """The exit code of an error, and what is said of it."""
    if isinstance(error, AuditError):
        return error.exit_code, str(error)
    if isinstance(error, OSError):
        where = f" {error.filename}" if error.filename else ""
        return EnvironmentFault.exit_code, f"the system refused:{where} {error.strerror or error}."
    if isinstance(error, MemoryError):
        return EnvironmentFault.exit_code, "out of memory. Close other programs, or try --jobs 1."
    return FAULT, f"a fault of ours: {type(error).__name__}: {error}. BIASAUDIT_DEBUG=1 shows where."
