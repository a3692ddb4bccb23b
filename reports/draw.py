"""Draws the samples of this folder anew: `python reports/draw.py`; some ten minutes on two cores.

The three demos, and what became of the ruler's use once the weights of the first audit were trained with.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import biasaudit as ba
from biasaudit.demo import DEMOS, make_demo

HERE = Path(__file__).resolve().parent
KEPT = {"ruler": ("report.html", "audit.json"), "two-sources": ("report.html",), "clean": ("report.html",)}


def audited(demo: str, out: str, **choices: object) -> ba.AuditResult:
    """The audit of a demo that lies in the current folder, under the name that a reader can repeat it by."""
    images = Path(f"demo-{demo}")
    return ba.audit(images, metadata=images / "metadata.csv", out=out, quiet=False, **choices)


def draw() -> None:
    """Draw and audit each demo in a folder of its own, and keep what a reader looks at."""
    for demo in DEMOS:
        make_demo(demo, Path(f"demo-{demo}"))
        audited(demo, demo, command=f"biasaudit demo {demo}")
        (HERE / demo).mkdir(exist_ok=True)
        for name in KEPT[demo]:
            shutil.copy(Path(demo) / name, HERE / demo / name)
    again = "biasaudit run demo-ruler --metadata demo-ruler/metadata.csv --weights ruler/weights.csv --out reweighted"
    audited("ruler", "reweighted", weights=Path("ruler/weights.csv"), command=again)
    ba.compare("ruler", "reweighted").to_html(HERE / "compared.html")


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        os.chdir(folder)
        draw()
        os.chdir(HERE)
