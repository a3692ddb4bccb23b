"""README and the pages in .github: their commands, options and links exist, and the recipes run."""

import importlib.util
import re
import tomllib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import typer.main

import biasaudit as ba
from biasaudit.cli import app
from biasaudit.cues import BUILTIN
from biasaudit.cues.amounts import as_photo
from tests.planted import photograph, plant

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / ".github").glob("*.md"))]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
COMMANDS = typer.main.get_command(app).commands
BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.S)
HEADS = ("Why it matters", "How it is measured", "What it cannot show", "References")

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


def shell(page: Path) -> list[str]:
    """Every command of a page: in a line of its own, in backticks, or behind another one."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
    found = re.findall(r"^    (\S.*)$", text, re.M) + re.findall(r"`([^`]+)`", text.replace("\n", " "))
    return [part.strip() for line in found for part in re.split(r"&&|  +#|&$", line)]


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pages
def test_its_commands_and_options_exist(page):
    for line in shell(page):
        words = line.removeprefix(".venv/bin/").split()
        if words[:1] == ["biasaudit"] and words[1:] not in ([], ["--help"]):
            known = {option for param in COMMANDS[words[1]].params for option in param.opts} | {"--help"}
            assert {word for word in words[2:] if word.startswith("--")} <= known, line


@pages
def test_its_modules_parts_and_tests_exist(page):
    from tests.benchmarks.__main__ import PARTS

    dev = " ".join(PYPROJECT["project"]["optional-dependencies"]["dev"])
    for line in shell(page):
        for module, rest in re.findall(r"python3? -m ([\w.]+)(.*)", line):
            if module.startswith(("tests", "biasaudit")):
                assert importlib.util.find_spec(module), line
            elif module != "venv":
                assert module in dev, line
            assert set(re.findall(r"--only ([a-z]\w*)", rest)) <= set(PARTS), line
            assert all((ROOT / path).exists() for path in re.findall(r"\btests/\S+", rest)), line


@pages
def test_its_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        there = page.parent / name
        assert there.exists(), target
        if anchor:
            assert anchor in map(slug, re.findall(r"^#+ (.*)$", there.read_text(encoding="utf-8"), re.M)), target


def test_readme_is_short_and_shows_a_report():
    readme = ROOT / "README.md"
    assert readme.stat().st_size < 10_000
    (picture,) = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", readme.read_text(encoding="utf-8"))
    assert (ROOT / picture).stat().st_size < 200_000


def test_every_part_of_the_benchmark_stands_among_what_was_measured():
    from tests.benchmarks.__main__ import PARTS

    measured = (ROOT / ".github" / "MEASURED.md").read_text(encoding="utf-8")
    assert set(re.findall(r"--only ([a-z]\w*)", measured)) == set(PARTS)


def test_the_licence_lies_in_the_package():
    project = PYPROJECT["project"]
    assert project["license"] == "MIT"
    (path,) = project["license-files"]
    assert "LICENSE" in PYPROJECT["tool"]["setuptools"]["package-data"]["biasaudit"]
    assert (ROOT / path).read_text(encoding="utf-8").startswith("MIT License")


@pytest.fixture(scope="module")
def recipes() -> dict[str, object]:
    """Name -> what the whole recipes define."""
    made: dict[str, object] = {}
    for number, block in enumerate(BLOCKS):
        module = ModuleType(f"recipe_{number}")
        exec(compile(block, module.__name__, "exec"), module.__dict__)
        made |= module.__dict__
    return made


@pytest.mark.parametrize(("name", "step"), [("side_light", 12.0), ("side_light", -12.0), ("bar_code", 1.0)])
def test_a_recipe_makes_a_cue(recipes, name, step):
    cue = recipes[name]
    assert all(head in cue.rationale for head in HEADS)
    rng = np.random.default_rng(0)
    rgb = photograph(rng, upright=True)
    before = rgb.copy()
    changed, mask = cue.insert(rgb, step, rng)
    assert (rgb == before).all()
    assert ((changed != rgb).any(axis=-1) == mask).all()
    moved = cue.measure(as_photo(changed)) - cue.measure(as_photo(rgb))
    assert moved == pytest.approx(step, abs=1) if cue.kind == "property" else moved > cue.threshold
    calmed = cue.placebo(rgb, changed, mask, rng)
    assert abs(cue.measure(as_photo(calmed)) - cue.measure(as_photo(rgb))) < abs(moved) / 2
    assert np.isfinite(cue.measure(as_photo(rgb[:1, :1])))


def test_recipes_find_what_is_planted_and_are_quiet_on_the_clean_twin(recipes, tmp_path):
    cue, own = recipes["bar_code"], [recipes[each] for each in ("side_light", "bar_code", "rare_class", "class_counts")]
    without = tuple(each.id for each in BUILTIN)
    said = {}
    for name, insert, n in (("planted", lambda rgb, rng: cue.insert(rgb, 1.0, rng)[0], 80), ("clean", None, 120)):
        plant(tmp_path / name, insert, n=n)
        result = ba.audit(tmp_path / name, out=tmp_path / f"{name}-out", scan=True, extra=own, without=without, jobs=1)
        said[name] = {finding.cue: finding.verdict for finding in result.record.findings}
        assert "How many images each class has" in (result.folder / "report.html").read_text()
    ids = ("bar_code", "side_light", "rare_class")
    assert [said["planted"][id] for id in ids] == ["suspect", "clear", "gap"]
    assert [said["clean"][id] for id in ids] == ["clear", "clear", "clear"]


def test_a_recipe_makes_a_fact(recipes, tmp_path):
    from biasaudit.evidence.graph import Graph
    from biasaudit.images.reading import read_folder

    plant(tmp_path, n=12)
    graph = Graph({"images": read_folder(tmp_path)}, [recipes["class_counts"]])
    assert graph.get("class_counts") == {"lying": 6, "upright": 6}


def test_a_recipe_makes_a_source(recipes, tmp_path):
    from biasaudit.images.reading import read_folder

    plant(tmp_path / "classes", n=12)
    for number, file in enumerate(sorted((tmp_path / "classes").rglob("*.*"))):
        file.rename(tmp_path / f"{file.parent.name}_{number}.jpg")
    assert set(read_folder(tmp_path, sources=[recipes["label_in_name"]]).labels) == {"lying", "upright"}


def test_a_recipe_makes_a_backbone(recipes):
    assert recipes["TWO_CONVOLUTIONS"].name == "two_convolutions"
    assert recipes["TWO_CONVOLUTIONS"].offline
