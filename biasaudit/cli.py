"""The command line: options and their help, exit codes, and nothing else. Heavy imports wait inside the commands."""

from __future__ import annotations

import io
import os
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from biasaudit.errors import AuditError, UsageError
from biasaudit.runtime.signals import end_when_asked

INCONCLUSIVE = 4
FAULT = 70
"""A fault of ours (EX_SOFTWARE)."""
VERDICTS = ("shortcut", "review", "suspect", "gap", "unidentifiable")

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
Metadata = Annotated[
    Path | None,
    typer.Option(
        help="CSV with a `path` column relative to FOLDER. `label` there overrides the folder; other columns are "
        "tested as cues."
    ),
]
Out = Annotated[Path | None, typer.Option(help="Folder for the report. Default: reports/<name of FOLDER>.")]
GroupBy = Annotated[
    str | None,
    typer.Option(help="Column that names the patient or scene; it stays on one side of every split."),
]
Split = Annotated[str | None, typer.Option(help="Column with a given split: train, val, test.")]
Ignore = Annotated[list[str] | None, typer.Option(help="Columns to leave out, separated by commas.")]
Nuisance = Annotated[
    list[str] | None,
    typer.Option(
        help="Columns to hold fixed (hospital, camera), separated by commas: every other cue is compared within "
        "their values."
    ),
]
Mediator = Annotated[
    list[str] | None,
    typer.Option(
        help="Columns that are part of how the label shows (stage, size): their tie to it is no fault, and is never "
        "adjusted for."
    ),
]
Sensitive = Annotated[
    list[str] | None,
    typer.Option(
        help="Columns such as sex, age, race: never adjusted for; accuracy is always compared between their sides."
    ),
]
SkinTone = Annotated[
    bool,
    typer.Option(
        "--skin-tone",
        help="Estimate the tone of the skin around the subject from the pixels, and group by it. Rough: light and "
        "camera move it.",
    ),
]
Reference = Annotated[
    Path | None,
    typer.Option(
        help="CSV with the population that the model is meant for: the columns column, level, share; or columns of the "
        "metadata, one row a person or with a `share` or `count`."
    ),
]
Without = Annotated[list[str] | None, typer.Option(help="Cues or detectors to leave out, by id, separated by commas.")]
FailOn = Annotated[
    str,
    typer.Option(help="Exit with 1 where a finding has one of these verdicts: " + ", ".join(VERDICTS) + "."),
]
MaxBad = Annotated[float, typer.Option(min=0, max=1, help="Share of unreadable files that is still accepted.")]
DropSmall = Annotated[
    bool, typer.Option("--drop-small", help="Leave out classes too small to audit, instead of stopping.")
]
Jobs = Annotated[int | None, typer.Option(min=1, help="Processes that read images. Default: one a core.")]
Engine = Annotated[
    str,
    typer.Option(help="What works on the images: local, dask or ray; see --address.", metavar="local|dask|ray"),
]
Address = Annotated[
    str | None,
    typer.Option(
        help="Where a Dask scheduler or a Ray head answers. Its workers must see FOLDER and --out under the same "
        "paths. Default: workers are started on this machine.",
        metavar="HOST:PORT",
    ),
]
Seed = Annotated[int, typer.Option(min=0, help="Same seed, same machine, same findings.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Ignore what an earlier run left in the cache.")]
SelfTest = Annotated[
    bool,
    typer.Option("--selftest", help="Plant known cues in these images as well, and report how many the audit finds."),
]
Junit = Annotated[
    Path | None,
    typer.Option(
        help="JUnit XML for CI: one test case a finding and a check; the verdicts of --fail-on fail, else shortcut.",
        metavar="FILE.xml",
    ),
]
Review = Annotated[
    Path | None,
    typer.Option(help="JSON of what people decided about findings; it stands beside them.", metavar="review.json"),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")]


def _names(texts: Iterable[str] | None) -> tuple[str, ...]:
    """The names that an option was given, separated by commas or by giving it more than once."""
    return tuple(name.strip() for text in texts or () for name in text.split(",") if name.strip())


def _audit(folder: Path, fail_on: str, junit: Path | None = None, **choices: Any) -> None:
    """Run an audit, print where its files lie, and leave with the code that the contract names."""
    watched = set(_names([fail_on]))
    unknown = sorted(watched - set(VERDICTS))
    if unknown:
        raise UsageError(f"--fail-on does not know {', '.join(unknown)}; it takes {', '.join(VERDICTS)}.")
    from biasaudit.auditing import audit

    try:
        result = audit(folder, command=shlex.join(["biasaudit", *sys.argv[1:]]), **choices)
    except (KeyboardInterrupt, SystemExit):
        print("biasaudit: stopped. What is done is kept: the same command, without --fresh, goes on.", file=sys.stderr)
        raise
    for path in result.files:
        print(path)
    if junit is not None:
        from biasaudit.output.junit import write_junit

        print(write_junit(junit, result.record, watched))
    if result.verdict == "inconclusive":
        raise typer.Exit(INCONCLUSIVE)
    seen = {result.verdict, *(finding.verdict for finding in result.record.findings)}
    if watched & seen:
        raise typer.Exit(1)


@app.command()
def run(
    folder: Folder,
    metadata: Metadata = None,
    out: Out = None,
    group_by: GroupBy = None,
    split: Split = None,
    ignore: Ignore = None,
    nuisance: Nuisance = None,
    mediator: Mediator = None,
    sensitive: Sensitive = None,
    skin_tone: SkinTone = False,
    reference: Reference = None,
    without: Without = None,
    backbone: Annotated[
        str,
        typer.Option(
            help="The network whose features a classifier is trained on here: auto, efficientnet_lite0, small_cnn, a "
            "keras.applications name, or your own FILE.keras, whose head is replaced. With --model: what discovery and "
            "the views look through."
        ),
    ] = "auto",
    model: Annotated[
        Path | None,
        typer.Option(
            help="A classifier that you have trained: it is audited whole, as it is, and nothing is trained. Takes "
            "images of 0 to 255 (see --pixels); needs --trust-model.",
            metavar="FILE.keras",
        ),
    ] = None,
    classes: Annotated[
        str,
        typer.Option(help="With --model: its classes in the order of its outputs, by commas. Default: sorted folders."),
    ] = "",
    pixels: Annotated[
        str, typer.Option(help="With --model: the pixels it was trained on: 0..255, 0..1 or -1..1.")
    ] = "0..255",
    size: Annotated[
        int | None, typer.Option(help="With --model: its input side in pixels, where it takes any.")
    ] = None,
    subject: Annotated[
        str,
        typer.Option(
            help="What the label names: a folder of masks (class/name.png), or center; a pattern off it is a shortcut.",
            metavar="DIR|center",
        ),
    ] = "",
    weights: Annotated[
        Path | None,
        typer.Option(
            help="CSV of `path` and `weight`, as an earlier run left it: how much each image counts in training. "
            "Everything is measured without weights.",
            metavar="weights.csv",
        ),
    ] = None,
    review: Review = None,
    train_limit: Annotated[
        int | None,
        typer.Option(help="Train on a sample of this many images, each class in its share; all are still judged."),
    ] = None,
    finetune: Annotated[bool, typer.Option("--finetune", help="Train the whole network, not its head alone.")] = False,
    trust_model: Annotated[
        bool,
        typer.Option("--trust-model", help="Load FILE.keras although loading a model file can run code."),
    ] = False,
    fail_on: FailOn = "",
    junit: Junit = None,
    max_bad: MaxBad = 0.2,
    drop_small: DropSmall = False,
    jobs: Jobs = None,
    engine: Engine = "local",
    address: Address = None,
    seed: Seed = 0,
    selftest: SelfTest = False,
    fresh: Fresh = False,
    quiet: Quiet = False,
) -> None:
    """Train a network on FOLDER (or take yours: --model), test what it uses, and write the report.

    Example: biasaudit run photos --metadata photos/metadata.csv --group-by patient
    """
    _audit(
        folder,
        fail_on,
        junit,
        metadata=metadata,
        out=out,
        group_by=group_by,
        split=split,
        ignore=_names(ignore),
        nuisance=_names(nuisance),
        mediator=_names(mediator),
        sensitive=_names(sensitive),
        skin_tone=skin_tone,
        reference=reference,
        without=_names(without),
        backbone=backbone,
        model=model,
        classes=_names([classes]),
        pixels=pixels,
        size=size,
        subject=subject or None,
        weights=weights,
        review=review,
        train_limit=train_limit,
        finetune=finetune,
        trust_model=trust_model,
        max_bad=max_bad,
        drop_small=drop_small,
        jobs=jobs,
        engine=engine,
        address=address,
        seed=seed,
        selftest=selftest,
        fresh=fresh,
        quiet=quiet,
    )


@app.command()
def scan(
    folder: Folder,
    metadata: Metadata = None,
    out: Out = None,
    group_by: GroupBy = None,
    split: Split = None,
    ignore: Ignore = None,
    nuisance: Nuisance = None,
    mediator: Mediator = None,
    sensitive: Sensitive = None,
    skin_tone: SkinTone = False,
    reference: Reference = None,
    without: Without = None,
    fail_on: FailOn = "",
    junit: Junit = None,
    max_bad: MaxBad = 0.2,
    drop_small: DropSmall = False,
    jobs: Jobs = None,
    engine: Engine = "local",
    address: Address = None,
    seed: Seed = 0,
    selftest: SelfTest = False,
    fresh: Fresh = False,
    quiet: Quiet = False,
) -> None:
    """Look at the data alone: which cues are tied to the labels. Trains nothing, and is fast.

    Example: biasaudit scan photos --metadata photos/metadata.csv
    """
    _audit(
        folder,
        fail_on,
        junit,
        scan=True,
        metadata=metadata,
        out=out,
        group_by=group_by,
        split=split,
        ignore=_names(ignore),
        nuisance=_names(nuisance),
        mediator=_names(mediator),
        sensitive=_names(sensitive),
        skin_tone=skin_tone,
        reference=reference,
        without=_names(without),
        max_bad=max_bad,
        drop_small=drop_small,
        jobs=jobs,
        engine=engine,
        address=address,
        seed=seed,
        selftest=selftest,
        fresh=fresh,
        quiet=quiet,
    )


@app.command()
def demo(
    name: Annotated[str, typer.Argument(help="ruler, two-sources or clean.", metavar="[NAME]")] = "ruler",
    out: Annotated[Path | None, typer.Option(help="Folder for images and report. Default: reports/demo-NAME.")] = None,
    seed: Seed = 0,
    fresh: Fresh = False,
    quiet: Quiet = False,
) -> None:
    """Make a folder of procedural photographs and audit it: a first look that downloads nothing.

    `ruler`: most malignant images have a ruler. `two-sources`: each class comes from its own source. `clean`: neither.
    """
    from biasaudit.demo import DEMOS, make_demo

    if name not in DEMOS:
        raise UsageError(f"There is no demo {name!r}; there are {', '.join(DEMOS)}.")
    out = out or Path("reports") / f"demo-{name}"
    images = out / f"demo-{name}"
    table = make_demo(name, images, seed=seed)
    _audit(images, "", metadata=table, out=out, seed=seed, fresh=fresh, quiet=quiet)


@app.command()
def selftest(
    folder: Folder,
    metadata: Metadata = None,
    out: Out = None,
    group_by: GroupBy = None,
    without: Without = None,
    max_bad: MaxBad = 0.2,
    drop_small: DropSmall = False,
    jobs: Jobs = None,
    seed: Seed = 0,
    fresh: Fresh = False,
    quiet: Quiet = False,
) -> None:
    """Plant known cues in the images of FOLDER and say which of them a scan finds, and how often it cries wolf.

    Takes minutes: some 300 sets are dealt and scanned. Writes selftest.json into the report's folder.

    Example: biasaudit selftest photos
    """
    from biasaudit.auditing import audit_the_audit

    record, path = audit_the_audit(
        folder,
        metadata=metadata,
        out=out,
        group_by=group_by,
        without=_names(without),
        max_bad=max_bad,
        drop_small=drop_small,
        jobs=jobs,
        seed=seed,
        fresh=fresh,
        quiet=quiet,
    )
    print(f"{record.images} images, {record.classes} classes, labels dealt anew.")
    print(
        f"False alarms: {record.false_alarms} of {record.clean_sets} sets without a planted cue "
        f"(95% interval {record.false_alarm_low:.0%} to {record.false_alarm_high:.0%})."
    )
    print(f"{'planted cue':18} {'class':>6} {'others':>6} {'found':>8} {'first':>8}")
    for row in record.planted:
        shares = f"{row.in_class:6.0%} {row.in_others:6.0%}"
        print(f"{row.cue:18} {shares} {row.found:>3} of {row.sets:<2} {row.first:>3} of {row.sets:<2}")
    for cue, why in record.not_planted.items():
        print(f"{cue:18} not planted: {why}")
    print(path)


@app.command()
def report(
    audit_json: Annotated[Path, typer.Argument(help="The audit.json of an earlier run.", metavar="AUDIT_JSON")],
    out: Annotated[Path | None, typer.Option(help="File to write. Default: report.html beside AUDIT_JSON.")] = None,
    review: Review = None,
    redact_names: Annotated[
        bool,
        typer.Option(
            "--redact-names",
            help="Codes in place of names of files and values of metadata; also as .json and .csv beside the page.",
        ),
    ] = False,
    no_images: Annotated[bool, typer.Option("--no-images", help="Leave out all pictures and heatmaps.")] = False,
) -> None:
    """Draw the report again from AUDIT_JSON, without a model and without the images."""
    from biasaudit.output.result import AuditResult, read_audit

    result = read_audit(audit_json)
    if review is not None:
        from biasaudit.conclude.review import read_reviews, reviewed

        result = AuditResult(reviewed(result.record, read_reviews(review)), result.folder)
    if not redact_names:
        print(result.to_html(out, images=not no_images))
        return
    for path in result.save_redacted(out, images=not no_images):
        print(path)


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
        raise typer.Exit(1)


def _explain(parts: tuple[Any, ...], wanted: str | None, what: str) -> None:
    if wanted is None:
        for part in parts:
            print(f"{part.id:18} {part.question}")
        return
    part = next((part for part in parts if part.id == wanted), None)
    if part is None:
        raise UsageError(f"There is no {what} {wanted!r}; `biasaudit {what}s` lists them.")
    print(f"{part.id}: {part.question}\n\n{part.rationale}")


@app.command()
def schema() -> None:
    """Print the JSON Schema of audit.json."""
    import json

    from biasaudit.output.schema import audit_schema

    print(json.dumps(audit_schema(), indent=1))


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


def main() -> None:
    """Entry point: every way to end has its exit code, and none of them is a traceback."""
    for stream in (sys.stdout, sys.stderr):  # a name that is no UTF-8 is shown, not fatal
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    end_when_asked()
    try:
        app()
    except AuditError as error:
        print(f"biasaudit: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        print(f"biasaudit: the system refused:{where} {error.strerror or error}.", file=sys.stderr)
        sys.exit(5)
    except MemoryError:
        print("biasaudit: out of memory. Close other programs, or try --jobs 1.", file=sys.stderr)
        sys.exit(5)
    except Exception as error:
        if os.environ.get("BIASAUDIT_DEBUG"):
            raise
        print(
            f"biasaudit: a fault of ours: {type(error).__name__}: {error}. BIASAUDIT_DEBUG=1 shows where.",
            file=sys.stderr,
        )
        sys.exit(FAULT)
