"""The notebooks run from top to bottom, and what is committed of them is whole, small and tells on nobody."""

import json
import os
import re
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
LARGEST = 1_500_000
"""Bytes of all notebooks together."""
OF_A_MACHINE = re.compile(r"/(home|root|tmp|Users|work|usr|opt|var)/|site-packages|[A-Z]:\\\\")


def cells(path: Path) -> list[dict]:
    return [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]


@pytest.mark.slow(minutes=2)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_from_top_to_bottom(path, tmp_path, monkeypatch):
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    here = str(Path(__file__).parents[1])  # the kernel starts elsewhere, and must not find another biasaudit
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH", "")])))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    work = tmp_path / "work"
    work.mkdir()
    notebook = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(work)}}).execute()
    assert {name for name in os.listdir(tmp_path)} <= {"work", "ipython"}


def test_there_are_four():
    assert [path.name[:3] for path in NOTEBOOKS] == ["01_", "02_", "03_", "04_"]
    assert sum(path.stat().st_size for path in NOTEBOOKS) < LARGEST


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_its_outputs_are_there_and_none_is_an_error(path):
    counts = [cell["execution_count"] for cell in cells(path)]
    assert counts == list(range(1, len(counts) + 1))  # run in order, from a fresh kernel
    outputs = [output for cell in cells(path) for output in cell["outputs"]]
    assert any("image/png" in output.get("data", {}) for output in outputs)
    assert not [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"]
    assert not any("widget" in kind for output in outputs for kind in output.get("data", {}))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_machine_is_told_of(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    shown = [output for cell in cells(path) for output in cell["outputs"]]
    for output in shown:
        output.get("data", {}).pop("image/png", None)
    texts = re.sub(r"data:image/webp;base64,[\w+/=]+", "", json.dumps([shown, notebook["metadata"]]))
    assert OF_A_MACHINE.search(texts) is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_cell_is_led_up_to(path):
    kinds = [cell["cell_type"] for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]
    assert kinds[0] == "markdown"
    assert "code code code" not in " ".join(kinds)
